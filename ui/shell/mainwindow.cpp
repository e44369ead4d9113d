#include "ui/shell/mainwindow.h"

#include "ui/kit/confirmdialog.h"
#include "ui/kit/toast.h"
#include "ui/kit/words.h"
#include "ui/shell/commandpalette.h"
#include "ui/shell/modebar.h"
#include "ui/shell/statusbar.h"
#include "ui/shell/topbar.h"

#include <QBoxLayout>
#include <QCloseEvent>
#include <QSettings>
#include <QStackedWidget>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::seconds StatusInterval(1);
constexpr int LayoutVersion = 1; // of what is saved

// Parts of the scope that travel in a link.
constexpr QLatin1StringView TenantParameter = "scope"_L1;
constexpr QLatin1StringView RangeParameter = "range"_L1;

} // namespace

MainWindow::MainWindow(control::ControlPlane &control, Theme &theme, const Clock &clock,
                       WindowOptions options)
    : m_control(control)
    , m_theme(theme)
    , m_options(std::move(options))
    , m_settings(m_options.settingsFile.isEmpty()
                     ? std::make_unique<QSettings>()
                     : std::make_unique<QSettings>(m_options.settingsFile, QSettings::IniFormat))
    , m_actions(*this)
    , m_status(new StatusBar(clock, this))
{
    setObjectName(u"mainWindow"_s);
    setWindowTitle(u"Provost"_s);
    setMinimumSize(900, 560);
    resize(1366, 850);
    layOut();
    addActions();
    connect(&m_actions, &ActionRegistry::refused, this,
            [this](const QString &reason) { notify({.tone = Tone::Ask, .text = reason}); });
    connect(&m_poll, &QTimer::timeout, this, &MainWindow::askStatus);
    connect(&m_control, &control::ControlPlane::statusChanged, this, &MainWindow::askStatus);
    connect(&m_control, &control::ControlPlane::configurationChanged, this,
            &MainWindow::askTenants);
    restore();
    askStatus();
    askTenants();
    m_poll.start(StatusInterval);
}

MainWindow::~MainWindow() = default;

void MainWindow::layOut()
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_top = new TopBar(this);
    m_modes = new ModeBar(this);
    m_stack = new QStackedWidget(this);
    m_stack->setObjectName(u"pages"_s);
    auto *const middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_modes);
    middle->addWidget(m_stack, 1);
    column->addWidget(m_top);
    column->addLayout(middle, 1);
    column->addWidget(m_status);
    for (const PageEntry &entry : m_options.pages) {
        m_modes->addPage(entry.id, entry.title, entry.icon);
    }
    m_modes->addBelow(u"help"_s, tr("Help"), Icon::Help, u"F1"_s);
    m_palette = new CommandPalette(this);
    m_toasts = new ToastStack(this);

    connect(m_modes, &ModeBar::chosen, this, [this](const QString &id) {
        id == u"help"_s ? showHelp() : open({.page = id, .target = {}, .parameters = {}});
    });
    connect(m_top, &TopBar::scopeChosen, this, &MainWindow::changeScope);
    connect(m_top, &TopBar::searchRequested, this, [this] { openPalette(); });
    connect(m_status, &StatusBar::problemsRequested, this,
            [this] { open({.page = u"overview"_s, .target = {}, .parameters = {}}); });
    connect(m_palette, &CommandPalette::refused, this,
            [this](const QString &reason) { notify({.tone = Tone::Ask, .text = reason}); });
}

// --- places ---

const PageEntry *MainWindow::entryOf(const QString &id) const
{
    const auto found = std::find_if(m_options.pages.begin(), m_options.pages.end(),
                                    [&](const PageEntry &entry) { return entry.id == id; });
    return found == m_options.pages.end() ? nullptr : &*found;
}

Page &MainWindow::pageOf(const PageEntry &entry)
{
    if (const auto known = m_made.find(entry.id); known != m_made.end()) {
        return *known->second;
    }
    Page *const page = entry.make(m_control, *this, m_stack);
    if (page->objectName().isEmpty()) {
        page->setObjectName(u"page."_s + entry.id);
    }
    page->setAccessibleName(entry.title);
    m_stack->addWidget(page);
    m_made[entry.id] = page;
    connect(page, &Page::countChanged, this,
            [this, id = entry.id](int count) { m_modes->setCount(id, count); });
    connect(page, &Page::placeChanged, this, [this, page, id = entry.id] {
        if (id == m_page) {
            m_navigation.leave({m_place, m_scope});
            m_place = here().link;
        }
    });
    page->setScope(m_scope);
    for (const ActionSpec &action : page->actions()) {
        m_actions.add(action, entry.id);
    }
    return *page;
}

void MainWindow::showPage(const PageEntry &entry)
{
    if (m_page == entry.id) {
        return;
    }
    Page &page = pageOf(entry);
    if (const auto before = m_made.find(m_page); before != m_made.end()) {
        before->second->deactivate();
    }
    m_page = entry.id;
    m_stack->setCurrentWidget(&page);
    m_modes->setCurrent(entry.id);
    m_actions.setActivePage(entry.id);
    setWindowTitle(entry.title + u" – Provost"_s);
    page.activate();
}

