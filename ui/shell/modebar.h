// ModeBar: the pages at the left: icon, word and Ctrl+digit, with a count where something waits.
// Thread: ui thread.
#pragma once

#include "ui/kit/icons.h"

#include <QWidget>

class QButtonGroup;
class QVBoxLayout;

namespace provost::ui {

class ModeButton;

class ModeBar : public QWidget
{
    Q_OBJECT

public:
    explicit ModeBar(QWidget *parent = nullptr);

    void addPage(const QString &id, const QString &title, Icon icon);
    // Below, apart from the pages: opens something beside them.
    void addBelow(const QString &id, const QString &title, Icon icon, const QString &keys);
    void setCurrent(const QString &id);
    void setCount(const QString &id, int count);

Q_SIGNALS:
    void chosen(const QString &id);

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    ModeButton *add(const QString &id, const QString &title, Icon icon, const QString &keys);

    QVBoxLayout *m_pages = nullptr;
    QVBoxLayout *m_below = nullptr;
    std::vector<ModeButton *> m_buttons;
};

} // namespace provost::ui
