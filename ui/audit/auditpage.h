// AuditPage: find any call and explain it. Filter, histogram, most frequent values, a table that follows the tail, and
// the Why drawer. What it shows comes from AuditPresenter and WhyPresenter; the page lays out and wires.
// Thread: ui thread.
#pragma once

#include "server/base/clock.h"
#include "ui/audit/auditpresenter.h"
#include "ui/audit/whypresenter.h"
#include "ui/kit/page.h"

class QMenu;
class QSplitter;
class QStackedLayout;

namespace provost::ui {

class Button;
class EmptyState;
class ErrorState;
class FacetsPanel;
class FilterBar;
class WhyDrawer;
class WindowedTable;

class AuditPage : public Page
{
    Q_OBJECT

public:
    AuditPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);

    // Links: `filter`; `from` and `until` (RFC 3339) for a chosen span of time; `record` ("acme-corp:42"), which opens the
    // drawer. The range of the scope is the shell's.
    void setScope(const Scope &scope) override;
    void activate() override;
    void deactivate() override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QLayout *makeTopRow();
    QWidget *makeHistogram();
    QWidget *makeResults();
    void wire();
    void wireTable();

    void showState();
    void showEmpty();
    void showZoom();
    void showFollowing(bool following);
    void showExport();
    void fillMenu(QMenu *menu, const QByteArray &id, int column);

    void narrow(const QString &term);
    void applyFilter(const QString &filter);
    void zoomTo(const std::optional<TimeSpan> &span);
    void openWhy(const QByteArray &id);
    void closeWhy();
    void toggleWhy();
    void goToRule();
    void simulate();
    void followWorkflow();
    void copyLink();
    void toggleLive();
    void startExport();
    void tellExported(const Result<std::int64_t> &records);

    control::ControlPlane &m_control;
    SystemClock m_clock;
    AuditPresenter m_presenter;
    WhyPresenter m_why;
    FilterBar *m_filter = nullptr;
    Button *m_zoomChip = nullptr;
    Button *m_live = nullptr;
    Button *m_export = nullptr;
    Histogram *m_histogram = nullptr;
    FacetsPanel *m_facets = nullptr;
    WindowedTable *m_table = nullptr;
    EmptyState *m_empty = nullptr;
    QWidget *m_wider = nullptr; // suggestions below the empty state
    ErrorState *m_error = nullptr;
    QStackedLayout *m_stack = nullptr;
    QSplitter *m_splitter = nullptr;
    WhyDrawer *m_drawer = nullptr;
};

} // namespace provost::ui
