#include "ui/audit/auditpage.h"

#include "ui/audit/auditwords.h"
#include "ui/audit/facetspanel.h"
#include "ui/audit/filterterms.h"
#include "ui/audit/whydrawer.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/filterbar.h"
#include "ui/kit/label.h"
#include "ui/kit/linechart.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/kit/windowedtable.h"
#include "ui/kit/words.h"

#include <QBoxLayout>
#include <QFileDialog>
#include <QKeyEvent>
#include <QMenu>
#include <QSplitter>
#include <QStackedLayout>

#include <array>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int PageMargin = 14;
constexpr int DrawerWidth = 318;
// Of the table's columns beside the drawer: the last two give way to it.
constexpr std::array NarrowWidths = {108, 90, 118, 140, 92, -1, 0, 0};

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

AuditPage::AuditPage(ControlPlane &control, PageContext &context, QWidget *parent)
    : Page(context, parent)
    , m_control(control)
    , m_presenter(control, m_clock)
    , m_why(control)
{
    setObjectName(u"page.audit"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(PageMargin, PageMargin, PageMargin, PageMargin);
    column->setSpacing(metrics::Gap);
    column->addLayout(makeTopRow());
    auto *const left = new QWidget;
    auto *const results = new QVBoxLayout(left);
    results->setContentsMargins(0, 0, 0, 0);
    results->setSpacing(metrics::Gap);
    results->addWidget(makeHistogram());
    results->addWidget(makeResults(), 1);
    m_drawer = new WhyDrawer(m_why);
    m_drawer->hide();
    m_splitter = new QSplitter(Qt::Horizontal, this);
    m_splitter->setObjectName(u"audit.splitter"_s);
    m_splitter->setHandleWidth(metrics::Gap);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(left);
    m_splitter->addWidget(m_drawer);
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 0);
    m_splitter->setSizes({1000, DrawerWidth});
    column->addWidget(m_splitter, 1);
    wire();
    wireTable();
    m_table->setFollowing(true);
    showFollowing(true);
    showZoom();
    showState();
}

// --- layout ---

QLayout *AuditPage::makeTopRow()
{
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    m_filter = new FilterBar(u"audit.filter"_s, tr("Filter of the audit records"), this);
    m_filter->setPlaceholder(tr("Filter, such as decision:deny tool:db.*"));
    m_filter->setCheck([this](const QString &text) {
        const QByteArray bytes = text.toUtf8();
        const FilterCheck check = m_control.checkFilter(bytes);
        return FilterBar::Check{
            check.valid, static_cast<int>(QString::fromUtf8(bytes.left(check.position)).size()),
            QString::fromUtf8(check.message)};
    });
    m_filter->setCandidates([this](const QString &text, int cursor) {
        const int bytes = static_cast<int>(text.left(cursor).toUtf8().size());
        std::vector<FilterBar::Candidate> candidates;
        for (const FilterCandidate &one : m_control.completeFilter(text.toUtf8(), bytes))
            candidates.push_back({QString::fromUtf8(one.text), QString::fromUtf8(one.hint)});
        return candidates;
    });
    m_zoomChip = new Button({}, ButtonKind::Outlined, this);
    m_zoomChip->setObjectName(u"audit.zoom"_s);
    m_zoomChip->setInk(Tone::Accent);
    m_zoomChip->setToolTip(plainToolTip(tr("Only this span of time. Click to take it away.")));
    m_live = new Button({}, ButtonKind::Outlined, this);
    m_live->setObjectName(u"audit.live"_s);
    m_export = new Button({}, ButtonKind::Outlined, this);
    m_export->setObjectName(u"audit.export"_s);
    row->addWidget(m_filter, 1);
    row->addWidget(m_zoomChip);
    row->addWidget(m_live);
    row->addWidget(m_export);
    showExport();
    return row;
}

QWidget *AuditPage::makeHistogram()
{
    auto *const card = new Card(this);
    card->body()->setContentsMargins(metrics::CardPadding - 1, 8, metrics::CardPadding - 1, 4);
    m_histogram = new Histogram(u"audit.histogram"_s, tr("Records over time"), card);
    m_histogram->setPlaceholder(tr("No records in this range"));
    card->body()->addWidget(m_histogram);
    return card;
}

QWidget *AuditPage::makeResults()
{
    auto *const card = new Card(this);
    card->setFlush();
    auto *const row = new QHBoxLayout;
    row->setSpacing(0);
    card->body()->addLayout(row, 1);
    m_facets = new FacetsPanel(card);
    row->addWidget(m_facets);
    row->addWidget(new Hairline(Qt::Vertical, card));
    m_stack = new QStackedLayout;
    row->addLayout(m_stack, 1);
    m_table = new WindowedTable(u"audit.table"_s, tr("Audit records"), card);
    m_empty = new EmptyState(Icon::Audit, tr("Nothing matches"), card);
    m_empty->setObjectName(u"audit.empty"_s);
    m_wider = new QWidget;
    auto *const wider = new QVBoxLayout(m_wider);
    wider->setContentsMargins(0, 8, 0, 0);
    wider->setSpacing(4);
    m_empty->addBelow(m_wider);
    m_error = new ErrorState(card);
    m_error->setObjectName(u"audit.error"_s);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(m_error);
    return card;
}

