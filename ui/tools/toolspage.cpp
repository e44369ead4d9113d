#include "ui/tools/toolspage.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/tableview.h"
#include "ui/tools/addserverdialog.h"
#include "ui/tools/serverpanel.h"
#include "ui/tools/toolpanel.h"
#include "ui/tools/toolwords.h"
#include "ui/tools/trypanel.h"

#include <QBoxLayout>
#include <QStackedLayout>
#include <QStackedWidget>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int pageMargin = 14;
constexpr int serverRowsMax = 6;
constexpr std::chrono::seconds refreshInterval{2};

} // namespace

ToolsPage::ToolsPage(ControlPlane &control, PageContext &context, QWidget *parent)
    : Page(context, parent)
    , m_control(control)
    , m_scope(context.scope())
    , m_states(new QStackedLayout)
    , m_empty(new EmptyState(Icon::Tools, tr("No tool servers yet"), this))
    , m_error(new ErrorState(this))
    , m_banner(new Banner(this))
{
    setObjectName(u"tools"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_banner->setObjectName(u"tools.banner"_s);
    m_banner->set(Tone::Neutral, {});
    column->addWidget(m_banner);
    column->addLayout(m_states, 1);
    m_states->addWidget(buildContent());
    m_states->addWidget(m_empty);
    m_states->addWidget(m_error);
    m_empty->setDetail(tr("A tool server is a program, an address or a database whose tools agents "
                          "may call. Each call is decided by policy and recorded."));
    m_empty->setAction(tr("Add a tool server…"));
    connect(m_empty, &EmptyState::actionTriggered, this, &ToolsPage::openAdd);
    m_error->setRetry(true);
    connect(m_error, &ErrorState::retry, this, &ToolsPage::refresh);
    connect(&control, &ControlPlane::configurationChanged, this, [this] {
        if (m_inFront)
            refresh();
    });
    m_refresh.setInterval(refreshInterval);
    connect(&m_refresh, &QTimer::timeout, this, &ToolsPage::refresh);
}

QWidget *ToolsPage::buildContent()
{
    auto *const content = new QWidget(this);
    auto *const column = new QVBoxLayout(content);
    column->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    column->setSpacing(metrics::Gap);
    column->addWidget(buildServers());
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    row->addWidget(buildTools(), 5);
    row->addWidget(buildDetail(), 7);
    column->addLayout(row, 1);
    return content;
}

Card *ToolsPage::buildServers()
{
    auto *const card = new Card(tr("Tool servers"), this);
    card->setFlush();
    auto *const add = new Button(tr("Add a server…"), ButtonKind::Outlined, card);
    add->setObjectName(u"tools.add"_s);
    add->setIconOf(Icon::Plus);
    card->addToHeader(add);
    connect(add, &Button::clicked, this, &ToolsPage::openAdd);
    const auto right = Qt::AlignRight;
    m_serverModel = new CellModel({{tr("Server")},
                                   {tr("State")},
                                   {tr("Says of itself")},
                                   {tr("Transport")},
                                   {tr("Tools"), right},
                                   {tr("Calls"), right},
                                   {tr("Failed"), right},
                                   {tr("p50"), right},
                                   {tr("p95"), right},
                                   {tr("Restarts"), right},
                                   {tr("Since"), right}},
                                  this);
    m_serverTable = new TableView(u"tools.servers"_s, tr("Tool servers"), card);
    m_serverTable->setModel(m_serverModel);
    m_serverTable->setColumnWidths({180, 120, -1, 150, 60, 74, 72, 78, 78, 76, 70});
    m_serverTable->setHeightToRows(serverRowsMax);
    m_serverTable->setSelectionMode(QAbstractItemView::SingleSelection);
    card->body()->addWidget(m_serverTable);
    connect(m_serverTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                const CellRow *const row = m_serverModel->rowAt(current);
                if (m_selecting || row == nullptr || m_server == row->id)
                    return;
                Q_EMIT placeChanged();
                m_banner->set(Tone::Neutral, {});
                selectServer(row->id);
            });
    return card;
}

