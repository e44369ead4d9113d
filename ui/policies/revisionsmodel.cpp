#include "ui/policies/revisionsmodel.h"

#include "ui/kit/cell.h"

namespace provost::ui {

using namespace Qt::StringLiterals;

void RevisionsModel::setRevisions(std::vector<control::Revision> revisions)
{
    beginResetModel();
    m_revisions = std::move(revisions);
    endResetModel();
}

QByteArray RevisionsModel::idAt(int row) const
{
    return row >= 0 && row < rowCount() ? m_revisions[static_cast<std::size_t>(row)].id
                                        : QByteArray();
}

int RevisionsModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_revisions.size());
}

int RevisionsModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RevisionsModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const control::Revision &revision = m_revisions[static_cast<std::size_t>(index.row())];
    Cell cell;
    switch (static_cast<Column>(index.column())) {
    case When:
        cell.text = QString::fromLatin1(toRfc3339(revision.when).left(19)).replace(u'T', u' ');
        cell.font = CellFont::Mono;
        break;
    case Id:
        cell.text = QString::fromUtf8(revision.id.left(12));
        cell.font = CellFont::Mono;
        cell.tone = index.row() == 0 ? Tone::Allow : Tone::Neutral;
        break;
    case Author: cell.text = QString::fromUtf8(revision.author); break;
    case Reason: cell.text = QString::fromUtf8(revision.reason); break;
    case Files:
        cell.text = QString::fromUtf8(
            QByteArrayList(revision.files.begin(), revision.files.end()).join(", "));
        cell.tone = Tone::Muted;
        break;
    case ColumnCount: break;
    }
    return cellData(cell, Qt::AlignLeft | Qt::AlignVCenter, role);
}

QVariant RevisionsModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (static_cast<Column>(section)) {
    case When: return tr("When (UTC)");
    case Id: return tr("Revision");
    case Author: return tr("Who");
    case Reason: return tr("Reason");
    case Files: return tr("Files");
    case ColumnCount: break;
    }
    return {};
}

} // namespace provost::ui
