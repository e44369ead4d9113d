#include "ui/kit/cell.h"

#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace provost::ui {

namespace {

constexpr int Padding = 10;

QFont fontOf(CellFont font)
{
    switch (font) {
    case CellFont::Words: return uiFont();
    case CellFont::Strong: return uiFont(13, QFont::DemiBold);
    case CellFont::Mono: return monoFont();
    }
    return uiFont();
}

QRect contentOf(const QStyleOptionViewItem &option)
{
    return option.rect.adjusted(Padding, 0, -Padding, 0);
}

} // namespace

QVariant cellData(const Cell &cell, Qt::Alignment alignment, int role)
{
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole: return cell.text;
    case Qt::TextAlignmentRole: return QVariant::fromValue(alignment | Qt::AlignVCenter);
    case Qt::ToolTipRole: return cell.toolTip.isEmpty() ? QVariant() : plainToolTip(cell.toolTip);
    case CellRole: return QVariant::fromValue(cell);
    default: return {};
    }
}

void CellDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                         const QModelIndex &index) const
{
    const QVariant data = index.data(CellRole);
    QStyleOptionViewItem item = option;
    initStyleOption(&item, index);
    const QStyle *const style =
        item.widget != nullptr ? item.widget->style() : QApplication::style();
    if (!data.canConvert<Cell>()) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    const Cell cell = data.value<Cell>();
    const Tokens &t = tokens();
    painter->save();
    style->drawPrimitive(QStyle::PE_PanelItemViewItem, &item, painter, item.widget);
    const QRect content = contentOf(item);
    painter->setClipRect(item.rect);
    if (cell.badge) {
        paintBadge(*painter, content, {*cell.badge, cell.text});
        painter->restore();
        return;
    }
    painter->setFont(fontOf(cell.font));
    painter->setPen(inkOf(t, cell.tone));
    painter->drawText(
        content, static_cast<int>(item.displayAlignment) | Qt::TextSingleLine,
        painter->fontMetrics().elidedText(cell.text, Qt::ElideRight, content.width()));
    if (cell.share) {
        const QRectF groove(content.x(), content.bottom() - 3, content.width(), 2);
        painter->fillRect(groove, t.hover);
        painter->fillRect(
            QRectF(groove.x(), groove.y(), groove.width() * std::clamp(*cell.share, 0.0, 1.0), 2),
            cell.tone == Tone::Neutral ? t.accent : inkOf(t, cell.tone));
    }
    painter->restore();
}

QSize CellDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const QVariant data = index.data(CellRole);
    if (!data.canConvert<Cell>()) {
        return QStyledItemDelegate::sizeHint(option, index);
    }
    const Cell cell = data.value<Cell>();
    const int width = cell.badge ? badgeSize({*cell.badge, cell.text}).width()
                                 : QFontMetrics(fontOf(cell.font)).horizontalAdvance(cell.text);
    return {width + 2 * Padding + 1, metrics::RowHeight};
}

bool CellDelegate::helpEvent(QHelpEvent *event, QAbstractItemView *view,
                             const QStyleOptionViewItem &option, const QModelIndex &index)
{
    if (event->type() != QEvent::ToolTip || !index.isValid()) {
        return false;
    }
    QString toolTip = index.data(Qt::ToolTipRole).toString(); // made by plainToolTip()
    if (toolTip.isEmpty() && sizeHint(option, index).width() > option.rect.width()) {
        toolTip = plainToolTip(index.data(Qt::DisplayRole).toString());
    }
    QToolTip::showText(event->globalPos(), toolTip, view);
    return true;
}

} // namespace provost::ui
