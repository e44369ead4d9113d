#include "ui/shell/actionregistry.h"

#include "server/base/assert.h"
#include "ui/kit/label.h"

#include <QAction>
#include <QMenu>
#include <QWidget>

#include <map>

namespace provost::ui {

using namespace Qt::StringLiterals;

ActionRegistry::ActionRegistry(QWidget &window)
    : QObject(&window)
    , m_window(window)
{
}

void ActionRegistry::add(const ActionSpec &spec, const QString &page)
{
    PROVOST_ASSERT(find(spec.id) == nullptr && spec.run, return );
    auto *const action = new QAction(spec.text, this);
    action->setObjectName(u"action."_s + spec.id);
    action->setShortcut(spec.shortcut);
    action->setShortcutContext(Qt::WindowShortcut);
    action->setEnabled(page.isEmpty() || page == m_page);
    if (spec.icon) {
        action->setIcon(iconOf(*spec.icon));
    }
    connect(action, &QAction::triggered, this, [this, id = spec.id] { run(id); });
    m_window.addAction(action);
    m_entries.push_back({spec, page, action});
}

void ActionRegistry::setActivePage(const QString &page)
{
    m_page = page;
    for (Entry &entry : m_entries) {
        entry.action->setEnabled(entry.page.isEmpty() || entry.page == page);
    }
}

const ActionRegistry::Entry *ActionRegistry::find(const QString &id) const
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
                                    [&](const Entry &entry) { return entry.spec.id == id; });
    return found == m_entries.end() ? nullptr : &*found;
}

QString ActionRegistry::blocked(const QString &id) const
{
    const Entry *const entry = find(id);
    if (entry == nullptr) {
        return tr("There is no such action");
    }
    if (!entry->page.isEmpty() && entry->page != m_page) {
        return tr("Open the page %1 first").arg(entry->spec.category);
    }
    return entry->spec.blocked ? entry->spec.blocked() : QString();
}

void ActionRegistry::run(const QString &id)
{
    const QString reason = blocked(id);
    if (!reason.isEmpty()) {
        Q_EMIT refused(reason);
        return;
    }
    const Entry *const entry = find(id);
    entry->spec.run();
    Q_EMIT done(id);
}

void ActionRegistry::fillMenu(QMenu &menu) const
{
    std::vector<std::pair<QString, QMenu *>> submenus;
    menu.setToolTipsVisible(true);
    for (const Entry &entry : m_entries) {
        if (!entry.page.isEmpty() && entry.page != m_page) {
            continue;
        }
        auto known = std::find_if(submenus.begin(), submenus.end(), [&](const auto &submenu) {
            return submenu.first == entry.spec.category;
        });
        if (known == submenus.end()) {
            QMenu *const submenu = menu.addMenu(entry.spec.category);
            submenu->setToolTipsVisible(true);
            known = submenus.insert(known, {entry.spec.category, submenu});
        }
        const QString reason = blocked(entry.spec.id);
        QAction *const shown = known->second->addAction(entry.action->icon(), entry.spec.text,
                                                        entry.action, &QAction::trigger);
        shown->setShortcut(entry.spec.shortcut);
        shown->setShortcutContext(Qt::WidgetShortcut); // shown here, taken by the registry's own
        shown->setEnabled(reason.isEmpty());
        shown->setToolTip(plainToolTip(reason.isEmpty() ? entry.spec.text : reason));
    }
}

QStringList ActionRegistry::conflicts() const
{
    QStringList found;
    for (auto one = m_entries.begin(); one != m_entries.end(); ++one) {
        for (auto two = std::next(one); two != m_entries.end(); ++two) {
            const bool together =
                one->page.isEmpty() || two->page.isEmpty() || one->page == two->page;
            if (together && !one->spec.shortcut.isEmpty()
                && one->spec.shortcut == two->spec.shortcut) {
                found << one->spec.shortcut.toString() + u": "_s + one->spec.id + u", "_s
                             + two->spec.id;
            }
        }
    }
    return found;
}

} // namespace provost::ui