Card *ToolsPage::buildTools()
{
    auto *const card = new Card(tr("Tools"), this);
    card->setFlush();
    card->setMinimumWidth(360);
    m_filter = new LineField(u"tools.filter"_s, tr("Find a tool"), card);
    m_filter->setPlaceholderText(tr("Find a tool"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setFixedWidth(180);
    card->addToHeader(m_filter);
    const auto right = Qt::AlignRight;
    m_toolModel = new CellModel({{tr("Tool")},
                                 {tr("Permission")},
                                 {tr("Calls"), right},
                                 {tr("Failed"), right},
                                 {tr("p95"), right}},
                                this);
    m_toolTable = new TableView(u"tools.tools"_s, tr("Tools"), card);
    m_toolTable->setModel(m_toolModel);
    m_toolTable->setColumnWidths({-1, 90, 70, 58, 68});
    m_toolTable->setSelectionMode(QAbstractItemView::SingleSelection);
    m_noTools = new Label({}, TextRole::Caption, card);
    m_noTools->setObjectName(u"tools.none"_s);
    m_noTools->setWordWrap(true);
    m_noTools->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                                  metrics::Gap);
    card->body()->addWidget(m_noTools);
    card->body()->addWidget(m_toolTable, 1);
    connect(m_filter, &QLineEdit::textChanged, this, &ToolsPage::fillTools);
    connect(m_toolTable->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex &current) {
                const CellRow *const row = m_toolModel->rowAt(current);
                if (m_selecting || row == nullptr || m_tool == row->id)
                    return;
                Q_EMIT placeChanged();
                selectTool(row->id);
            });
    connect(m_toolTable, &QAbstractItemView::clicked, this, [this](const QModelIndex &index) {
        const CellRow *const row = m_toolModel->rowAt(index);
        if (row != nullptr && m_parts->current() == u"server")
            selectTool(row->id); // it was selected already, behind the server
    });
    connect(m_toolTable, &TableView::opened, this, &ToolsPage::openTry);
    return card;
}

Card *ToolsPage::buildDetail()
{
    m_detail = new Card(u" "_s, this);
    m_detail->setObjectName(u"tools.detail"_s);
    m_detail->setFlush();
    m_detail->setSeparated();
    m_name = new Label({}, TextRole::Mono, m_detail);
    m_name->setTone(Tone::Muted);
    m_name->setElided();
    m_parts = new Segments(m_detail);
    m_parts->setObjectName(u"tools.parts"_s);
    m_parts->setAccessibleName(tr("What is shown"));
    m_parts->add(u"server"_s, tr("Server"));
    m_toolPart = m_parts->add(u"tool"_s, tr("Tool"));
    m_tryPart = m_parts->add(u"try"_s, tr("Try it"));
    m_detail->addToHeader(m_name);
    m_detail->addToHeader(m_parts);
    m_stack = new QStackedWidget(m_detail);
    m_serverPanel = new ServerPanel(m_control, context(), m_stack);
    m_toolPanel = new ToolPanel(m_stack);
    m_tryPanel = new TryPanel(m_control, context(), m_stack);
    for (QWidget *const part :
         std::initializer_list<QWidget *>{m_serverPanel, m_toolPanel, m_tryPanel})
        m_stack->addWidget(part);
    m_detail->body()->addWidget(m_stack, 1);
    m_parts->setCurrent(u"server"_s);
    connect(m_serverPanel, &ServerPanel::changed, this, &ToolsPage::refresh);
    connect(m_parts, &Segments::chosen, this, &ToolsPage::showPart);
    return m_detail;
}

// --- page ---

void ToolsPage::setScope(const Scope &scope)
{
    if (m_scope.tenant != scope.tenant) {
        m_servers.clear();
        m_tools.clear();
    }
    m_scope = scope;
    if (m_inFront)
        refresh();
}

void ToolsPage::activate()
{
    m_inFront = true;
    refresh();
    m_refresh.start();
}

void ToolsPage::deactivate()
{
    m_inFront = false;
    m_refresh.stop();
}