// --- wiring ---

void AuditPage::wire()
{
    connect(m_filter, &FilterBar::filterChanged, this,
            [this](const QString &filter) { m_presenter.setFilter(filter); });
    connect(m_filter, &FilterBar::submitted, this, [this] {
        m_table->setFocus();
        Q_EMIT placeChanged();
    });
    connect(m_zoomChip, &Button::clicked, this, [this] { zoomTo(std::nullopt); });
    connect(m_live, &Button::clicked, this, &AuditPage::toggleLive);
    connect(m_export, &Button::clicked, this, &AuditPage::startExport);
    connect(m_histogram, &Histogram::spanSelected, this,
            [this](const TimeSpan &span) { zoomTo(span); });
    connect(m_histogram, &Histogram::spanCleared, this, [this] { zoomTo(std::nullopt); });
    connect(m_facets, &FacetsPanel::termChosen, this, &AuditPage::narrow);
    connect(m_error, &ErrorState::retry, this, [this] { m_presenter.askAgain(); });

    connect(&m_presenter, &AuditPresenter::stateChanged, this, &AuditPage::showState);
    connect(&m_presenter, &AuditPresenter::widerChanged, this, &AuditPage::showEmpty);
    connect(&m_presenter, &AuditPresenter::countChanged, this, [this] {
        m_filter->setResult(m_presenter.resultText());
        if (m_presenter.count())
            m_facets->setFacets(m_presenter.facets(), m_presenter.count()->matching);
    });
    connect(&m_presenter, &AuditPresenter::histogramChanged, this,
            [this] { m_histogram->setBars(m_presenter.bars(), m_presenter.barsEnd()); });
    connect(&m_presenter, &AuditPresenter::facetsChanged, this, [this] {
        const auto &count = m_presenter.count();
        m_facets->setFacets(m_presenter.facets(), count ? count->matching : 0);
    });
    connect(&m_presenter, &AuditPresenter::rowsArrived, m_table, &WindowedTable::noteNewRows);
    connect(&m_presenter, &AuditPresenter::exportChanged, this, &AuditPage::showExport);
    connect(&m_presenter, &AuditPresenter::exported, this, &AuditPage::tellExported);

    connect(m_drawer, &WhyDrawer::ruleRequested, this, &AuditPage::goToRule);
    connect(m_drawer, &WhyDrawer::simulationRequested, this, &AuditPage::simulate);
    connect(m_drawer, &WhyDrawer::workflowRequested, this, &AuditPage::followWorkflow);
    connect(m_drawer, &WhyDrawer::linkCopyRequested, this, &AuditPage::copyLink);
    connect(m_drawer, &WhyDrawer::valueChosen, this, [this](const QString &value) {
        narrow(termOf({}, value.toUtf8()).mid(1)); // free text
    });
    connect(m_drawer, &Drawer::openChanged, this, [this](bool open) {
        std::vector<int> widths;
        for (const RowSource::Column &column : m_presenter.source().columns())
            widths.push_back(column.width);
        for (std::size_t i = 0; i < widths.size(); ++i)
            m_table->view()->setColumnHidden(static_cast<int>(i), open && NarrowWidths[i] == 0);
        if (open)
            widths.assign(NarrowWidths.begin(), NarrowWidths.end());
        m_table->view()->setColumnWidths(widths);
    });
}

void AuditPage::wireTable()
{
    m_table->view()->installEventFilter(this);
    connect(m_table, &WindowedTable::followingChanged, this, &AuditPage::showFollowing);
    connect(m_table, &WindowedTable::opened, this, [this](const QByteArray &id) {
        openWhy(id);
        Q_EMIT placeChanged();
    });
    // Once the drawer is open it follows the table.
    connect(m_table, &WindowedTable::currentChanged, this, [this](const QByteArray &id) {
        if (m_drawer->isOpen() && !id.isEmpty())
            openWhy(id);
    });
    connect(m_table, &WindowedTable::menuRequested, this, &AuditPage::fillMenu);
}

// --- the shell ---

void AuditPage::setScope(const Scope &scope)
{
    m_presenter.setScope(scope);
}

void AuditPage::activate()
{
    m_presenter.activate();
    // Not sooner: a source without a question would be asked for every row there is.
    if (m_table->model().source() == nullptr)
        m_table->setSource(&m_presenter.source());
    m_table->setFocus();
}

void AuditPage::deactivate()
{
    m_presenter.deactivate();
}

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

// --- showing ---

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
