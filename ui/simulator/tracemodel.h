// TraceModel: every policy that had a part in a decision: applied ones first, then those that did not match, with the gate
// at which they failed and both values there.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QAbstractTableModel>

namespace provost::ui {

class TraceModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { Outcome, Policy, Gate, Detail, Place, ColumnCount };

    using QAbstractTableModel::QAbstractTableModel;

    void setSteps(std::vector<policy::TraceStep> steps);
    [[nodiscard]] const policy::TraceStep *stepAt(int row) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    std::vector<policy::TraceStep> m_steps;
};

} // namespace provost::ui
