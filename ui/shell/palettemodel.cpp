#include "ui/shell/palettemodel.h"

#include "ui/shell/fuzzymatch.h"

#include <algorithm>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr std::size_t ShownMax = 50;
constexpr int RecentBonus = 40; // of the latest; each older one gets less

struct Query
{
    std::optional<PaletteKind> kind; // none: all but help
    QString words;
};

Query read(const QString &text)
{
    if (text.startsWith(u'>')) {
        return {PaletteKind::Command, text.mid(1).trimmed()};
    }
    if (text.startsWith(u"t:"_s)) {
        return {PaletteKind::Tenant, text.mid(2).trimmed()};
    }
    if (text.startsWith(u'?')) {
        return {PaletteKind::Help, text.mid(1).trimmed()};
    }
    return {std::nullopt, text.trimmed()};
}

} // namespace

std::vector<PaletteItem> ranked(const std::vector<PaletteItem> &items, const QString &query,
                                const QStringList &recent)
{
    const Query asked = read(query);
    struct Scored
    {
        const PaletteItem *item;
        int score;
    };
    std::vector<Scored> scored;
    for (const PaletteItem &item : items) {
        const bool fits = asked.kind ? item.kind == *asked.kind
                                     : item.kind != PaletteKind::Help || !asked.words.isEmpty();
        if (!fits) {
            continue;
        }
        const auto byTitle = fuzzyMatch(asked.words, item.title);
        const auto byBoth = fuzzyMatch(asked.words, item.detail + u' ' + item.title);
        if (!byTitle && !byBoth) {
            continue;
        }
        // What is found only with the category's help comes after what its own name says.
        int score = byTitle ? byTitle->score : byBoth->score / 2;
        const qsizetype age = recent.indexOf(item.id);
        if (age >= 0) {
            score += std::max(RecentBonus - static_cast<int>(age) * 4, 4);
        }
        scored.push_back({&item, score});
    }
    std::stable_sort(scored.begin(), scored.end(), [](const Scored &a, const Scored &b) {
        if (a.score != b.score) {
            return a.score > b.score;
        }
        return a.item->blocked.isEmpty() && !b.item->blocked.isEmpty();
    });
    std::vector<PaletteItem> result;
    for (const Scored &one : scored) {
        if (result.size() == ShownMax) {
            break;
        }
        result.push_back(*one.item);
    }
    return result;
}

void PaletteModel::setItems(std::vector<PaletteItem> items)
{
    m_items = std::move(items);
}

void PaletteModel::setRecent(const QStringList &ids)
{
    m_recent = ids;
}

void PaletteModel::setFilterItem(std::function<PaletteItem(const QString &)> make)
{
    m_filterItem = std::move(make);
}

void PaletteModel::setQuery(const QString &query)
{
    beginResetModel();
    if (query.startsWith(u'/') && m_filterItem) {
        m_shown = {m_filterItem(query.mid(1).trimmed())};
    } else {
        m_shown = ranked(m_items, query, m_recent);
    }
    endResetModel();
}

const PaletteItem *PaletteModel::itemAt(int row) const
{
    return row < 0 || row >= rowCount() ? nullptr : &m_shown[static_cast<std::size_t>(row)];
}

int PaletteModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant PaletteModel::data(const QModelIndex &index, int role) const
{
    const PaletteItem *const item = index.isValid() ? itemAt(index.row()) : nullptr;
    if (item == nullptr) {
        return {};
    }
    switch (role) {
    case Qt::DisplayRole: return item->title;
    case Qt::DecorationRole: return iconOf(item->icon);
    case Qt::AccessibleTextRole:
        return item->blocked.isEmpty() ? QString(item->title + u", "_s + item->detail)
                                       : QString(item->title + u", "_s + item->blocked);
    case DetailRole: return item->detail;
    case KeysRole: return item->keys;
    case BlockedRole: return item->blocked;
    default: return {};
    }
}

} // namespace provost::ui
