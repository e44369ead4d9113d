// The part of ConsoleStyle that draws what one clicks and types in.
#include "ui/kit/button.h"
#include "ui/kit/fonts.h"
#include "ui/kit/paint.h"
#include "ui/kit/style.h"
#include "ui/kit/theme.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPainter>
#include <QStyleOption>

namespace provost::ui {

namespace {

bool isOn(const QStyleOption &option, QStyle::State flag)
{
    return option.state.testFlag(static_cast<QStyle::StateFlag>(int(flag)));
}

bool hasKeyboard(const QStyleOption &option)
{
    return isOn(option, QStyle::State_HasFocus) && isOn(option, QStyle::State_KeyboardFocusChange);
}

struct ButtonColors
{
    QColor fill;
    QColor border;
    QColor ink;
};

ButtonKind kindOf(const QWidget *widget, const QStyleOptionButton &option)
{
    if (const auto *const button = qobject_cast<const Button *>(widget)) {
        return button->kind();
    }
    return option.features.testFlag(QStyleOptionButton::Flat) ? ButtonKind::Flat
                                                              : ButtonKind::Outlined;
}

ButtonColors colorsOf(const QStyleOptionButton &option, const QWidget *widget)
{
    const Tokens &t = tokens();
    const bool enabled = isOn(option, QStyle::State_Enabled);
    const bool pressed = isOn(option, QStyle::State_Sunken);
    const bool hovered = enabled && isOn(option, QStyle::State_MouseOver);
    const auto *const kit = qobject_cast<const Button *>(widget);
    const std::optional<QColor> ink =
        kit == nullptr || !kit->ink() ? std::nullopt : std::optional<QColor>(inkOf(t, *kit->ink()));
    const QColor raised = pressed || hovered ? t.hover : t.raised;
    if (isOn(option, QStyle::State_On)) {
        const Tone tone = kit == nullptr ? Tone::Accent : kit->checkedTone();
        const bool plain = tone == Tone::Accent;
        const QColor mark = inkOf(t, tone);
        return {softOf(t, tone),
                plain && t.id != ThemeId::HighContrast ? mixed(t.line, t.accentSoft, 0.5) : mark,
                plain ? t.text : mark};
    }
    switch (kindOf(widget, option)) {
    case ButtonKind::Primary: {
        if (!enabled) {
            return {t.hover, t.line, t.faint};
        }
        const QColor fill = pressed   ? mixed(t.accent, t.onAccent, 0.15)
                            : hovered ? mixed(t.accent, t.dark ? t.text : t.onAccent, 0.1)
                                      : t.accent;
        return {fill, fill, t.onAccent};
    }
    case ButtonKind::Danger: return {raised, t.line, enabled ? t.deny : t.faint};
    case ButtonKind::Flat:
        return {hovered || pressed ? t.hover : QColor(), {}, enabled ? t.text : t.faint};
    case ButtonKind::Link: return {{}, {}, enabled ? ink.value_or(t.accent) : t.faint};
    case ButtonKind::Outlined: break;
    }
    return {raised, t.line, enabled ? ink.value_or(t.text) : t.faint};
}

void drawButtonLabel(const QStyleOptionButton &option, QPainter &painter, const QWidget *widget)
{
    const ButtonColors colors = colorsOf(option, widget);
    const bool link = kindOf(widget, option) == ButtonKind::Link;
    const auto *const button = qobject_cast<const Button *>(widget);
    const QString keys = button == nullptr ? QString() : button->keyHint();
    QRect rect = option.rect.adjusted(link ? 0 : 4, 0, link ? 0 : -4, 0);
    painter.save();
    const QFont keyFont = monoFont(11);
    const int keysWidth = keys.isEmpty() ? 0 : QFontMetrics(keyFont).horizontalAdvance(keys) + 10;
    const int textWidth = option.fontMetrics.size(Qt::TextShowMnemonic, option.text).width();
    const int iconWidth = option.icon.isNull() ? 0 : option.iconSize.width();
    const int gaps = (iconWidth > 0 && textWidth > 0 ? 6 : 0) + (keysWidth > 0 ? 8 : 0);
    const int whole = iconWidth + textWidth + keysWidth + gaps;
    int x = rect.x() + std::max(0, (rect.width() - whole) / 2);
    if (iconWidth > 0) {
        const QIcon::Mode mode = !isOn(option, QStyle::State_Enabled)    ? QIcon::Disabled
                                 : isOn(option, QStyle::State_MouseOver) ? QIcon::Active
                                                                         : QIcon::Normal;
        const QRect box(x, rect.y() + (rect.height() - iconWidth) / 2, iconWidth, iconWidth);
        option.icon.paint(&painter, box, Qt::AlignCenter, mode,
                          isOn(option, QStyle::State_On) ? QIcon::On : QIcon::Off);
        x += iconWidth + (textWidth > 0 ? 6 : 0);
    }
    painter.setPen(colors.ink);
    const int room = rect.right() + 1 - x - (keysWidth > 0 ? keysWidth + 8 : 0);
    painter.drawText(QRect(x, rect.y(), std::max(room, textWidth), rect.height()),
                     static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft | Qt::TextShowMnemonic
                                      | Qt::TextSingleLine),
                     option.text);
    if (keysWidth > 0) {
        const QRect box(x + textWidth + 8, rect.y() + (rect.height() - 17) / 2, keysWidth, 17);
        QColor border = colors.ink;
        border.setAlphaF(0.35F);
        paintBox(painter, box, {.fill = {}, .border = border, .radius = 4});
        painter.setFont(keyFont);
        painter.drawText(box, Qt::AlignCenter, keys);
    }
    painter.restore();
}

void drawCheck(const QStyleOption &option, QPainter &painter, bool round)
{
    const Tokens &t = tokens();
    const bool enabled = isOn(option, QStyle::State_Enabled);
    const bool on = isOn(option, QStyle::State_On);
    const bool partial = isOn(option, QStyle::State_NoChange);
    const QRectF box = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5);
    const QColor ink = enabled ? t.accent : t.faint;
    const QColor edge = isOn(option, QStyle::State_MouseOver) && enabled ? t.accent : t.faint;
    paintBox(painter, box,
             {.fill = on || partial ? ink : t.field,
              .border = on || partial ? ink : edge,
              .radius = round ? box.width() / 2 : 4});
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QPointF c = box.center();
    if (round && on) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(t.onAccent);
        painter.drawEllipse(c, 3.0, 3.0);
    } else if (on) {
        painter.setPen(QPen(t.onAccent, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
        painter.drawPolyline(
            QPolygonF{c + QPointF(-3.6, 0.2), c + QPointF(-1.1, 2.8), c + QPointF(3.7, -2.8)});
    } else if (partial) {
        painter.setPen(QPen(t.onAccent, 2));
        painter.drawLine(c + QPointF(-3.5, 0), c + QPointF(3.5, 0));
    }
    painter.restore();
    if (hasKeyboard(option)) {
        paintFocusRing(painter, QRectF(option.rect).adjusted(-2, -2, 2, 2), round ? 10 : 6);
    }
}

void drawField(const QStyleOption &option, QPainter &painter)
{
    const Tokens &t = tokens();
    const bool focused = isOn(option, QStyle::State_HasFocus);
    const bool enabled = isOn(option, QStyle::State_Enabled);
    paintBox(painter, option.rect,
             {.fill = enabled ? t.field : t.hover,
              .border = focused ? t.accent : t.line,
              .borderWidth = focused ? qreal(t.focusWidth) : 1.0});
}

void drawCombo(const QStyleOptionComboBox &option, QPainter &painter)
{
    const Tokens &t = tokens();
    const bool enabled = isOn(option, QStyle::State_Enabled);
    const bool hovered = enabled && isOn(option, QStyle::State_MouseOver);
    const bool focused = isOn(option, QStyle::State_HasFocus)
                         && (option.editable || isOn(option, QStyle::State_KeyboardFocusChange));
    paintBox(painter, option.rect,
             {.fill = option.editable ? t.field : (hovered ? t.hover : t.raised),
              .border = focused ? t.accent : t.line,
              .borderWidth = focused ? qreal(t.focusWidth) : 1.0});
    const QRect arrow(option.rect.right() - 22, option.rect.center().y() - 6, 14, 14);
    painter.drawPixmap(arrow.topLeft(), iconPixmap(Icon::ChevronDown, enabled ? t.muted : t.faint,
                                                   14, painter.device()->devicePixelRatioF()));
}

void drawScrollBar(const QStyle &style, const QStyleOptionSlider &option, QPainter &painter,
                   const QWidget *widget)
{
    if (option.maximum <= option.minimum) {
        return;
    }
    const Tokens &t = tokens();
    const QRect handle =
        style.subControlRect(QStyle::CC_ScrollBar, &option, QStyle::SC_ScrollBarSlider, widget);
    const bool active = isOn(option, QStyle::State_MouseOver)
                        || option.activeSubControls.testFlag(QStyle::SC_ScrollBarSlider);
    const QRectF box = QRectF(handle).adjusted(2, 2, -2, -2);
    paintBox(painter, box,
             {.fill = active ? t.faint : mixed(t.line, t.faint, 0.35),
              .border = {},
              .radius = std::min(box.width(), box.height()) / 2});
}

} // namespace

void ConsoleStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option,
                                 QPainter *painter, const QWidget *widget) const
{
    switch (element) {
    case PE_FrameFocusRect:
        // Rows show themselves by their selection; a ring in each cell would be noise.
        if (hasKeyboard(*option) || isOn(*option, State_KeyboardFocusChange)) {
            if (qstyleoption_cast<const QStyleOptionFocusRect *>(option) != nullptr
                && (widget == nullptr || !widget->inherits("QAbstractItemView"))) {
                paintFocusRing(*painter, option->rect, metrics::ControlRadius);
            }
        }
        return;
    case PE_PanelLineEdit:
        if (widget != nullptr && !widget->property("provostBare").toBool()) {
            const auto *const frame = qstyleoption_cast<const QStyleOptionFrame *>(option);
            if (frame == nullptr || frame->lineWidth > 0) {
                drawField(*option, *painter);
            }
        }
        return;
    case PE_FrameLineEdit: return; // part of the panel
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck: drawCheck(*option, *painter, false); return;
    case PE_IndicatorRadioButton: drawCheck(*option, *painter, true); return;
    case PE_PanelButtonTool: {
        const bool lit = isOn(*option, State_MouseOver) || isOn(*option, State_Sunken)
                         || isOn(*option, State_On);
        if (lit && isOn(*option, State_Enabled)) {
            paintBox(*painter, option->rect,
                     {.fill = isOn(*option, State_On) ? tokens().accentSoft : tokens().hover,
                      .border = {}});
        }
        return;
    }
    case PE_FrameButtonTool:
    case PE_FrameDefaultButton:
    case PE_PanelStatusBar:
    case PE_FrameStatusBarItem: return;
    default: break;
    }
    if (!drawViewPrimitive(element, option, painter, widget)) {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void ConsoleStyle::drawControl(ControlElement element, const QStyleOption *option,
                               QPainter *painter, const QWidget *widget) const
{
    if (const auto *const button = qstyleoption_cast<const QStyleOptionButton *>(option)) {
        if (element == CE_PushButtonBevel) {
            const ButtonColors colors = colorsOf(*button, widget);
            paintBox(*painter, option->rect, {.fill = colors.fill, .border = colors.border});
            return;
        }
        if (element == CE_PushButtonLabel) {
            drawButtonLabel(*button, *painter, widget);
            return;
        }
        if (element == CE_PushButton) {
            proxy()->drawControl(CE_PushButtonBevel, option, painter, widget);
            proxy()->drawControl(CE_PushButtonLabel, option, painter, widget);
            if (hasKeyboard(*option)) {
                paintFocusRing(*painter, option->rect, metrics::ControlRadius);
            }
            return;
        }
    }
    if (!drawViewControl(element, option, painter, widget)) {
        QProxyStyle::drawControl(element, option, painter, widget);
    }
}

void ConsoleStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option,
                                      QPainter *painter, const QWidget *widget) const
{
    switch (control) {
    case CC_ScrollBar:
        if (const auto *const bar = qstyleoption_cast<const QStyleOptionSlider *>(option)) {
            drawScrollBar(*this, *bar, *painter, widget);
            return;
        }
        break;
    case CC_ComboBox:
        if (const auto *const combo = qstyleoption_cast<const QStyleOptionComboBox *>(option)) {
            drawCombo(*combo, *painter);
            return;
        }
        break;
    case CC_SpinBox: {
        QStyleOptionSpinBox plain;
        if (const auto *const spin = qstyleoption_cast<const QStyleOptionSpinBox *>(option)) {
            drawField(*option, *painter);
            plain = *spin;
            plain.frame = false;
            for (const auto part : {SC_SpinBoxUp, SC_SpinBoxDown}) {
                const QRect box = proxy()->subControlRect(CC_SpinBox, spin, part, widget);
                const Icon icon = part == SC_SpinBoxUp ? Icon::ChevronUp : Icon::ChevronDown;
                painter->drawPixmap(
                    QPoint(box.center().x() - 4, box.center().y() - 4),
                    iconPixmap(icon, tokens().muted, 10, painter->device()->devicePixelRatioF()));
            }
            return;
        }
        break;
    }
    default: break;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

} // namespace provost::ui
