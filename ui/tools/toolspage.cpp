#include "ui/tools/toolspage.h"

#include "ui/kit/button.h"
#include "ui/kit/celltable.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/partscard.h"
#include "ui/kit/states.h"
#include "ui/tools/addserverdialog.h"
#include "ui/tools/serverpanel.h"
#include "ui/tools/toolpanel.h"
#include "ui/tools/toolwords.h"
#include "ui/tools/trypanel.h"

#include <QBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int serverRowsMax = 6;
constexpr std::chrono::seconds refreshInterval{2};

} // namespace

ToolsPage::ToolsPage(ControlPlane &control, PageContext &context, QWidget *parent)
    : ListPage(u"tools"_s, Icon::Tools, tr("No tool servers yet"), context, parent)
    , m_control(control)
    , m_scope(context.scope())
{
    content()->addWidget(buildServers());
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    row->addWidget(buildTools(), 5);
    row->addWidget(buildDetail(), 7);
    content()->addLayout(row, 1);
    empty()->setDetail(tr("A tool server is a program, an address or a database whose tools agents "
                          "may call. Each call is decided by policy and recorded."));
    empty()->setAction(tr("Add a tool server…"));
    connect(empty(), &EmptyState::actionTriggered, this, &ToolsPage::openAdd);
    connect(&control, &ControlPlane::configurationChanged, this, &ToolsPage::refreshInFront);
    refreshEvery(refreshInterval);
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
    m_serverTable = new CellTable(u"tools.servers"_s, tr("Tool servers"),
                                  {{tr("Server"), 190},
                                   {tr("State"), 116},
                                   {tr("Says of itself")},
                                   {tr("Transport"), 140},
                                   {tr("Tools"), 52, right},
                                   {tr("Calls"), 72, right},
                                   {tr("Failed"), 62, right},
                                   {tr("p50"), 68, right},
                                   {tr("p95"), 68, right},
                                   {tr("Restarts"), 74, right},
                                   {tr("Since"), 66, right}},
                                  card);
    m_serverTable->setHeightToRows(serverRowsMax);
    card->body()->addWidget(m_serverTable);
    connect(m_serverTable, &CellTable::chosen, this, [this](const QByteArray &key) {
        Q_EMIT placeChanged();
        tell({});
        selectServer(key);
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
    m_toolTable = new CellTable(u"tools.tools"_s, tr("Tools"),
                                {{tr("Tool")},
                                 {tr("Permission"), 90},
                                 {tr("Calls"), 70, right},
                                 {tr("Failed"), 58, right},
                                 {tr("p95"), 68, right}},
                                card);
    m_noTools = new EmptyState(Icon::Tools, {}, card);
    m_noTools->setObjectName(u"tools.none"_s);
    card->body()->addWidget(m_noTools, 1);
    card->body()->addWidget(m_toolTable, 1);
    connect(m_filter, &QLineEdit::textChanged, this, &ToolsPage::fillTools);
    connect(m_toolTable, &CellTable::chosen, this, [this](const QByteArray &name) {
        Q_EMIT placeChanged();
        selectTool(name);
    });
    connect(m_toolTable, &QAbstractItemView::clicked, this, [this](const QModelIndex &index) {
        const CellRow *const row = m_toolTable->rowAt(index);
        if (row != nullptr && m_detail->current() == u"server")
            selectTool(row->id); // it was selected already, behind the server
    });
    connect(m_toolTable, &TableView::opened, this, &ToolsPage::openTry);
    return card;
}

PartsCard *ToolsPage::buildDetail()
{
    m_detail = new PartsCard(u"tools"_s, this);
    m_serverPanel = new ServerPanel(m_control, context(), m_detail);
    m_toolPanel = new ToolPanel(m_detail);
    m_tryPanel = new TryPanel(m_control, context(), m_detail);
    m_detail->addPart(u"server"_s, tr("Server"), m_serverPanel);
    m_toolPart = m_detail->addPart(u"tool"_s, tr("Tool"), m_toolPanel);
    m_tryPart = m_detail->addPart(u"try"_s, tr("Try it"), m_tryPanel);
    connect(m_serverPanel, &ServerPanel::changed, this, &ToolsPage::refresh);
    connect(m_detail, &PartsCard::chosen, this, &ToolsPage::showDetail);
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
    refreshInFront();
}

void ToolsPage::openLink(const Link &link)
{
    tell({});
    const QStringList parts = link.target.split(u'/');
    if (parts.size() < 2)
        return;
    m_server = (parts[0] + u'/' + parts[1]).toUtf8();
    m_tool = parts.size() > 2 ? parts[2].toUtf8() : QByteArray();
    showPart(m_tool.isEmpty() ? u"server"_s : u"tool"_s);
    refreshInFront();
}

Link ToolsPage::place() const
{
    QString target = QString::fromUtf8(m_server);
    if (!m_tool.isEmpty() && m_detail->current() != u"server")
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
        u"tools.run"_s, tr("Run the tool with these arguments, or answer what it asks"), Icon::Play,
        [this] { m_tryPanel->go(); },
        [this] {
            return m_detail->current() == u"try" ? m_tryPanel->presenter().runBlocked()
                                                 : tr("Open “Try it” of a tool first");
        });
    run.shortcut = QKeySequence(u"Ctrl+Return"_s);
    return {std::move(run),
            spec(u"tools.add"_s, tr("Add a tool server…"), Icon::Plus, [this] { openAdd(); }, {}),
            spec(
                u"tools.try"_s, tr("Try the selected tool"), Icon::Play, [this] { openTry(); },
                needsTool),
            spec(
                u"tools.cancel"_s, tr("Cancel the call that runs"), Icon::Stop,
                [this] { m_tryPanel->presenter().cancel(); },
                [this] {
                    return m_tryPanel->presenter().isRunning() ? QString() : tr("No call runs");
                }),
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
        showError(tr("The tool servers could not be read"), answer.error());
        return;
    }
    m_servers = *answer;
    showList(!m_servers.empty());
    m_serverTable->setRows(serverRows(m_servers, SystemClock().now()));
    if (!m_servers.empty())
        selectServer(m_server);
}

void ToolsPage::showTools(const Result<std::vector<ToolRow>> &answer)
{
    if (!answer) {
        showError(tr("The tools could not be read"), answer.error());
        return;
    }
    m_tools = *answer;
    fillTools();
}

void ToolsPage::selectServer(const QByteArray &key)
{
    const QByteArray found =
        selectIn(*m_serverTable, key,
                 tr("There is no server %1 in this scope.").arg(QString::fromUtf8(key)));
    if (found != m_server) {
        m_server = found;
        m_tool.clear();
        m_filter->clear();
        showPart(u"server"_s);
    }
    fillTools();
}

void ToolsPage::fillTools()
{
    const ServerRow *const from = server();
    if (from == nullptr)
        return;
    const auto rows = toolRows(m_tools, *from, m_filter->text());
    m_toolTable->setRows(rows);
    m_toolTable->select(m_tool);
    m_toolTable->setVisible(!rows.empty());
    m_noTools->setVisible(rows.empty());
    if (!m_filter->text().isEmpty())
        m_noTools->setSentence(tr("No tool holds “%1”").arg(m_filter->text()));
    else
        m_noTools->setSentence(from->state == "ready"
                                   ? tr("This server offers no tools")
                                   : tr("Its tools appear here once the server runs"));
    showDetail();
}

void ToolsPage::selectTool(const QByteArray &name)
{
    m_tool = name;
    if (m_detail->current() == u"server")
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
    if (m_detail->current() == u"server" || which == nullptr) {
        m_detail->setSubject(QString::fromUtf8(from->id.value), {});
        m_detail->showInstead(u"server"_s);
        return;
    }
    const QString name = QString::fromUtf8(which->name);
    const QString title = QString::fromUtf8(which->title);
    m_detail->setSubject(title.isEmpty() ? name : title, title.isEmpty() ? QString() : name);
    m_detail->showInstead(m_detail->current());
}

void ToolsPage::showPart(const QString &part)
{
    m_detail->setCurrent(part);
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
