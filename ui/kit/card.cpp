#include "ui/kit/card.h"

#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>
#include <QPainter>

namespace provost::ui {

Card::Card(QWidget *parent)
    : QFrame(parent)
    , m_column(new QVBoxLayout(this))
    , m_body(new QVBoxLayout)
{
    setFrameShape(QFrame::NoFrame);
    m_column->setContentsMargins(1, 1, 1, 1);
    m_column->setSpacing(0);
    m_body->setContentsMargins(metrics::CardPadding - 1, metrics::Gap - 1, metrics::CardPadding - 1,
                               metrics::Gap - 1);
    m_body->setSpacing(metrics::Gap);
    m_column->addLayout(m_body, 1);
}

Card::Card(const QString &title, QWidget *parent)
    : Card(parent)
{
    setTitle(title);
}

void Card::setFlush()
{
    m_body->setContentsMargins(0, 0, 0, 0);
    m_body->setSpacing(0);
}

QHBoxLayout *Card::header()
{
    if (m_header != nullptr) {
        return m_header;
    }
    m_headerWidget = new QWidget(this);
    m_header = new QHBoxLayout(m_headerWidget);
    m_header->setContentsMargins(metrics::CardPadding - 1, 8, metrics::CardPadding - 1, 6);
    m_header->setSpacing(8);
    m_title = new Label({}, TextRole::Heading, m_headerWidget);
    m_header->addWidget(m_title);
    m_header->addStretch(1);
    m_column->insertWidget(0, m_headerWidget);
    const QMargins margins = m_body->contentsMargins();
    m_body->setContentsMargins(margins.left(), std::min(margins.top(), 4), margins.right(),
                               margins.bottom());
    return m_header;
}

void Card::setTitle(const QString &title)
{
    header();
    m_title->setText(title);
    setAccessibleName(title);
}

void Card::setSeparated()
{
    if (m_separated) {
        return;
    }
    m_separated = true;
    header();
    m_column->insertWidget(1, new Hairline(Qt::Horizontal, this));
    const QMargins margins = m_body->contentsMargins();
    if (margins.left() > 0) {
        m_body->setContentsMargins(margins.left(), metrics::Gap - 1, margins.right(),
                                   margins.bottom());
    }
}

void Card::addToHeader(QWidget *widget)
{
    header()->addWidget(widget);
}

QVBoxLayout *Card::addSection(const QString &title)
{
    if (!m_hasSections) {
        m_hasSections = true;
        m_column->setStretchFactor(m_body, 0);
        m_column->addStretch(1); // stays last: parts keep together at the top
    }
    const int end = m_column->count() - 1;
    auto *const section = new QVBoxLayout;
    section->setContentsMargins(metrics::CardPadding - 1, metrics::Gap - 2,
                                metrics::CardPadding - 1, metrics::Gap);
    section->setSpacing(8);
    m_column->insertWidget(end, new Hairline(Qt::Horizontal, this)); // over the whole width
    m_column->insertLayout(end + 1, section);
    if (!title.isEmpty()) {
        section->addWidget(new Label(title, TextRole::Heading, this));
    }
    return section;
}

void Card::setBorderTone(Tone tone)
{
    m_borderTone = tone;
    update();
}

void Card::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    paintBox(painter, rect(),
             {.fill = t.surface,
              .border = m_borderTone ? inkOf(t, *m_borderTone) : t.line,
              .radius = metrics::CardRadius});
}

Hairline::Hairline(Qt::Orientation orientation, QWidget *parent)
    : QWidget(parent)
{
    if (orientation == Qt::Horizontal) {
        setFixedHeight(1);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    } else {
        setFixedWidth(1);
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Expanding);
    }
}

void Hairline::paintEvent(QPaintEvent *)
{
    QPainter(this).fillRect(rect(), tokens().line);
}

} // namespace provost::ui
