// CellModel: the rows of a table that fits in memory, as cells. New rows replace the old ones by their ids, so that the
// selection and the current row stay with what they stood for.
// INVARIANT: ids are unique within the model.
// Thread: ui thread.
#pragma once

#include "ui/kit/cell.h"

#include <QAbstractTableModel>

#include <vector>

namespace provost::ui {

struct CellRow
{
    QByteArray id;           // names what the row stands for; unique
    std::vector<Cell> cells; // one for each column
    QByteArray link = {};    // where the row leads, for its page; empty: nowhere
    bool operator==(const CellRow &) const = default;
};

class CellModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    struct Column
    {
        QString title;
        Qt::Alignment alignment = Qt::AlignLeft;
    };

    explicit CellModel(std::vector<Column> columns, QObject *parent = nullptr);

    // A row whose id was there before is dropped.
    void setRows(std::vector<CellRow> rows);
    [[nodiscard]] const std::vector<CellRow> &rows() const { return m_rows; }
    // Null if the index is not of this model's rows.
    [[nodiscard]] const CellRow *rowAt(const QModelIndex &index) const;
    // An invalid index if there is no such row.
    [[nodiscard]] QModelIndex indexOf(const QByteArray &id) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::vector<Column> m_columns;
    std::vector<CellRow> m_rows;
};

} // namespace provost::ui
