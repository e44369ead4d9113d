// ScrollArea: content that scrolls vertically and stands on the surface below it, without a frame or ground of its own.
// Thread: ui thread.
#pragma once

#include <QScrollArea>

namespace provost::ui {

class ScrollArea : public QScrollArea
{
    Q_OBJECT

public:
    explicit ScrollArea(QWidget *parent = nullptr);

    // Owned by the area; the former content goes.
    void setContent(QWidget *content);
};

} // namespace provost::ui
