#include "ui/kit/partscard.h"

#include "ui/kit/button.h"
#include "ui/kit/label.h"

#include <QBoxLayout>
#include <QStackedWidget>

namespace provost::ui {

using namespace Qt::StringLiterals;

PartsCard::PartsCard(const QString &page, QWidget *parent)
    : Card(u" "_s, parent)
    , m_id(new Label({}, TextRole::Mono, this))
    , m_choice(new Segments(this))
    , m_stack(new QStackedWidget(this))
{
    setObjectName(page + u".detail"_s);
    setFlush();
    setSeparated();
    m_id->setTone(Tone::Muted);
    m_id->setElided();
    m_choice->setObjectName(page + u".parts"_s);
    m_choice->setAccessibleName(tr("What is shown"));
    addToHeader(m_id);
    addToHeader(m_choice);
    body()->addWidget(m_stack, 1);
    connect(m_choice, &Segments::chosen, this, [this](const QString &id) {
        setCurrent(id);
        Q_EMIT chosen(id);
    });
}

Button *PartsCard::addPart(const QString &id, const QString &title, QWidget *part)
{
    m_parts[id] = part;
    m_stack->addWidget(part);
    Button *const button = m_choice->add(id, title);
    if (m_parts.size() == 1)
        m_choice->setCurrent(id);
    return button;
}

void PartsCard::setSubject(const QString &title, const QString &id)
{
    setTitle(title);
    m_id->setText(id);
}

QString PartsCard::current() const
{
    return m_choice->current();
}

QWidget *PartsCard::currentPart() const
{
    return m_stack->currentWidget();
}

void PartsCard::setCurrent(const QString &id)
{
    m_choice->setCurrent(id);
    showInstead(id);
}

void PartsCard::showInstead(const QString &id)
{
    if (const auto part = m_parts.find(id); part != m_parts.end())
        m_stack->setCurrentWidget(part->second);
}

} // namespace provost::ui
