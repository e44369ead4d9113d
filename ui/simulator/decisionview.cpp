#include "ui/simulator/decisionview.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/label.h"
#include "ui/simulator/simulatorwords.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QString joined(const std::vector<QByteArray> &names)
{
    return QString::fromUtf8(QByteArrayList(names.begin(), names.end()).join(", "));
}

} // namespace

DecisionView::DecisionView(const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    setObjectName(name);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(8);
    auto *const row = new QHBoxLayout;
    row->setSpacing(8);
    m_title = new Label({}, TextRole::Strong, this);
    m_effect = new Badge(BadgeKind::Neutral, {}, this);
    m_effect->setObjectName(name + u".effect"_s);
    m_rule = new Button({}, ButtonKind::Link, this);
    m_rule->setObjectName(name + u".rule"_s);
    m_rule->setAccessibleName(tr("Open the rule"));
    row->addWidget(m_title);
    row->addWidget(m_effect);
    row->addStretch(1);
    m_column->addLayout(row);
    m_rule->setMinimumWidth(1); // a long name is cut off before it widens the page
    m_column->addWidget(m_rule, 0, Qt::AlignLeft);
    m_reason = new Label({}, TextRole::Body, this);
    m_reason->setObjectName(name + u".reason"_s);
    m_reason->setWordWrap(true);
    m_reason->setSelectable();
    m_column->addWidget(m_reason);
    m_rows = addFact(tr("Rows"));
    m_masked = addFact(tr("Masked"));
    m_dropped = addFact(tr("Left out"));
    m_charge = addFact(tr("Charge"));
    m_column->addStretch(1);
    connect(m_rule, &Button::clicked, this, [this] { Q_EMIT linkActivated(m_link); });
}

DecisionView::Fact DecisionView::addFact(const QString &name)
{
    auto *const row = new QHBoxLayout;
    row->setSpacing(8);
    const Fact fact{new Label(name, TextRole::Caption, this), new Label({}, TextRole::Mono, this)};
    fact.name->setFixedWidth(64);
    fact.value->setWordWrap(true);
    fact.value->setSelectable();
    row->addWidget(fact.name, 0, Qt::AlignTop);
    row->addWidget(fact.value, 1);
    m_column->addLayout(row);
    return fact;
}

void DecisionView::showFact(const Fact &fact, const QString &value)
{
    fact.value->setText(value);
    fact.name->setVisible(!value.isEmpty());
    fact.value->setVisible(!value.isEmpty());
}

void DecisionView::setTitle(const QString &title)
{
    m_title->setText(title);
    m_title->setVisible(!title.isEmpty());
}

void DecisionView::setDecision(const policy::Decision &decision, const QByteArray &revision)
{
    const BadgeLook effect = effectOf(decision.effect);
    m_effect->set(effect.kind, effect.text);
    m_reason->setText(QString::fromUtf8(decision.reason));
    m_reason->setVisible(!decision.reason.isEmpty());
    m_rule->setVisible(decision.rule.has_value());
    if (decision.rule) {
        const QString text = tr("%1 · %2").arg(QString::fromUtf8(decision.rule->policy),
                                               placeText(decision.rule->where));
        m_rule->setText(text);
        m_rule->setAccessibleName(tr("Open the rule %1").arg(text));
        m_link = linkTo(decision.rule->where, revision);
    }
    showFact(m_rows,
             decision.rowFilter ? QString::fromUtf8(toText(*decision.rowFilter)) : QString());
    showFact(m_masked, joined(decision.fields.mask));
    showFact(m_dropped, joined(decision.fields.drop));
    showFact(m_charge, decision.charge ? tr("1 of %1, %2")
                                             .arg(rateText(*decision.charge),
                                                  QString::fromUtf8(decision.charge->policy))
                                       : QString());
}

} // namespace provost::ui