void ToolsPage::openLink(const Link &link)
{
    m_banner->set(Tone::Neutral, {});
    const QStringList parts = link.target.split(u'/');
    if (parts.size() < 2)
        return;
    m_server = (parts[0] + u'/' + parts[1]).toUtf8();
    m_tool = parts.size() > 2 ? parts[2].toUtf8() : QByteArray();
    showPart(m_tool.isEmpty() ? u"server"_s : u"tool"_s);
    if (m_inFront)
        refresh();
}

Link ToolsPage::place() const
{
    QString target = QString::fromUtf8(m_server);
    if (!m_tool.isEmpty() && m_parts->current() != u"server")
        target += u'/' + QString::fromUtf8(m_tool);
    return {u"tools"_s, target, {}};
}

std::vector<ActionSpec> ToolsPage::actions()
{
    const auto spec = [](const QString &id, const QString &text, Icon icon,
                         std::function<void()> run, std::function<QString()> blocked) {
        return ActionSpec{.id = id,
                          .text = text,
                          .category = tr("Tools"),
                          .shortcut = {},
                          .icon = icon,
                          .run = std::move(run),
                          .blocked = std::move(blocked)};
    };
    const auto needsServer = [this] {
        return server() == nullptr ? tr("Select a server first") : QString();
    };
    const auto needsTool = [this] {
        return tool() == nullptr ? tr("Select a tool first") : QString();
    };
    ActionSpec run = spec(
        u"tools.run"_s, tr("Run the tool with these arguments"), Icon::Play,
        [this] { m_tryPanel->presenter().run(); },
        [this] {
            return m_parts->current() == u"try" ? m_tryPanel->presenter().runBlocked()
                                                : tr("Open “Try it” of a tool first");
        });
    run.shortcut = QKeySequence(u"Ctrl+Return"_s);
    return {std::move(run),
            spec(u"tools.add"_s, tr("Add a tool server…"), Icon::Plus, [this] { openAdd(); }, {}),
            spec(
                u"tools.try"_s, tr("Try the selected tool"), Icon::Play, [this] { openTry(); },
                needsTool),
            spec(
                u"tools.find"_s, tr("Find a tool"), Icon::Search, [this] { m_filter->setFocus(); },
                needsServer),
            spec(
                u"tools.restart"_s, tr("Restart the selected server"), Icon::Refresh,
                [this] { m_serverPanel->restart(); },
                [this] { return m_serverPanel->restartBlocked(); }),
            spec(
                u"tools.disable"_s, tr("Disable or enable the selected server…"), Icon::Stop,
                [this] { m_serverPanel->disableOrEnable(); }, needsServer)};
}

// --- what is shown ---

void ToolsPage::refresh()
{
    const int asked = ++m_asked;
    m_control.servers(m_scope.tenant,
                      {this, [this, asked](const Result<std::vector<ServerRow>> &answer) {
                           if (asked == m_asked)
                               showServers(answer);
                       }});
    m_control.tools(m_scope.tenant,
                    {this, [this, asked](const Result<std::vector<ToolRow>> &answer) {
                         if (asked == m_asked)
                             showTools(answer);
                     }});
}

void ToolsPage::showServers(const Result<std::vector<ServerRow>> &answer)
{
    if (!answer) {
        m_error->setTrouble(troubleOf(tr("The tool servers could not be read"), answer.error()));
        m_states->setCurrentIndex(2);
        return;
    }
    m_servers = *answer;
    m_states->setCurrentIndex(m_servers.empty() ? 1 : 0);
    m_selecting = true;
    m_serverModel->setRows(serverRows(m_servers, SystemClock().now()));
    m_selecting = false;
    if (!m_servers.empty())
        selectServer(m_server);
}

void ToolsPage::showTools(const Result<std::vector<ToolRow>> &answer)
{
    if (!answer) {
        m_error->setTrouble(troubleOf(tr("The tools could not be read"), answer.error()));
        m_states->setCurrentIndex(2);
        return;
    }
    m_tools = *answer;
    fillTools();
}

