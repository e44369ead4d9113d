// The part of AuditPage that goes somewhere or does something: links, actions, keys.
#include "ui/audit/auditpage.h"
#include "ui/audit/auditwords.h"
#include "ui/audit/filterterms.h"
#include "ui/audit/whydrawer.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/filterbar.h"
#include "ui/kit/tableview.h"
#include "ui/kit/windowedtable.h"
#include "ui/kit/words.h"

#include <QFileDialog>
#include <QKeyEvent>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

std::optional<TimeSpan> spanOf(const Link &link)
{
    const auto time = [&](const QString &name) {
        const auto found = link.parameters.find(name);
        return found == link.parameters.end() ? std::nullopt
                                              : std::optional(fromRfc3339(found->second.toUtf8()));
    };
    const auto from = time(u"from"_s);
    const auto until = time(u"until"_s);
    if (!from || !until || !*from || !*until || **from >= **until)
        return std::nullopt;
    return TimeSpan{secondsOf(**from), secondsOf(**until)};
}

QString parameterOf(const Link &link, const QString &name)
{
    const auto found = link.parameters.find(name);
    return found == link.parameters.end() ? QString() : found->second;
}

} // namespace

void AuditPage::openLink(const Link &link)
{
    const QString filter = parameterOf(link, u"filter"_s);
    m_filter->setText(filter);
    m_presenter.setQuestion(filter, spanOf(link));
    showZoom();
    const QByteArray record = parameterOf(link, u"record"_s).toUtf8();
    if (record.isEmpty()) {
        closeWhy();
        return;
    }
    if (!recordIdOf(record)) {
        context().notify({.tone = Tone::Ask, .text = tr("The link names no record")});
        return;
    }
    openWhy(record);
    m_table->select(record);
}

Link AuditPage::place() const
{
    // Even an empty filter is part of the place: going back must take a later one away.
    Link link{
        .page = u"audit"_s, .target = {}, .parameters = {{u"filter"_s, m_presenter.filter()}}};
    if (const auto &zoom = m_presenter.zoom()) {
        link.parameters[u"from"_s] = QString::fromLatin1(toRfc3339(timeOf(zoom->from)));
        link.parameters[u"until"_s] = QString::fromLatin1(toRfc3339(timeOf(zoom->until)));
    }
    if (m_drawer->isOpen() && m_why.record())
        link.parameters[u"record"_s] = QString::fromUtf8(textOf(*m_why.record()));
    return link;
}

std::vector<ActionSpec> AuditPage::actions()
{
    const QString audit = tr("Audit");
    const auto unless = [](bool possible, const QString &reason) {
        return possible ? QString() : reason;
    };
    const auto chosen = [this, unless] {
        return unless(!m_table->currentId().isEmpty() || m_why.record(), tr("No record is chosen"));
    };
    return {
        {u"audit.filter"_s,
         tr("Filter the records"),
         audit,
         QKeySequence::Find,
         Icon::Filter,
         [this] { m_filter->focusText(); },
         {}},
        {u"audit.live"_s,
         tr("Pause or resume live (Space in the table)"),
         audit,
         {},
         Icon::Pause,
         [this] { toggleLive(); },
         {}},
        {u"audit.why"_s,
         tr("Show or hide the Why drawer"),
         audit,
         QKeySequence(u"F4"_s),
         Icon::PanelRight,
         [this] { toggleWhy(); },
         {}},
        {u"audit.rule"_s, tr("Go to the rule that decided"), audit, QKeySequence(u"F2"_s),
         Icon::Shield, [this] { goToRule(); }, chosen},
        {u"audit.simulate"_s,
         tr("Simulate the record"),
         audit,
         {},
         Icon::Simulator,
         [this] { simulate(); },
         [this, unless] {
             return unless(m_why.simulateLink().has_value(),
                           tr("Open a record that policy was asked about"));
         }},
        {u"audit.workflow"_s,
         tr("Follow the record's workflow"),
         audit,
         {},
         Icon::Sessions,
         [this] { followWorkflow(); },
         [this, unless] {
             return unless(!m_why.workflowFilter().isEmpty(),
                           tr("Open a record that belongs to a workflow"));
         }},
        {u"audit.copyLink"_s,
         tr("Copy a link to the record"),
         audit,
         {},
         Icon::Link,
         [this] { copyLink(); },
         chosen},
        {u"audit.export"_s,
         tr("Export the records"),
         audit,
         QKeySequence(u"Ctrl+E"_s),
         Icon::Download,
         [this] { startExport(); },
         {}},
    };
}

