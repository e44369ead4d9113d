// Painting that several widgets and the style share.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QRectF>
#include <QString>

class QPainter;

namespace provost::ui {

struct Box
{
    QColor fill;   // invalid: none
    QColor border; // invalid: none
    qreal radius = metrics::ControlRadius;
    qreal borderWidth = 1;
};

// A rounded rectangle whose border lies inside `rect`, crisp at every scale.
void paintBox(QPainter &painter, const QRectF &rect, const Box &box);

// The ring around what has the keyboard, just inside `rect`.
void paintFocusRing(QPainter &painter, const QRectF &rect, qreal radius);

} // namespace provost::ui
