#include "ui/audit/auditpage.h"

#include "ui/audit/facetspanel.h"
#include "ui/audit/filterterms.h"
#include "ui/audit/whydrawer.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/filterbar.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/kit/windowedtable.h"

#include <QBoxLayout>
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

} // namespace provost::ui
