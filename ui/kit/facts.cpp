#include "ui/kit/facts.h"

#include "ui/kit/button.h"

#include <QGridLayout>
#include <QVBoxLayout>

#include <utility>

namespace provost::ui {

using namespace Qt::StringLiterals;

Facts::Facts(const QString &name, QWidget *parent)
    : QWidget(parent)
{
    setObjectName(name);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
}

void Facts::setNameWidth(int pixels)
{
    m_nameWidth = pixels;
}

void Facts::setFacts(const std::vector<Fact> &facts)
{
    if (m_rows != nullptr && m_facts == facts)
        return;
    m_facts = facts;
    if (QWidget *const former = std::exchange(m_rows, nullptr)) {
        layout()->removeWidget(former);
        former->hide();
        former->deleteLater(); // a link of it may be the one that was clicked
    }
    m_rows = new QWidget(this);
    auto *const grid = new QGridLayout(m_rows);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(5);
    grid->setColumnMinimumWidth(0, m_nameWidth);
    grid->setColumnStretch(1, 1);
    int row = 0;
    for (const Fact &fact : m_facts) {
        if (fact.value.isEmpty())
            continue;
        auto *const name = new Label(fact.name, TextRole::Body, m_rows);
        name->setTone(Tone::Muted);
        grid->addWidget(name, row, 0, fact.link.isEmpty() ? Qt::AlignTop : Qt::AlignVCenter);
        if (fact.link.isEmpty()) {
            auto *const value = new Label(fact.value, fact.role, m_rows);
            value->setWordWrap(true);
            value->setSelectable();
            if (fact.tone != Tone::Neutral)
                value->setTone(fact.tone);
            grid->addWidget(value, row, 1, Qt::AlignTop);
        } else {
            auto *const value = new Button(fact.value, ButtonKind::Link, m_rows);
            value->setObjectName(objectName() + u'.' + QString::number(row));
            value->setAccessibleName(fact.name + u": "_s + fact.value);
            grid->addWidget(value, row, 1, Qt::AlignLeft | Qt::AlignTop);
            connect(value, &Button::clicked, this,
                    [this, link = fact.link] { Q_EMIT linkActivated(link); });
        }
        ++row;
    }
    layout()->addWidget(m_rows);
    m_rows->show();
}

} // namespace provost::ui