// --- keys ---

bool AuditPage::eventFilter(QObject *watched, QEvent *event)
{
    // Space belongs to the table alone: elsewhere it types or presses a button.
    if (watched == m_table->view() && event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Space) {
        toggleLive();
        return true;
    }
    return Page::eventFilter(watched, event);
}

void AuditPage::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape && m_drawer->isOpen()) {
        closeWhy();
        m_table->setFocus();
        Q_EMIT placeChanged();
        return;
    }
    Page::keyPressEvent(event);
}

// --- doing ---

void AuditPage::narrow(const QString &term)
{
    applyFilter(withTerm(m_filter->text(), term));
}

void AuditPage::applyFilter(const QString &filter)
{
    m_filter->setText(filter);
    m_presenter.setFilter(filter);
    Q_EMIT placeChanged();
}

void AuditPage::zoomTo(const std::optional<TimeSpan> &span)
{
    m_presenter.setZoom(span);
    showZoom();
    if (span)
        m_table->setFollowing(false);
    Q_EMIT placeChanged();
}

void AuditPage::openWhy(const QByteArray &id)
{
    const auto record = recordIdOf(id);
    if (!record)
        return;
    m_table->setFollowing(false); // the record stays in sight
    m_why.show(*record);
    m_drawer->open();
}

void AuditPage::closeWhy()
{
    m_drawer->shut();
    m_why.clear();
}

void AuditPage::toggleWhy()
{
    if (m_drawer->isOpen()) {
        closeWhy();
    } else {
        m_drawer->open();
        openWhy(m_table->currentId());
    }
    Q_EMIT placeChanged();
}

void AuditPage::goToRule()
{
    if (const auto link = m_why.ruleLink())
        context().open(*link);
    else if (!m_why.why() && !m_drawer->isOpen())
        openWhy(m_table->currentId()); // its answer tells the rule
    else
        context().notify({.tone = Tone::Ask, .text = tr("No rule decided this call")});
}

void AuditPage::simulate()
{
    if (const auto link = m_why.simulateLink())
        context().open(*link);
}

void AuditPage::followWorkflow()
{
    if (const QString filter = m_why.workflowFilter(); !filter.isEmpty())
        applyFilter(filter);
}

void AuditPage::copyLink()
{
    std::optional<Link> link = m_why.recordLink();
    if (!link && !m_table->currentId().isEmpty())
        link = Link{.page = u"audit"_s,
                    .target = {},
                    .parameters = {{u"record"_s, QString::fromUtf8(m_table->currentId())}}};
    if (!link)
        return;
    copyText(u"provost://"_s + link->toString());
    context().notify({.tone = Tone::Allow, .text = tr("Link copied")});
}

void AuditPage::toggleLive()
{
    if (!m_table->isFollowing() && m_presenter.zoom())
        zoomTo(std::nullopt); // a chosen span of time is over
    m_table->setFollowing(!m_table->isFollowing());
}

void AuditPage::startExport()
{
    if (m_presenter.isExporting()) {
        m_presenter.cancelExport();
        return;
    }
    auto *const dialog = new QFileDialog(this, tr("Export the matching records"), u"audit.jsonl"_s,
                                         tr("JSON lines (*.jsonl)"));
    dialog->setObjectName(u"audit.exportDialog"_s);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(u"jsonl"_s);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this](const QString &path) { m_presenter.exportTo(path, context().author()); });
    dialog->show();
}

void AuditPage::tellExported(const Result<std::int64_t> &records)
{
    if (records)
        context().notify(
            {.tone = Tone::Allow,
             .text = tr("%1 exported").arg(counted(*records, tr("record"), tr("records")))});
    else if (records.error().code == ErrorCode::Cancelled)
        context().notify({.tone = Tone::Neutral, .text = tr("Export cancelled")});
    else
        context().notify(
            {.tone = Tone::Deny,
             .text = tr("The records could not be exported: %1").arg(records.error().message)});
}

} // namespace provost::ui
