#include "ui/kit/badge.h"

#include "ui/kit/fonts.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QFontMetrics>
#include <QPainter>

#include <cmath>

namespace provost::ui {

namespace {

constexpr int Height = 18;
constexpr int Padding = 6;
constexpr int SignWidth = 9;
constexpr int SignGap = 4;
constexpr qreal Radius = 4;

QFont badgeFont()
{
    return uiFont(11, QFont::DemiBold);
}

bool hasSign(BadgeKind kind)
{
    return kind != BadgeKind::Neutral && kind != BadgeKind::Accent;
}

// Drawn, not written: the same at every font and size.
void paintSign(QPainter &painter, const QRectF &box, BadgeKind kind, const QColor &ink)
{
    painter.setPen(QPen(ink, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    const QPointF c = box.center();
    switch (kind) {
    case BadgeKind::Allow:
        painter.drawPolyline(
            QPolygonF{c + QPointF(-3.5, 0.3), c + QPointF(-1, 2.8), c + QPointF(3.5, -2.7)});
        break;
    case BadgeKind::Deny:
        painter.drawLine(c + QPointF(-2.8, -2.8), c + QPointF(2.8, 2.8));
        painter.drawLine(c + QPointF(2.8, -2.8), c + QPointF(-2.8, 2.8));
        break;
    case BadgeKind::Masked:
        painter.setPen(QPen(ink, 1.2));
        painter.drawEllipse(c, 3.7, 3.7);
        painter.setBrush(ink);
        painter.drawPie(QRectF(c.x() - 3.7, c.y() - 3.7, 7.4, 7.4), 90 * 16, 180 * 16);
        break;
    case BadgeKind::Ask:
    case BadgeKind::Warning:
        painter.setFont(uiFont(11, QFont::Bold));
        painter.drawText(box.adjusted(-2, -4, 2, 4), Qt::AlignCenter, signOf(kind));
        break;
    case BadgeKind::Neutral:
    case BadgeKind::Accent: break;
    }
}

} // namespace

Tone toneOf(BadgeKind kind)
{
    switch (kind) {
    case BadgeKind::Neutral: return Tone::Muted;
    case BadgeKind::Allow: return Tone::Allow;
    case BadgeKind::Deny: return Tone::Deny;
    case BadgeKind::Ask:
    case BadgeKind::Warning: return Tone::Ask;
    case BadgeKind::Masked: return Tone::Mask;
    case BadgeKind::Accent: return Tone::Accent;
    }
    return Tone::Muted;
}

QString signOf(BadgeKind kind)
{
    switch (kind) {
    case BadgeKind::Allow: return QStringLiteral("✓");
    case BadgeKind::Deny: return QStringLiteral("✕");
    case BadgeKind::Ask: return QStringLiteral("?");
    case BadgeKind::Warning: return QStringLiteral("!");
    case BadgeKind::Masked: return QStringLiteral("◐");
    case BadgeKind::Neutral:
    case BadgeKind::Accent: break;
    }
    return {};
}

QSize badgeSize(const BadgeLook &look)
{
    const int text =
        look.text.isEmpty() ? 0 : QFontMetrics(badgeFont()).horizontalAdvance(look.text);
    const int sign = hasSign(look.kind) ? SignWidth + (text > 0 ? SignGap : 0) : 0;
    return {Padding * 2 + sign + text, Height};
}

void paintBadge(QPainter &painter, const QRect &rect, const BadgeLook &look)
{
    const Tokens &t = tokens();
    const Tone tone = toneOf(look.kind);
    const QColor ink = inkOf(t, tone);
    const QSize size = badgeSize(look);
    const QRect box(rect.x(), rect.y() + (rect.height() - Height) / 2,
                    std::min(size.width(), rect.width()), Height);
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    paintBox(painter, box,
             {.fill = softOf(t, tone),
              .border = t.id == ThemeId::HighContrast ? ink : QColor(),
              .radius = Radius});
    int x = box.x() + Padding;
    if (hasSign(look.kind)) {
        paintSign(painter, QRectF(x, box.y() + (Height - SignWidth) / 2.0, SignWidth, SignWidth),
                  look.kind, ink);
        x += SignWidth + SignGap;
    }
    painter.setFont(badgeFont());
    painter.setPen(ink);
    const QRect words(x, box.y(), box.right() - Padding - x + 2, Height);
    painter.drawText(
        words, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
        painter.fontMetrics().elidedText(look.text, Qt::ElideRight, words.width() + 1));
    painter.restore();
}

Badge::Badge(BadgeKind kind, const QString &text, QWidget *parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    set(kind, text);
}

void Badge::set(BadgeKind kind, const QString &text)
{
    m_look = {kind, text};
    setAccessibleName(text);
    updateGeometry();
    update();
}

QSize Badge::sizeHint() const
{
    return badgeSize(m_look);
}

void Badge::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    paintBadge(painter, rect(), m_look);
}

} // namespace provost::ui
