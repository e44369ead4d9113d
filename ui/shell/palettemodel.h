// PaletteModel: what the command palette offers for a query: fuzzy, recent first, narrowed by a prefix:
// `>` commands, `t:` tenants, `/` an audit filter, `?` help.
// Thread: ui thread.
#pragma once

#include "ui/kit/icons.h"

#include <QAbstractListModel>

#include <functional>

namespace provost::ui {

enum class PaletteKind { Page, Command, Tenant, Filter, Help };

struct PaletteItem
{
    QString id; // for the list of recent ones
    PaletteKind kind = PaletteKind::Command;
    QString title;
    QString detail;  // category, what it is
    QString keys;    // its shortcut
    QString blocked; // why it cannot be done now; empty: it can
    Icon icon = Icon::ArrowRight;
    std::function<void()> run;
};

// Pure. `recent`: ids, latest first. An item that is blocked comes after the others of its score.
[[nodiscard]] std::vector<PaletteItem> ranked(const std::vector<PaletteItem> &items,
                                              const QString &query, const QStringList &recent);

class PaletteModel : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { DetailRole = Qt::UserRole + 1, KeysRole, BlockedRole };

    using QAbstractListModel::QAbstractListModel;

    void setItems(std::vector<PaletteItem> items);
    void setRecent(const QStringList &ids);
    // Makes an item of the text after "/"; may be left out.
    void setFilterItem(std::function<PaletteItem(const QString &filter)> make);
    void setQuery(const QString &query);
    [[nodiscard]] const PaletteItem *itemAt(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

private:
    std::vector<PaletteItem> m_items;
    std::vector<PaletteItem> m_shown;
    QStringList m_recent;
    std::function<PaletteItem(const QString &)> m_filterItem;
};

} // namespace provost::ui
