// Drawer: the panel at the right of a page (F4 shows and hides it): the Why of a record, the problems of a draft. Put it as
// last widget into a horizontal layout or splitter.
// Thread: ui thread.
#pragma once

#include "ui/kit/card.h"

class QScrollArea;

namespace provost::ui {

class Drawer : public Card
{
    Q_OBJECT

public:
    Drawer(const QString &name, const QString &title, QWidget *parent = nullptr);

    // Muted, at the right of the title: an id.
    void setSubject(const QString &subject);
    // Scrolls vertically; owned by the drawer.
    void setContent(QWidget *content);
    [[nodiscard]] bool isOpen() const { return !isHidden(); }

public Q_SLOTS:
    void open();
    void shut();
    void toggle();

Q_SIGNALS:
    void openChanged(bool open);

private:
    QScrollArea *m_scroll = nullptr;
    Label *m_subject = nullptr;
};

} // namespace provost::ui
