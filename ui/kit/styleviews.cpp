// The part of ConsoleStyle that draws tables, lists, menus, tabs and frames.
#include "ui/kit/fonts.h"
#include "ui/kit/icons.h"
#include "ui/kit/paint.h"
#include "ui/kit/style.h"
#include "ui/kit/theme.h"

#include <QAbstractItemView>
#include <QPainter>
#include <QStyleOption>
#include <QTableView>

namespace provost::ui {

namespace {

bool isOn(const QStyleOption &option, QStyle::StateFlag flag)
{
    return option.state.testFlag(flag);
}

void drawIcon(QPainter &painter, const QRect &rect, Icon icon, const QColor &color, int size)
{
    painter.drawPixmap(
        QPoint(rect.x() + (rect.width() - size) / 2, rect.y() + (rect.height() - size) / 2),
        iconPixmap(icon, color, size, painter.device()->devicePixelRatioF()));
}

// Tables fill the row; lists and trees have round entries with air around them.
void drawItemBackground(const QStyleOptionViewItem &item, QPainter &painter, const QWidget *widget)
{
    const Tokens &t = tokens();
    const bool table = qobject_cast<const QTableView *>(widget) != nullptr;
    const bool selected = isOn(item, QStyle::State_Selected);
    const bool hovered = isOn(item, QStyle::State_MouseOver) && isOn(item, QStyle::State_Enabled);
    if (item.backgroundBrush.style() != Qt::NoBrush) {
        painter.fillRect(item.rect, item.backgroundBrush);
    }
    const QColor fill = selected ? t.selection : (hovered ? t.hover : QColor());
    if (!fill.isValid()) {
        return;
    }
    const bool severalColumns = item.viewItemPosition != QStyleOptionViewItem::OnlyOne
                                && item.viewItemPosition != QStyleOptionViewItem::Invalid;
    if (table || severalColumns) {
        painter.fillRect(item.rect, fill);
        return;
    }
    paintBox(
        painter, QRectF(item.rect).adjusted(1, 1, -1, -1),
        {.fill = fill, .border = selected && t.id == ThemeId::HighContrast ? t.accent : QColor()});
}

void drawMenuItem(const QStyleOptionMenuItem &item, QPainter &painter)
{
    const Tokens &t = tokens();
    if (item.menuItemType == QStyleOptionMenuItem::Separator) {
        painter.fillRect(
            QRect(item.rect.x() + 8, item.rect.center().y(), item.rect.width() - 16, 1), t.line);
        return;
    }
    const bool enabled = isOn(item, QStyle::State_Enabled);
    if (isOn(item, QStyle::State_Selected)) {
        paintBox(painter, item.rect, {.fill = t.hover, .border = {}, .radius = 5});
    }
    const QRect mark(item.rect.x() + 6, item.rect.y(), 20, item.rect.height());
    if (item.checkType != QStyleOptionMenuItem::NotCheckable) {
        if (item.checked) {
            drawIcon(painter, mark, Icon::Check, t.accent, 14);
        }
    } else if (!item.icon.isNull()) {
        item.icon.paint(
            &painter,
            QRect(mark.x() + 2, mark.center().y() - 7, metrics::IconSize, metrics::IconSize),
            Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
    }
    const qsizetype tab = item.text.indexOf(u'\t');
    const QRect words = item.rect.adjusted(32, 0, -12, 0);
    painter.setPen(enabled ? t.text : t.faint);
    painter.setFont(item.font);
    painter.drawText(words,
                     static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft | Qt::TextShowMnemonic
                                      | Qt::TextSingleLine),
                     tab < 0 ? item.text : item.text.left(tab));
    if (tab >= 0) {
        painter.setPen(enabled ? t.muted : t.faint);
        painter.setFont(monoFont(11));
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignRight, item.text.mid(tab + 1));
    }
    if (item.menuItemType == QStyleOptionMenuItem::SubMenu) {
        drawIcon(painter, QRect(item.rect.right() - 20, item.rect.y(), 16, item.rect.height()),
                 Icon::ChevronRight, t.muted, 12);
    }
}

void drawTab(const QStyleOptionTab &tab, QPainter &painter)
{
    const Tokens &t = tokens();
    const bool selected = isOn(tab, QStyle::State_Selected);
    painter.fillRect(QRect(tab.rect.x(), tab.rect.bottom(), tab.rect.width(), 1), t.line);
    if (selected) {
        painter.fillRect(QRect(tab.rect.x() + 6, tab.rect.bottom() - 1, tab.rect.width() - 12, 2),
                         t.accent);
    } else if (isOn(tab, QStyle::State_MouseOver)) {
        paintBox(painter, QRectF(tab.rect).adjusted(2, 3, -2, -5), {.fill = t.hover, .border = {}});
    }
    if (isOn(tab, QStyle::State_HasFocus) && isOn(tab, QStyle::State_KeyboardFocusChange)) {
        paintFocusRing(painter, QRectF(tab.rect).adjusted(2, 2, -2, -4), metrics::ControlRadius);
    }
}

void drawProgress(const QStyleOptionProgressBar &bar, QPainter &painter, bool contents)
{
    const Tokens &t = tokens();
    const QRectF box(bar.rect.x(), bar.rect.center().y() - 3, bar.rect.width(), 7);
    if (!contents) {
        paintBox(painter, box,
                 {.fill = t.hover,
                  .border = t.id == ThemeId::HighContrast ? t.line : QColor(),
                  .radius = 3.5});
        return;
    }
    const double range = double(bar.maximum) - bar.minimum;
    const double share =
        range <= 0 ? 0 : std::clamp((bar.progress - bar.minimum) / range, 0.0, 1.0);
    if (share > 0) {
        const QRectF done(box.x(), box.y(), std::max(box.width() * share, 7.0), box.height());
        paintBox(painter, done,
                 {.fill = bar.palette.color(QPalette::Highlight) == t.selection
                              ? t.accent
                              : bar.palette.color(QPalette::Highlight),
                  .border = {},
                  .radius = 3.5});
    }
}

void drawHeaderLabel(const QStyleOptionHeader &header, QPainter &painter)
{
    const Tokens &t = tokens();
    painter.save();
    painter.setFont(uiFont(11, QFont::DemiBold));
    painter.setPen(isOn(header, QStyle::State_MouseOver) ? t.text : t.muted);
    QRect words = header.rect;
    if (header.sortIndicator != QStyleOptionHeader::None) {
        words.adjust(0, 0, -14, 0);
    }
    painter.drawText(words,
                     static_cast<int>(header.textAlignment | Qt::AlignVCenter) | Qt::TextSingleLine,
                     painter.fontMetrics().elidedText(header.text, Qt::ElideRight, words.width()));
    painter.restore();
}

} // namespace

