#include "ui/shell/pages.h"

#if __has_include("ui/overview/overviewpage.h")
#include "ui/overview/overviewpage.h"
#define PROVOST_HAS_OVERVIEW
#endif
#if __has_include("ui/audit/auditpage.h")
#include "ui/audit/auditpage.h"
#define PROVOST_HAS_AUDIT
#endif
#if __has_include("ui/policies/policiespage.h")
#include "ui/policies/policiespage.h"
#define PROVOST_HAS_POLICIES
#endif
#if __has_include("ui/simulator/simulatorpage.h")
#include "ui/simulator/simulatorpage.h"
#define PROVOST_HAS_SIMULATOR
#endif
#if __has_include("ui/tenants/tenantspage.h")
#include "ui/tenants/tenantspage.h"
#define PROVOST_HAS_TENANTS
#endif

#include <QCoreApplication>

namespace provost::ui {

namespace {

template <class T>
[[maybe_unused]] PageEntry entry(const char *id, const char *title, Icon icon)
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
#ifdef PROVOST_HAS_OVERVIEW
        entry<OverviewPage>("overview", QT_TRANSLATE_NOOP("Pages", "Overview"), Icon::Overview),
#endif
#ifdef PROVOST_HAS_AUDIT
        entry<AuditPage>("audit", QT_TRANSLATE_NOOP("Pages", "Audit"), Icon::Audit),
#endif
#ifdef PROVOST_HAS_POLICIES
        entry<PoliciesPage>("policies", QT_TRANSLATE_NOOP("Pages", "Policies"), Icon::Shield),
#endif
#ifdef PROVOST_HAS_SIMULATOR
        entry<SimulatorPage>("simulator", QT_TRANSLATE_NOOP("Pages", "Simulator"), Icon::Simulator),
#endif
#ifdef PROVOST_HAS_TENANTS
        entry<TenantsPage>("tenants", QT_TRANSLATE_NOOP("Pages", "Tenants"), Icon::Tenants),
#endif
    };
}

} // namespace provost::ui
