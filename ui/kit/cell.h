// Cell: how one field of a table looks, as data; and the delegate that draws it: text, data in the mono font, a badge, a
// share bar. Models give a Cell under CellRole; others' models work as usual.
// Thread: ui thread.
#pragma once

#include "ui/kit/badge.h"

#include <QMetaType>
#include <QString>
#include <QStyledItemDelegate>

#include <optional>

namespace provost::ui {

enum class CellFont { Words, Strong, Mono };

struct Cell
{
    QString text; // also what is copied and read aloud
    CellFont font = CellFont::Words;
    Tone tone = Tone::Neutral;
    std::optional<BadgeKind> badge; // the text stands in a badge
    std::optional<double> share;    // 0 to 1: a thin bar under the text
    QString toolTip;                // plain; empty: the text where it is cut off

    bool operator==(const Cell &) const = default;
};

constexpr int CellRole = 0x0100 + 77; // Qt::UserRole + 77: a Cell

class CellDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    using QStyledItemDelegate::QStyledItemDelegate;

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option,
                                 const QModelIndex &index) const override;
    bool helpEvent(QHelpEvent *event, QAbstractItemView *view, const QStyleOptionViewItem &option,
                   const QModelIndex &index) override;
};

// The data of a model that gives cells: display, tooltip, alignment, accessible text and CellRole.
[[nodiscard]] QVariant cellData(const Cell &cell, Qt::Alignment alignment, int role);

} // namespace provost::ui

Q_DECLARE_METATYPE(provost::ui::Cell)