bool ConsoleStyle::drawViewPrimitive(PrimitiveElement element, const QStyleOption *option,
                                     QPainter *painter, const QWidget *widget) const
{
    const Tokens &t = tokens();
    switch (element) {
    case PE_PanelItemViewItem:
        if (const auto *const item = qstyleoption_cast<const QStyleOptionViewItem *>(option)) {
            drawItemBackground(*item, *painter, widget);
            return true;
        }
        return false;
    case PE_PanelItemViewRow: return true;
    case PE_IndicatorBranch:
        if (isOn(*option, State_Children)) {
            drawIcon(*painter, option->rect,
                     isOn(*option, State_Open) ? Icon::ChevronDown : Icon::ChevronRight, t.muted,
                     12);
        }
        return true;
    case PE_IndicatorHeaderArrow:
        if (const auto *const header = qstyleoption_cast<const QStyleOptionHeader *>(option)) {
            if (header->sortIndicator != QStyleOptionHeader::None) {
                drawIcon(*painter, option->rect,
                         header->sortIndicator == QStyleOptionHeader::SortUp ? Icon::ChevronUp
                                                                             : Icon::ChevronDown,
                         t.muted, 10);
            }
        }
        return true;
    case PE_PanelMenu:
        paintBox(*painter, option->rect,
                 {.fill = t.raised, .border = t.line, .radius = metrics::CardRadius});
        return true;
    case PE_FrameMenu:
    case PE_PanelScrollAreaCorner: // between two scroll bars, the card shows
    case PE_FrameTabWidget:
    case PE_FrameTabBarBase:
    case PE_PanelMenuBar:
    case PE_PanelToolBar: return true;
    case PE_PanelTipLabel:
        painter->fillRect(option->rect, t.line);
        painter->fillRect(option->rect.adjusted(1, 1, -1, -1), t.raised);
        return true;
    case PE_Frame:
    case PE_FrameGroupBox:
        paintBox(*painter, option->rect,
                 {.fill = {}, .border = t.line, .radius = metrics::ControlRadius});
        return true;
    case PE_IndicatorArrowDown:
        drawIcon(*painter, option->rect, Icon::ChevronDown, t.muted, 12);
        return true;
    case PE_IndicatorArrowUp:
        drawIcon(*painter, option->rect, Icon::ChevronUp, t.muted, 12);
        return true;
    case PE_IndicatorArrowRight:
        drawIcon(*painter, option->rect, Icon::ChevronRight, t.muted, 12);
        return true;
    case PE_IndicatorArrowLeft:
        drawIcon(*painter, option->rect, Icon::ChevronLeft, t.muted, 12);
        return true;
    default: return false;
    }
}

bool ConsoleStyle::drawViewControl(ControlElement element, const QStyleOption *option,
                                   QPainter *painter, const QWidget *) const
{
    const Tokens &t = tokens();
    switch (element) {
    case CE_HeaderSection:
    case CE_HeaderEmptyArea:
        painter->fillRect(QRect(option->rect.x(), option->rect.bottom(), option->rect.width(), 1),
                          t.line);
        return true;
    case CE_HeaderLabel:
        if (const auto *const header = qstyleoption_cast<const QStyleOptionHeader *>(option)) {
            drawHeaderLabel(*header, *painter);
            return true;
        }
        return false;
    case CE_MenuItem:
        if (const auto *const item = qstyleoption_cast<const QStyleOptionMenuItem *>(option)) {
            drawMenuItem(*item, *painter);
            return true;
        }
        return false;
    case CE_MenuEmptyArea:
    case CE_MenuBarEmptyArea:
    case CE_ToolBar:
    case CE_ShapedFrame:
        if (element == CE_ShapedFrame) {
            return false;
        }
        return true;
    case CE_TabBarTabShape:
        if (const auto *const tab = qstyleoption_cast<const QStyleOptionTab *>(option)) {
            drawTab(*tab, *painter);
            return true;
        }
        return false;
    case CE_ProgressBarGroove:
    case CE_ProgressBarContents:
        if (const auto *const bar = qstyleoption_cast<const QStyleOptionProgressBar *>(option)) {
            drawProgress(*bar, *painter, element == CE_ProgressBarContents);
            return true;
        }
        return false;
    case CE_ProgressBarLabel:
    case CE_Splitter: return true;
    default: return false;
    }
}

} // namespace provost::ui
