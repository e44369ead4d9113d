#include "ui/kit/drawer.h"

#include "ui/kit/button.h"
#include "ui/kit/label.h"

#include <QBoxLayout>
#include <QScrollArea>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int Width = 318;

} // namespace

Drawer::Drawer(const QString &name, const QString &title, QWidget *parent)
    : Card(title, parent)
    , m_scroll(new QScrollArea(this))
    , m_subject(new Label({}, TextRole::Mono, this))
{
    setObjectName(name);
    setFlush();
    setMinimumWidth(240);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Expanding);
    m_subject->setTone(Tone::Muted);
    m_subject->setElided(Qt::ElideMiddle);
    auto *const shut = new Button(Icon::Close, tr("Close (F4)"), this);
    shut->setObjectName(name + u".close"_s);
    shut->setFixedSize(24, 24);
    addToHeader(m_subject);
    addToHeader(shut);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->viewport()->setAutoFillBackground(false);
    m_scroll->setAccessibleName(title);
    body()->addWidget(m_scroll);
    resize(Width, height());
    connect(shut, &Button::clicked, this, &Drawer::shut);
}

void Drawer::setSubject(const QString &subject)
{
    m_subject->setText(subject);
}

void Drawer::setContent(QWidget *content)
{
    m_scroll->setWidget(content);
    content->setAutoFillBackground(false); // the scroll area had turned it on
}

void Drawer::open()
{
    if (isHidden()) {
        show();
        Q_EMIT openChanged(true);
    }
}

void Drawer::shut()
{
    if (!isHidden()) {
        hide();
        Q_EMIT openChanged(false);
    }
}

void Drawer::toggle()
{
    isHidden() ? open() : shut();
}

} // namespace provost::ui
