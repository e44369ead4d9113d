#include "ui/kit/cellmodel.h"

#include <algorithm>
#include <set>

namespace provost::ui {

namespace {

void keepFirstOfEachId(std::vector<CellRow> &rows)
{
    std::set<QByteArray> seen;
    std::erase_if(rows, [&](const CellRow &row) { return !seen.insert(row.id).second; });
}

} // namespace

CellModel::CellModel(std::vector<Column> columns, QObject *parent)
    : QAbstractTableModel(parent)
    , m_columns(std::move(columns))
{
}

void CellModel::setRows(std::vector<CellRow> rows)
{
    keepFirstOfEachId(rows);
    std::set<QByteArray> wanted;
    for (const CellRow &row : rows) {
        wanted.insert(row.id);
    }
    for (int i = rowCount() - 1; i >= 0; --i) {
        if (!wanted.contains(m_rows[static_cast<std::size_t>(i)].id)) {
            beginRemoveRows({}, i, i);
            m_rows.erase(m_rows.begin() + i);
            endRemoveRows();
        }
    }
    for (int i = 0; i < static_cast<int>(rows.size()); ++i) {
        CellRow &row = rows[static_cast<std::size_t>(i)];
        const auto place = m_rows.begin() + i;
        const auto known = std::find_if(place, m_rows.end(),
                                        [&](const CellRow &other) { return other.id == row.id; });
        if (known == m_rows.end()) {
            beginInsertRows({}, i, i);
            m_rows.insert(place, std::move(row));
            endInsertRows();
            continue;
        }
        if (known != place) {
            const int from = static_cast<int>(known - m_rows.begin());
            beginMoveRows({}, from, from, {}, i);
            std::rotate(place, known, known + 1);
            endMoveRows();
        }
        if (CellRow &shown = m_rows[static_cast<std::size_t>(i)]; shown != row) {
            shown = std::move(row);
            Q_EMIT dataChanged(index(i, 0), index(i, columnCount() - 1));
        }
    }
}

const CellRow *CellModel::rowAt(const QModelIndex &index) const
{
    const bool ours = index.model() == this && index.row() < rowCount();
    return ours ? &m_rows[static_cast<std::size_t>(index.row())] : nullptr;
}

QModelIndex CellModel::indexOf(const QByteArray &id) const
{
    const auto row = std::find_if(m_rows.begin(), m_rows.end(),
                                  [&](const CellRow &known) { return known.id == id; });
    return row == m_rows.end() ? QModelIndex() : index(static_cast<int>(row - m_rows.begin()), 0);
}

int CellModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int CellModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant CellModel::data(const QModelIndex &index, int role) const
{
    const CellRow *const row = rowAt(index);
    const auto column = static_cast<std::size_t>(index.column());
    if (row == nullptr || column >= row->cells.size()) {
        return {};
    }
    return cellData(row->cells[column], m_columns[column].alignment, role);
}

QVariant CellModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
        return {};
    }
    const Column &column = m_columns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) {
        return column.title;
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(column.alignment | Qt::AlignVCenter);
    }
    return {};
}

} // namespace provost::ui
