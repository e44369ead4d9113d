#include "ui/simulator/tracemodel.h"

#include "ui/kit/cell.h"
#include "ui/simulator/simulatorwords.h"

#include <algorithm>

namespace provost::ui {

void TraceModel::setSteps(std::vector<policy::TraceStep> steps)
{
    beginResetModel();
    m_steps = std::move(steps);
    std::stable_partition(m_steps.begin(), m_steps.end(), [](const policy::TraceStep &step) {
        return step.outcome == policy::TraceStep::Outcome::Applied
               || step.outcome == policy::TraceStep::Outcome::RowDependent;
    });
    endResetModel();
}

const policy::TraceStep *TraceModel::stepAt(int row) const
{
    return row >= 0 && row < rowCount() ? &m_steps[static_cast<std::size_t>(row)] : nullptr;
}

int TraceModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_steps.size());
}

int TraceModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TraceModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const policy::TraceStep &step = m_steps[static_cast<std::size_t>(index.row())];
    Cell cell;
    switch (static_cast<Column>(index.column())) {
    case Outcome: {
        const BadgeLook look = outcomeOf(step);
        cell.text = look.text;
        cell.badge = look.kind;
        break;
    }
    case Policy: cell.text = QString::fromUtf8(step.rule.policy); break;
    case Gate:
        cell.text = QString::fromUtf8(step.gate);
        cell.tone = Tone::Muted;
        break;
    case Detail:
        cell.text = QString::fromUtf8(step.detail);
        cell.font = CellFont::Mono;
        break;
    case Place:
        cell.text = placeText(step.where.value_or(step.rule.where));
        cell.font = CellFont::Mono;
        cell.tone = Tone::Accent;
        break;
    case ColumnCount: break;
    }
    return cellData(cell, Qt::AlignLeft | Qt::AlignVCenter, role);
}

QVariant TraceModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    switch (static_cast<Column>(section)) {
    case Outcome: return tr("Part");
    case Policy: return tr("Policy");
    case Gate: return tr("Failed at");
    case Detail: return tr("Detail");
    case Place: return tr("Place");
    case ColumnCount: break;
    }
    return {};
}

} // namespace provost::ui
