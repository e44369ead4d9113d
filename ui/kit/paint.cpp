#include "ui/kit/paint.h"

#include "ui/kit/theme.h"

#include <QPainter>

namespace provost::ui {

void paintBox(QPainter &painter, const QRectF &rect, const Box &box)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const qreal inset = box.border.isValid() ? box.borderWidth / 2 : 0;
    const QRectF inner = rect.adjusted(inset, inset, -inset, -inset);
    const qreal radius = std::max(0.0, box.radius - inset);
    painter.setBrush(box.fill.isValid() ? QBrush(box.fill) : QBrush(Qt::NoBrush));
    painter.setPen(box.border.isValid() ? QPen(box.border, box.borderWidth) : QPen(Qt::NoPen));
    painter.drawRoundedRect(inner, radius, radius);
    painter.restore();
}

void paintFocusRing(QPainter &painter, const QRectF &rect, qreal radius)
{
    const Tokens &t = tokens();
    paintBox(painter, rect,
             {.fill = {},
              .border = t.accent,
              .radius = radius,
              .borderWidth = std::max(1.5, qreal(t.focusWidth))});
}

} // namespace provost::ui
