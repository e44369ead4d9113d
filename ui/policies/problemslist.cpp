#include "ui/policies/problemslist.h"

#include "ui/kit/badge.h"
#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"
#include "ui/policies/policyplace.h"

#include <QKeyEvent>
#include <QPainter>
#include <QStyledItemDelegate>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int PlaceRole = Qt::UserRole;
constexpr int ErrorRole = Qt::UserRole + 1;
constexpr int RowsShownMax = 5;

class ProblemDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        return {60, metrics::RowHeight};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        const Tokens &t = tokens();
        painter->save();
        const bool selected = option.state.testFlag(QStyle::State_Selected)
                              && option.state.testFlag(QStyle::State_HasFocus);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            painter->fillRect(option.rect, selected ? t.selection : t.hover);
        }
        const bool error = index.data(ErrorRole).toBool();
        const BadgeLook look{error ? BadgeKind::Deny : BadgeKind::Warning,
                             error ? tr("error") : tr("warning")};
        QRect rest = option.rect.adjusted(metrics::CardPadding, 0, -8, 0);
        paintBadge(*painter, rest, look);
        rest.setLeft(rest.left() + badgeSize(look).width() + 8);
        const QString place = index.data(PlaceRole).toString();
        painter->setFont(monoFont());
        painter->setPen(t.muted);
        painter->drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, place);
        rest.setLeft(rest.left() + QFontMetrics(monoFont()).horizontalAdvance(place) + 10);
        painter->setFont(uiFont());
        painter->setPen(t.text);
        painter->drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                          QFontMetrics(uiFont()).elidedText(index.data().toString(), Qt::ElideRight,
                                                            rest.width()));
        painter->restore();
    }
};

} // namespace

ProblemsList::ProblemsList(QWidget *parent)
    : QListWidget(parent)
{
    setObjectName(u"policies.problems"_s);
    setAccessibleName(tr("Problems"));
    setItemDelegate(new ProblemDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    connect(this, &QListWidget::itemClicked, this,
            [this](QListWidgetItem *item) { choose(row(item)); });
    connect(this, &QListWidget::itemActivated, this,
            [this](QListWidgetItem *item) { choose(row(item)); });
}

void ProblemsList::setProblems(const std::vector<policy::Diagnostic> &problems,
                               const QByteArray &file)
{
    m_problems = problems;
    std::stable_sort(m_problems.begin(), m_problems.end(), [&](const auto &a, const auto &b) {
        return std::pair(a.where.file != file, a.severity)
               < std::pair(b.where.file != file, b.severity);
    });
    clear();
    for (const policy::Diagnostic &problem : m_problems) {
        const QString line = tr("line %1").arg(problem.where.line);
        const QString place =
            problem.where.file == file ? line : shortName(problem.where.file) + u", "_s + line;
        const bool error = problem.severity == policy::Diagnostic::Severity::Error;
        auto *const item = new QListWidgetItem(QString::fromUtf8(problem.message), this);
        item->setData(PlaceRole, place);
        item->setData(ErrorRole, error);
        item->setData(
            Qt::AccessibleTextRole,
            tr("%1, %2: %3").arg(error ? tr("error") : tr("warning"), place, item->text()));
        item->setToolTip(plainToolTip(item->text()));
    }
    setFixedHeight(std::min(count(), RowsShownMax) * metrics::RowHeight + 4);
}

void ProblemsList::choose(int row)
{
    if (row >= 0 && row < static_cast<int>(m_problems.size())) {
        Q_EMIT chosen(m_problems[static_cast<std::size_t>(row)].where);
    }
}

} // namespace provost::ui