void ToolsPage::selectServer(const QByteArray &key)
{
    QModelIndex index = m_serverModel->indexOf(key);
    if (!index.isValid()) {
        if (!key.isEmpty())
            m_banner->set(Tone::Ask,
                          tr("! There is no server %1 in this scope.").arg(QString::fromUtf8(key)));
        index = m_serverModel->index(0, 0);
    }
    const QByteArray found = m_serverModel->rowAt(index)->id;
    if (found != m_server) {
        m_server = found;
        m_tool.clear();
        m_filter->clear();
        showPart(u"server"_s);
    }
    m_selecting = true;
    m_serverTable->setCurrentIndex(index);
    m_selecting = false;
    fillTools();
}

void ToolsPage::fillTools()
{
    const ServerRow *const from = server();
    if (from == nullptr)
        return;
    const auto rows = toolRows(m_tools, *from, m_filter->text());
    m_selecting = true;
    m_toolModel->setRows(rows);
    m_toolTable->setCurrentIndex(m_toolModel->indexOf(m_tool));
    m_selecting = false;
    QString none;
    if (rows.empty() && !m_filter->text().isEmpty())
        none = tr("No tool holds “%1”.").arg(m_filter->text());
    else if (rows.empty())
        none = from->state == "ready" ? tr("This server offers no tools.")
                                      : tr("Its tools appear here once the server runs.");
    m_noTools->setText(none);
    m_noTools->setVisible(!none.isEmpty());
    showDetail();
}

void ToolsPage::selectTool(const QByteArray &name)
{
    m_tool = name;
    if (m_parts->current() == u"server")
        showPart(u"tool"_s);
    showDetail();
}

void ToolsPage::showDetail()
{
    const ServerRow *const from = server();
    const ToolRow *const which = tool();
    setBlocked(*m_toolPart, which == nullptr ? tr("Select a tool first") : QString());
    setBlocked(*m_tryPart, which == nullptr ? tr("Select a tool first") : QString());
    if (from == nullptr)
        return;
    m_serverPanel->setServer(*from, SystemClock().now());
    if (which != nullptr) {
        m_toolPanel->setTool(*which);
        m_tryPanel->setTool(*which);
    }
    const bool ofServer = m_parts->current() == u"server" || which == nullptr;
    m_detail->setTitle(
        ofServer ? QString::fromUtf8(from->id.value)
                 : QString::fromUtf8(which->title.isEmpty() ? which->name : which->title));
    m_name->setText(ofServer || which->title.isEmpty() ? QString()
                                                       : QString::fromUtf8(which->name));
    m_stack->setCurrentWidget(ofServer ? static_cast<QWidget *>(m_serverPanel)
                              : m_parts->current() == u"try"_s ? static_cast<QWidget *>(m_tryPanel)
                                                               : m_toolPanel);
}

void ToolsPage::showPart(const QString &part)
{
    m_parts->setCurrent(part);
    showDetail();
}

void ToolsPage::openTry()
{
    if (tool() == nullptr)
        return;
    showPart(u"try"_s);
    m_tryPanel->setFocus();
}

void ToolsPage::openAdd()
{
    const ServerRow *const from = server();
    const TenantId tenant =
        !m_scope.tenant.isEmpty() || from == nullptr ? m_scope.tenant : from->tenant;
    auto *const dialog = new AddServerDialog(m_control, context().author(), tenant, this);
    connect(dialog, &QDialog::accepted, this, [this, dialog] {
        context().notify({.tone = Tone::Allow, .text = tr("The server was added")});
        if (const QByteArray key = dialog->addedKey(); !key.isEmpty())
            m_server = key;
        showPart(u"server"_s);
        refresh();
    });
    dialog->open();
}

const ServerRow *ToolsPage::server() const
{
    const auto found = std::find_if(m_servers.begin(), m_servers.end(), [&](const ServerRow &row) {
        return serverKey(row) == m_server;
    });
    return found == m_servers.end() ? nullptr : &*found;
}

const ToolRow *ToolsPage::tool() const
{
    const ServerRow *const from = server();
    const auto found = std::find_if(m_tools.begin(), m_tools.end(), [&](const ToolRow &row) {
        return from != nullptr && row.tenant == from->tenant && row.server == from->id.value
               && row.name == m_tool;
    });
    return found == m_tools.end() ? nullptr : &*found;
}

} // namespace provost::ui
