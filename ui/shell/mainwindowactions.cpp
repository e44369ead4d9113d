// The part of MainWindow that says what can be done: actions, palette, menu, help.
#include "ui/kit/button.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/label.h"
#include "ui/shell/commandpalette.h"
#include "ui/shell/helpwindow.h"
#include "ui/shell/mainwindow.h"
#include "ui/shell/topbar.h"

#include <QApplication>
#include <QBoxLayout>
#include <QDialog>
#include <QMenu>

namespace provost::ui {

using namespace Qt::StringLiterals;

void MainWindow::addActions()
{
    const QString app = tr("Provost");
    const QString go = tr("Go");
    m_actions.add({.id = u"app.palette"_s,
                   .text = tr("Search or run…"),
                   .category = app,
                   .shortcut = QKeySequence(u"Ctrl+K"_s),
                   .icon = Icon::Search,
                   .run = [this] { openPalette(); }});
    m_actions.add({.id = u"app.commands"_s,
                   .text = tr("Run a command…"),
                   .category = app,
                   .shortcut = QKeySequence(u"Ctrl+Shift+P"_s),
                   .run = [this] { openPalette(u">"_s); }});
    addPageActions();
    m_actions.add({.id = u"go.back"_s,
                   .text = tr("Back"),
                   .category = go,
                   .shortcut = QKeySequence(u"Alt+Left"_s),
                   .icon = Icon::ChevronLeft,
                   .run = [this] { goBack(); },
                   .blocked = [this]() -> QString {
                       return m_navigation.canGoBack() ? QString()
                                                       : tr("There is nowhere to go back to");
                   }});
    m_actions.add({.id = u"go.forward"_s,
                   .text = tr("Forward"),
                   .category = go,
                   .shortcut = QKeySequence(u"Alt+Right"_s),
                   .icon = Icon::ChevronRight,
                   .run = [this] { goForward(); },
                   .blocked = [this]() -> QString {
                       return m_navigation.canGoForward() ? QString()
                                                          : tr("There is nowhere to go on to");
                   }});
    m_actions.add({.id = u"app.refresh"_s,
                   .text = tr("Refresh the page"),
                   .category = app,
                   .shortcut = QKeySequence(u"F5"_s),
                   .icon = Icon::Refresh,
                   .run = [this] {
                       if (const auto page = m_made.find(m_page); page != m_made.end()) {
                           page->second->activate();
                       }
                   }});
    m_actions.add({.id = u"app.copyLink"_s,
                   .text = tr("Copy link to this place"),
                   .category = app,
                   .icon = Icon::Link,
                   .run = [this] {
                       Link link = here().link;
                       link.parameters[u"range"_s] = keyOf(m_scope.range);
                       if (!m_scope.tenant.isEmpty()) {
                           link.parameters[u"scope"_s] = QString::fromUtf8(m_scope.tenant.value);
                       }
                       copyText(u"provost://"_s + link.toString());
                       notify({.tone = Tone::Allow, .text = tr("Link copied")});
                   }});
    addThemeActions();
    m_actions.add({.id = u"help.page"_s,
                   .text = tr("Help on this page"),
                   .category = tr("Help"),
                   .shortcut = QKeySequence(u"F1"_s),
                   .icon = Icon::Help,
                   .run = [this] { showHelp(); }});
    m_actions.add({.id = u"help.about"_s,
                   .text = tr("About Provost"),
                   .category = tr("Help"),
                   .icon = Icon::Info,
                   .run = [this] { showAbout(); }});
    m_actions.add({.id = u"app.quit"_s,
                   .text = tr("Close"),
                   .category = app,
                   .shortcut = QKeySequence(u"Ctrl+Q"_s),
                   .run = [this] { close(); }});
    connect(m_top->menuButton(), &Button::clicked, this, &MainWindow::showMenu);
    m_palette->setFilterItem([this](const QString &filter) {
        return PaletteItem{
            .id = u"filter"_s,
            .kind = PaletteKind::Filter,
            .title = filter.isEmpty() ? tr("Type an audit filter") : filter,
            .detail = tr("Filter the audit records"),
            .keys = {},
            .blocked = filter.isEmpty() ? tr("such as decision:deny") : QString(),
            .icon = Icon::Filter,
            .run = [this, filter] {
                open({.page = u"audit"_s, .target = {}, .parameters = {{u"filter"_s, filter}}});
            }};
    });
}

void MainWindow::addPageActions()
{
    int number = 0;
    for (const PageEntry &entry : m_options.pages) {
        ++number;
        m_actions.add(
            {.id = u"go."_s + entry.id,
             .text = entry.title,
             .category = tr("Go"),
             .shortcut = number <= 9 ? QKeySequence(u"Ctrl+%1"_s.arg(number)) : QKeySequence(),
             .icon = entry.icon,
             .run = [this, id = entry.id] { open({.page = id, .target = {}, .parameters = {}}); }});
    }
}

void MainWindow::addThemeActions()
{
    struct Choice
    {
        Theme::Choice choice;
        QString text;
        Icon icon;
    };
    const std::vector<Choice> choices = {
        {Theme::Choice::System, tr("Theme of the system"), Icon::Theme},
        {Theme::Choice::Light, tr("Light theme"), Icon::Sun},
        {Theme::Choice::Dark, tr("Dark theme"), Icon::Theme},
        {Theme::Choice::HighContrast, tr("High contrast theme"), Icon::Eye}};
    for (const Choice &one : choices) {
        m_actions.add({.id = u"theme."_s + nameOf(one.choice),
                       .text = one.text,
                       .category = tr("View"),
                       .icon = one.icon,
                       .run = [this, choice = one.choice] { m_theme.setChoice(choice); }});
    }
    connect(m_top->themeButton(), &Button::clicked, this, [this, choices] {
        auto *const menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        for (const Choice &one : choices) {
            QAction *const action = menu->addAction(
                one.text, this, [this, choice = one.choice] { m_theme.setChoice(choice); });
            action->setCheckable(true);
            action->setChecked(m_theme.choice() == one.choice);
        }
        const Button *const button = m_top->themeButton();
        menu->popup(button->mapToGlobal(QPoint(0, button->height() + 2)));
    });
}

void MainWindow::showMenu()
{
    auto *const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    m_actions.fillMenu(*menu);
    const Button *const button = m_top->menuButton();
    menu->popup(button->mapToGlobal(
        QPoint(button->width() - menu->sizeHint().width(), button->height() + 2)));
}

std::vector<PaletteItem> MainWindow::paletteItems()
{
    std::vector<PaletteItem> items;
    for (const ActionRegistry::Entry &entry : m_actions.entries()) {
        const bool page = entry.spec.id.startsWith(u"go."_s) && entryOf(entry.spec.id.mid(3));
        items.push_back({.id = entry.spec.id,
                         .kind = page ? PaletteKind::Page : PaletteKind::Command,
                         .title = entry.spec.text,
                         .detail = entry.spec.category,
                         .keys = entry.spec.shortcut.toString(QKeySequence::NativeText),
                         .blocked = m_actions.blocked(entry.spec.id),
                         .icon = entry.spec.icon.value_or(Icon::ArrowRight),
                         .run = [this, id = entry.spec.id] { m_actions.run(id); }});
    }
    for (const auto &[id, name] : m_tenants) {
        items.push_back({.id = u"tenant."_s + QString::fromUtf8(id.value),
                         .kind = PaletteKind::Tenant,
                         .title = QString::fromUtf8(id.value),
                         .detail = name,
                         .keys = {},
                         .blocked = {},
                         .icon = Icon::Tenants,
                         .run = [this, tenant = id] {
                             changeScope({tenant, m_scope.range});
                         }});
    }
    for (const HelpTopic &topic : helpTopics()) {
        items.push_back({.id = u"help."_s + topic.id,
                         .kind = PaletteKind::Help,
                         .title = topic.title,
                         .detail = tr("Help"),
                         .keys = {},
                         .blocked = {},
                         .icon = Icon::Help,
                         .run = [this, id = topic.id] {
                             showHelp();
                             m_help->open(id);
                         }});
    }
    return items;
}

void MainWindow::openPalette(const QString &text)
{
    m_palette->openWith(paletteItems(), text);
}

void MainWindow::showHelp()
{
    if (m_help == nullptr) {
        m_help = new HelpWindow(m_actions, this);
    }
    m_help->open(m_page);
}

void MainWindow::showAbout()
{
    auto *const about = new QDialog(this);
    about->setObjectName(u"about"_s);
    about->setAttribute(Qt::WA_DeleteOnClose);
    about->setWindowTitle(tr("About Provost"));
    auto *const column = new QVBoxLayout(about);
    column->setContentsMargins(24, 20, 24, 16);
    column->setSpacing(8);
    column->addWidget(new Label(u"Provost " PROVOST_VERSION ""_s, TextRole::Title, about));
    const auto words = [&](const QString &text, TextRole role) {
        auto *const label = new Label(text, role, about);
        label->setWordWrap(true);
        label->setMinimumWidth(380);
        column->addWidget(label);
    };
    words(tr("Who may call which tool, on which rows, how often and at what cost; and the proof of "
             "every call that was made."),
          TextRole::Body);
    words(tr("Free software under the GNU General Public License, version 3 or later. Comes with "
             "no warranty."),
          TextRole::Caption);
    words(tr("Built with Qt %1 and QScintilla; text in Inter and JetBrains Mono.")
              .arg(QString::fromLatin1(qVersion())),
          TextRole::Caption);
    auto *const shut = new Button(tr("Close"), ButtonKind::Outlined, about);
    shut->setObjectName(u"about.close"_s);
    column->addSpacing(6);
    column->addWidget(shut, 0, Qt::AlignRight);
    connect(shut, &Button::clicked, about, &QDialog::accept);
    about->open();
}

} // namespace provost::ui
