#include "ui/kit/celltable.h"

#include <QScopedValueRollback>

namespace provost::ui {

namespace {

std::vector<CellModel::Column> titlesOf(const std::vector<CellTable::Column> &columns)
{
    std::vector<CellModel::Column> titles;
    titles.reserve(columns.size());
    for (const CellTable::Column &column : columns)
        titles.push_back({column.title, column.alignment});
    return titles;
}

} // namespace

CellTable::CellTable(const QString &name, const QString &accessible,
                     const std::vector<Column> &columns, QWidget *parent)
    : TableView(name, accessible, parent)
    , m_model(new CellModel(titlesOf(columns), this))
{
    setModel(m_model);
    std::vector<int> widths;
    widths.reserve(columns.size());
    for (const Column &column : columns)
        widths.push_back(column.width);
    setColumnWidths(widths);
    setSelectionMode(QAbstractItemView::SingleSelection);
    connect(selectionModel(), &QItemSelectionModel::currentRowChanged, this, &CellTable::tell);
}

void CellTable::setRows(std::vector<CellRow> rows)
{
    const QScopedValueRollback quiet(m_quiet, true);
    m_model->setRows(std::move(rows));
}

void CellTable::select(const QByteArray &id)
{
    const QScopedValueRollback quiet(m_quiet, true);
    const QModelIndex index = m_model->indexOf(id);
    m_selected = index.isValid() ? id : QByteArray();
    setCurrentIndex(index);
}

QByteArray CellTable::selectOrFirst(const QByteArray &id)
{
    const CellRow *const first = m_model->rowAt(m_model->index(0, 0));
    select(first == nullptr || m_model->indexOf(id).isValid() ? id : first->id);
    return m_selected;
}

void CellTable::tell(const QModelIndex &current)
{
    const CellRow *const row = m_model->rowAt(current);
    if (m_quiet || row == nullptr || row->id == m_selected)
        return;
    m_selected = row->id;
    Q_EMIT chosen(m_selected);
}

} // namespace provost::ui
