#include "ui/shell/pages.h"

#include "ui/audit/auditpage.h"
#include "ui/overview/overviewpage.h"
#include "ui/policies/policiespage.h"
#include "ui/sessions/sessionspage.h"
#include "ui/simulator/simulatorpage.h"
#include "ui/tenants/tenantspage.h"
#include "ui/tools/toolspage.h"

#include <QCoreApplication>

namespace provost::ui {

namespace {

template <class T>
PageEntry entry(const char *id, const char *title, Icon icon)
{
    return {QString::fromLatin1(id), QCoreApplication::translate("Pages", title), icon,
            [](control::ControlPlane &control, PageContext &context, QWidget *parent) -> Page * {
                return new T(control, context, parent);
            }};
}

} // namespace

std::vector<PageEntry> pages()
{
    return {
        entry<OverviewPage>("overview", QT_TRANSLATE_NOOP("Pages", "Overview"), Icon::Overview),
        entry<AuditPage>("audit", QT_TRANSLATE_NOOP("Pages", "Audit"), Icon::Audit),
        entry<PoliciesPage>("policies", QT_TRANSLATE_NOOP("Pages", "Policies"), Icon::Shield),
        entry<SimulatorPage>("simulator", QT_TRANSLATE_NOOP("Pages", "Simulator"), Icon::Simulator),
        entry<TenantsPage>("tenants", QT_TRANSLATE_NOOP("Pages", "Tenants"), Icon::Tenants),
        entry<ToolsPage>("tools", QT_TRANSLATE_NOOP("Pages", "Tools"), Icon::Tools),
        entry<SessionsPage>("sessions", QT_TRANSLATE_NOOP("Pages", "Sessions"), Icon::Sessions),
    };
}

} // namespace provost::ui
