// ActionRegistry: all that can be done in the window, in one list: the source of menus, palette, shortcuts and the list of
// shortcuts in the help. Actions of a page work only while it is in front.
// INVARIANT: an id is there once; no two actions that can be enabled together share a shortcut (see conflicts()).
// Thread: ui thread.
#pragma once

#include "ui/kit/action.h"

#include <QObject>

#include <deque>
#include <vector>

class QAction;
class QMenu;
class QWidget;

namespace provost::ui {

class ActionRegistry : public QObject
{
    Q_OBJECT

public:
    // Shortcuts work in `window`.
    explicit ActionRegistry(QWidget &window);

    struct Entry
    {
        ActionSpec spec;
        QString page; // empty: of the whole application
        QAction *action = nullptr;
    };

    // `page` empty: of the whole application. A second action of the same id is refused.
    void add(const ActionSpec &spec, const QString &page = {});
    void setActivePage(const QString &page);
    [[nodiscard]] const std::deque<Entry> &entries() const { return m_entries; }
    [[nodiscard]] const Entry *find(const QString &id) const;

    // Why it cannot be done now; empty: it can. `unknown` ids are blocked.
    [[nodiscard]] QString blocked(const QString &id) const;
    // Does it unless it is blocked; then emits refused().
    void run(const QString &id);

    // One submenu per category, as things stand now.
    void fillMenu(QMenu &menu) const;
    // "Ctrl+K: palette.open, other.id" for each shortcut claimed twice.
    [[nodiscard]] QStringList conflicts() const;

Q_SIGNALS:
    void done(const QString &id);
    void refused(const QString &reason);

private:
    QWidget &m_window;
    std::deque<Entry> m_entries; // addresses stay
    QString m_page;
};

} // namespace provost::ui
