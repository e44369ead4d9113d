// RevisionsModel: the history as rows: when, revision, who, why, which files.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QAbstractTableModel>

namespace provost::ui {

class RevisionsModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { When, Id, Author, Reason, Files, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setRevisions(std::vector<control::Revision> revisions);
    [[nodiscard]] QByteArray idAt(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::vector<control::Revision> m_revisions;
};

} // namespace provost::ui
