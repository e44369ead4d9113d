// The part of AuditPage that shows what its presenter tells.
#include "ui/audit/auditpage.h"
#include "ui/audit/auditwords.h"
#include "ui/audit/filterterms.h"
#include "ui/kit/button.h"
#include "ui/kit/label.h"
#include "ui/kit/linechart.h"
#include "ui/kit/states.h"
#include "ui/kit/windowedtable.h"
#include "ui/kit/words.h"

#include <QBoxLayout>
#include <QMenu>
#include <QStackedLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

void AuditPage::showState()
{
    switch (m_presenter.state()) {
    case AuditPresenter::State::Rows: m_stack->setCurrentWidget(m_table); return;
    case AuditPresenter::State::NothingMatches:
    case AuditPresenter::State::NothingRecorded:
        showEmpty();
        m_stack->setCurrentWidget(m_empty);
        return;
    case AuditPresenter::State::BadFilter:
        m_error->setTrouble({tr("The filter is not understood"), m_presenter.error().message,
                             tr("Correct the line above; Ctrl+Space offers fields and values."),
                             QString::fromLatin1(nameOf(m_presenter.error().code))});
        m_error->setRetry(false);
        m_stack->setCurrentWidget(m_error);
        return;
    case AuditPresenter::State::Failed:
        m_error->setTrouble(
            troubleOf(tr("The audit records could not be read"), m_presenter.error()));
        m_error->setRetry(true);
        m_stack->setCurrentWidget(m_error);
        return;
    }
}

void AuditPage::showEmpty()
{
    qDeleteAll(m_wider->findChildren<Button *>(QString(), Qt::FindDirectChildrenOnly));
    if (m_presenter.state() == AuditPresenter::State::NothingRecorded) {
        m_empty->setSentence(tr("No call has been recorded yet"));
        m_empty->setDetail(tr("Connect an agent; its first call appears here at once. The Overview "
                              "page shows how."));
        return;
    }
    m_empty->setSentence(tr("Nothing matches"));
    const std::vector<AuditPresenter::Wider> &wider = m_presenter.wider();
    m_empty->setDetail(
        !wider.empty() ? tr("Records that match with one term less:")
        : m_presenter.zoom()
            ? tr("Take the chosen span of time away, or shorten the filter.")
            : tr("Choose a longer range in the bar at the top, or shorten the filter."));
    const auto add = [this](const QString &text, const QString &name, auto act) {
        auto *const button = new Button(text, ButtonKind::Link, m_wider);
        button->setObjectName(name);
        m_wider->layout()->addWidget(button);
        m_wider->layout()->setAlignment(button, Qt::AlignHCenter);
        connect(button, &Button::clicked, this, act, Qt::QueuedConnection); // the button dies of it
    };
    for (const AuditPresenter::Wider &one : wider)
        add(tr("without %1: %2")
                .arg(one.dropped, counted(one.matching, tr("record"), tr("records"))),
            u"audit.wider"_s, [this, filter = one.filter] { applyFilter(filter); });
    if (m_presenter.zoom())
        add(tr("Take the span of time away"), u"audit.empty.zoom"_s,
            [this] { zoomTo(std::nullopt); });
    if (!m_presenter.filter().isEmpty())
        add(tr("Clear the filter"), u"audit.empty.clear"_s, [this] { applyFilter({}); });
}

void AuditPage::showZoom()
{
    const auto &zoom = m_presenter.zoom();
    m_histogram->setSelection(zoom);
    m_zoomChip->setVisible(zoom.has_value());
    if (!zoom)
        return;
    const double length = zoom->until - zoom->from;
    const QString span = timeLabel(zoom->from, length) + u" – "_s + timeLabel(zoom->until, length);
    m_zoomChip->setText(span + u"  ✕"_s);
    m_zoomChip->setAccessibleName(tr("Span of time %1: take it away").arg(span));
}

void AuditPage::showFollowing(bool following)
{
    m_presenter.setFollowing(following);
    m_live->setText(following ? tr("● Live") : tr("○ Paused"));
    m_live->setInk(following ? Tone::Allow : Tone::Muted);
    m_live->setAccessibleName(following ? tr("Live: new records appear. Pause")
                                        : tr("Paused: new records are counted. Go live"));
    m_live->setToolTip(plainToolTip(
        (following ? tr("New records appear at the top. Space in the table pauses.")
                   : tr("The table stands still. Space in the table goes live again."))));
}

void AuditPage::showExport()
{
    const bool exporting = m_presenter.isExporting();
    m_export->setText(exporting ? tr("Cancel export") : tr("Export"));
    m_export->setToolTip(plainToolTip(
        exporting ? tr("Stops the export and leaves no file behind")
                  : tr("Writes the matching records, one JSON object a line; this is recorded")));
}

void AuditPage::fillMenu(QMenu *menu, const QByteArray &id, int column)
{
    menu->addSeparator();
    menu->addAction(tr("Why"), QKeySequence(Qt::Key_Return), this, [this, id] { openWhy(id); });
    const AuditRow *const row = m_presenter.source().known(id);
    if (row == nullptr)
        return;
    const auto [field, value] = AuditSource::filterOf(*row, column);
    if (field.isEmpty() || value.isEmpty())
        return;
    const QString term = termOf(field, value);
    menu->addAction(tr("Include %1").arg(term), this, [this, term] { narrow(term); });
    menu->addAction(tr("Exclude %1").arg(term), this, [this, term] { narrow(u'-' + term); });
}

} // namespace provost::ui