void MainWindow::goTo(const Visit &visit)
{
    const PageEntry *const entry = entryOf(visit.link.page);
    if (entry == nullptr) {
        notify({.tone = Tone::Ask, .text = tr("There is no page `%1`").arg(visit.link.page)});
        return;
    }
    applyScope(visit.scope);
    showPage(*entry);
    if (!visit.link.target.isEmpty() || !visit.link.parameters.empty()) {
        pageOf(*entry).openLink(visit.link);
    }
    m_place = here().link;
}

void MainWindow::open(const Link &link)
{
    Visit to{link, m_scope};
    if (const auto tenant = link.parameters.find(TenantParameter);
        tenant != link.parameters.end()) {
        to.scope.tenant = TenantId(tenant->second.toUtf8());
    }
    if (const auto range = link.parameters.find(RangeParameter); range != link.parameters.end()) {
        to.scope.range = rangeOf(range->second).value_or(m_scope.range);
    }
    to.link.parameters.erase(TenantParameter);
    to.link.parameters.erase(RangeParameter);
    if (!m_page.isEmpty() && entryOf(link.page) != nullptr && here() != to) {
        m_navigation.leave(here());
    }
    goTo(to);
}

Visit MainWindow::here() const
{
    Link link;
    if (const auto page = m_made.find(m_page); page != m_made.end()) {
        link = page->second->place();
    }
    if (link.page.isEmpty()) {
        link = {.page = m_page, .target = {}, .parameters = {}};
    }
    return {link, m_scope};
}

void MainWindow::goBack()
{
    if (const auto to = m_navigation.back(here())) {
        goTo(*to);
    }
}

void MainWindow::goForward()
{
    if (const auto to = m_navigation.forward(here())) {
        goTo(*to);
    }
}

// --- scope ---

void MainWindow::changeScope(const Scope &scope)
{
    if (scope == m_scope) {
        return;
    }
    m_navigation.leave(here());
    applyScope(scope);
}

void MainWindow::applyScope(const Scope &scope)
{
    m_top->setScope(scope);
    if (scope == m_scope) {
        return;
    }
    m_scope = scope;
    for (const auto &[id, page] : m_made) {
        page->setScope(scope);
    }
}

void MainWindow::notify(const Notice &notice)
{
    m_toasts->show(notice);
}

// --- the server's state ---

void MainWindow::askStatus()
{
    if (std::exchange(m_statusAsked, true)) {
        return;
    }
    m_control.status({this, [this](Result<control::ServerStatus> status) {
                          m_statusAsked = false;
                          if (!status) {
                              m_status->showError(status.error());
                              return;
                          }
                          m_agents = status->agents;
                          m_status->show(*status);
                      }});
}

void MainWindow::askTenants()
{
    m_control.tenants({this, [this](Result<std::vector<control::TenantRow>> tenants) {
                           if (!tenants) {
                               return; // the pages that need them say so
                           }
                           m_tenants.clear();
                           for (const control::TenantRow &tenant : *tenants) {
                               m_tenants.emplace_back(tenant.id, QString::fromUtf8(tenant.name));
                           }
                           m_top->setTenants(m_tenants);
                           m_top->setScope(m_scope);
                       }});
}

// --- what is kept between windows; never a secret ---

void MainWindow::restore()
{
    QString page;
    if (!m_options.safeMode && m_settings->value(u"layoutVersion"_s).toInt() == LayoutVersion) {
        restoreGeometry(m_settings->value(u"geometry"_s).toByteArray());
        m_theme.setChoice(themeChoiceOf(m_settings->value(u"theme"_s).toString()));
        m_palette->setRecent(m_settings->value(u"recentCommands"_s).toStringList());
        m_scope.range = rangeOf(m_settings->value(u"range"_s).toString()).value_or(m_scope.range);
        page = m_settings->value(u"page"_s).toString();
    }
    m_top->setScope(m_scope);
    const PageEntry *entry = entryOf(page);
    if (entry == nullptr && !m_options.pages.empty()) {
        entry = &m_options.pages.front();
    }
    if (entry != nullptr) {
        goTo({{.page = entry->id, .target = {}, .parameters = {}}, m_scope});
    }
}

void MainWindow::save()
{
    if (m_options.safeMode) {
        return;
    }
    m_settings->setValue(u"layoutVersion"_s, LayoutVersion);
    m_settings->setValue(u"geometry"_s, saveGeometry());
    m_settings->setValue(u"theme"_s, nameOf(m_theme.choice()));
    m_settings->setValue(u"recentCommands"_s, m_palette->recent());
    m_settings->setValue(u"range"_s, keyOf(m_scope.range));
    m_settings->setValue(u"page"_s, m_page);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    QStringList consequences;
    for (const auto &[id, page] : m_made) {
        if (const QString changes = page->unsavedChanges(); !changes.isEmpty()) {
            consequences << changes;
        }
    }
    if (m_agents > 0) {
        consequences << tr("%1 can no longer call tools.")
                            .arg(counted(m_agents, tr("connected agent"), tr("connected agents")));
    }
    if (m_closing || consequences.isEmpty()) {
        save();
        event->accept();
        return;
    }
    event->ignore();
    auto *const ask = new ConfirmDialog({.title = tr("Close Provost and stop serving?"),
                                         .text = tr("The server runs inside this window."),
                                         .consequences = consequences,
                                         .confirmText = tr("Stop and close"),
                                         .dangerous = true},
                                        this);
    connect(ask, &QDialog::accepted, this, [this] {
        m_closing = true;
        close();
    });
    ask->open();
}

} // namespace provost::ui
