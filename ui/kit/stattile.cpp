#include "ui/kit/stattile.h"

#include "ui/kit/label.h"
#include "ui/kit/paint.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

namespace provost::ui {

StatTile::StatTile(const QString &label, QWidget *parent)
    : Card(parent)
    , m_name(label)
    , m_label(new Label(label, TextRole::Caption, this))
    , m_value(new Label(QStringLiteral("–"), TextRole::Number, this))
    , m_detail(new Label({}, TextRole::Caption, this))
{
    body()->setSpacing(3);
    for (Label *const part : {m_label, m_value, m_detail}) {
        part->setElided();
        part->setAttribute(Qt::WA_TransparentForMouseEvents);
        body()->addWidget(part);
    }
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    describe();
}

void StatTile::setValue(const QString &value, Tone tone)
{
    m_value->setText(value);
    m_value->setTone(tone);
    describe();
}

void StatTile::setDetail(const QString &detail, Tone tone)
{
    m_detail->setText(detail);
    m_detail->setTone(tone);
    describe();
}

void StatTile::setClickable(const QString &toolTip)
{
    m_clickable = true;
    setCursor(Qt::PointingHandCursor);
    setFocusPolicy(Qt::TabFocus);
    setToolTip(plainToolTip(toolTip));
}

void StatTile::mouseReleaseEvent(QMouseEvent *event)
{
    if (m_clickable && event->button() == Qt::LeftButton && rect().contains(event->pos())) {
        Q_EMIT clicked();
    }
}

void StatTile::keyPressEvent(QKeyEvent *event)
{
    if (m_clickable
        && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter
            || event->key() == Qt::Key_Space)) {
        Q_EMIT clicked();
        return;
    }
    Card::keyPressEvent(event);
}

void StatTile::paintEvent(QPaintEvent *event)
{
    Card::paintEvent(event);
    if (hasFocus()) {
        QPainter painter(this);
        paintFocusRing(painter, rect(), metrics::CardRadius);
    }
}

void StatTile::describe()
{
    setAccessibleName(m_name + QStringLiteral(": ") + m_value->text());
    setAccessibleDescription(m_detail->text());
}

} // namespace provost::ui
