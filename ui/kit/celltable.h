// CellTable: a table of things that have ids, of which one may be chosen. It tells what the user chose; what the page
// selects by itself, and what moves because rows came and went, it does not tell.
// Thread: ui thread.
#pragma once

#include "ui/kit/cellmodel.h"
#include "ui/kit/tableview.h"

namespace provost::ui {

class CellTable : public TableView
{
    Q_OBJECT

public:
    struct Column
    {
        QString title;
        int width = -1; // pixels; -1: what is left
        Qt::Alignment alignment = Qt::AlignLeft;
    };

    CellTable(const QString &name, const QString &accessible, const std::vector<Column> &columns,
              QWidget *parent = nullptr);

    void setRows(std::vector<CellRow> rows);
    [[nodiscard]] const CellModel &cells() const { return *m_model; }
    [[nodiscard]] const CellRow *rowAt(const QModelIndex &index) const
    {
        return m_model->rowAt(index);
    }

    // None if there is no such row.
    void select(const QByteArray &id);
    // The first row if there is no such row. Returns what is selected now; empty if there are no rows.
    QByteArray selectOrFirst(const QByteArray &id);

Q_SIGNALS:
    // Another row than the one selected before, by the user.
    void chosen(const QByteArray &id);

private:
    void tell(const QModelIndex &current);

    CellModel *m_model = nullptr;
    QByteArray m_selected;
    bool m_quiet = false; // the selection is moved by the program
};

} // namespace provost::ui
