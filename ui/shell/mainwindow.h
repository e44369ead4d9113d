// MainWindow: the console around its pages: mode bar, scope, palette, status bar, history, help. It makes pages when they
// are first shown, gives them scope and links, and keeps nothing of the server itself.
// Thread: ui thread; never waits for the control plane.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"
#include "ui/kit/theme.h"
#include "ui/shell/actionregistry.h"
#include "ui/shell/navigation.h"
#include "ui/shell/pages.h"

#include <QTimer>
#include <QWidget>

#include <map>

class QSettings;
class QStackedWidget;

namespace provost::ui {

class CommandPalette;
class HelpWindow;
class ModeBar;
class StatusBar;
class ToastStack;
class TopBar;
struct PaletteItem;

struct WindowOptions
{
    bool safeMode =
        false; // neither reads nor writes what earlier windows left: geometry, page, theme
    QString settingsFile; // empty: the user's own
    QByteArray author;    // who sits at the console
    std::vector<PageEntry> pages = ui::pages();
};

class MainWindow final : public QWidget, public PageContext
{
    Q_OBJECT

public:
    // All three outlive the window.
    MainWindow(control::ControlPlane &control, Theme &theme, const Clock &clock,
               WindowOptions options = {});
    ~MainWindow() override;

    // --- PageContext ---
    void open(const Link &link) override;
    void notify(const Notice &notice) override;
    [[nodiscard]] Scope scope() const override { return m_scope; }
    void changeScope(const Scope &scope) override;
    [[nodiscard]] QByteArray author() const override { return m_options.author; }

    [[nodiscard]] QString currentPage() const { return m_page; }
    [[nodiscard]] const ActionRegistry &actions() const { return m_actions; }
    void openPalette(const QString &text = {});

protected:
    void closeEvent(QCloseEvent *event) override;

private:
    void layOut();
    void addActions();
    void addPageActions();
    void addThemeActions();
    void showMenu();
    void showAbout();
    void showHelp();
    [[nodiscard]] std::vector<PaletteItem> paletteItems();

    [[nodiscard]] const PageEntry *entryOf(const QString &id) const;
    Page &pageOf(const PageEntry &entry);
    void showPage(const PageEntry &entry);
    void goTo(const Visit &visit);
    [[nodiscard]] Visit here() const;
    void goBack();
    void goForward();
    void applyScope(const Scope &scope);

    void askStatus();
    void askTenants();
    void restore();
    void save();

    control::ControlPlane &m_control;
    Theme &m_theme;
    WindowOptions m_options;
    std::unique_ptr<QSettings> m_settings;
    ActionRegistry m_actions;
    Navigation m_navigation;
    Scope m_scope;
    QString m_page;                   // id of the page in front
    Link m_place;                     // where it stood when last told
    std::map<QString, Page *> m_made; // owned by the stack
    std::vector<std::pair<TenantId, QString>> m_tenants;
    ModeBar *m_modes = nullptr;
    TopBar *m_top = nullptr;
    QStackedWidget *m_stack = nullptr;
    StatusBar *m_status = nullptr;
    CommandPalette *m_palette = nullptr;
    ToastStack *m_toasts = nullptr;
    HelpWindow *m_help = nullptr;
    QTimer m_poll;
    bool m_statusAsked = false;
    int m_agents = 0;
    bool m_closing = false; // the user has confirmed
};

} // namespace provost::ui
