// StatTile: one figure of the overview: what it is, the figure, and a line below that puts it in proportion.
// Thread: ui thread.
#pragma once

#include "ui/kit/card.h"

namespace provost::ui {

class StatTile : public Card
{
    Q_OBJECT

public:
    explicit StatTile(const QString &label, QWidget *parent = nullptr);

    void setValue(const QString &value, Tone tone = Tone::Neutral);
    // `tone` must be said by the words or a sign too ("▲ 0.9 pt").
    void setDetail(const QString &detail, Tone tone = Tone::Muted);
    // Makes the tile a way to the records behind the figure; it can be clicked and takes the keyboard.
    void setClickable(const QString &toolTip);

Q_SIGNALS:
    void clicked();

protected:
    void mouseReleaseEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void describe();

    QString m_name;
    Label *m_label = nullptr;
    Label *m_value = nullptr;
    Label *m_detail = nullptr;
    bool m_clickable = false;
};

} // namespace provost::ui
