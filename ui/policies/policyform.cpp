#include "ui/policies/policyform.h"

#include "ui/kit/button.h"
#include "ui/kit/chipseditor.h"
#include "ui/kit/form.h"
#include "ui/policies/conditionseditor.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QStringList textsOf(const std::vector<policy::Located> &located)
{
    QStringList texts;
    for (const policy::Located &one : located) {
        texts.append(QString::fromUtf8(one.text));
    }
    return texts;
}

QStringList textsOf(const std::vector<QByteArray> &names)
{
    QStringList texts;
    for (const QByteArray &name : names) {
        texts.append(QString::fromUtf8(name));
    }
    return texts;
}

// An empty list is no list: a policy without `tools` is about every tool.
Json listOf(const QStringList &names)
{
    if (names.isEmpty()) {
        return {};
    }
    Json list = Json::array();
    for (const QString &name : names) {
        list.append(name);
    }
    return list;
}

QString timeText(const std::optional<WallTime> &time)
{
    if (!time) {
        return {};
    }
    // Whole seconds as people write them.
    QString text = QString::fromLatin1(toRfc3339(*time));
    text.replace(u".000000Z"_s, u"Z"_s);
    return text;
}

} // namespace

PolicyForm::PolicyForm(QWidget *parent)
    : QWidget(parent)
    , m_form(new Form(this))
{
    setObjectName(u"policies.form"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_form);
    m_form->setLabelWidth(86);

    m_effect = new Segments(this);
    m_effect->setObjectName(u"policies.effect"_s);
    m_effect->setAccessibleName(tr("Effect"));
    m_effect->add(u"allow"_s, tr("✓ allow"), Tone::Allow);
    m_effect->add(u"deny"_s, tr("✕ deny"), Tone::Deny);
    m_effect->add(u"ask"_s, tr("? ask a person"), Tone::Ask);
    m_rows["effect"] = m_form->addRow(tr("Effect"), m_effect);
    connect(m_effect, &Segments::chosen, this, [this](const QString &effect) {
        // Policies allow unless they say otherwise.
        Q_EMIT edited("effect", effect == u"allow" ? Json() : Json(effect));
    });
    m_roles = addChips("roles", tr("Roles"), tr("no role: matches nobody"));
    m_tools = addChips("tools", tr("Tools"), tr("every tool"));
    m_resources = addChips("resources", tr("Resources"), tr("every resource"));
    m_permissions = addChips("permissions", tr("Permissions"), tr("every permission"));
    m_conditions = new ConditionsEditor(this);
    m_rows["conditions"] = m_form->addRow(tr("When"), m_conditions);
    connect(
        m_conditions, &ConditionsEditor::conditionsChanged, this,
        [this](const QStringList &conditions) { Q_EMIT edited("conditions", listOf(conditions)); });
    m_reason = addLine("reason", tr("Reason"), tr("told to the agent"));
    m_rate = addLine("rate_limit", tr("Rate limit"), tr("none, or 1000/hour"));
    m_from = addLine("valid.from", tr("Valid from"), tr("always"));
    m_until = addLine("valid.until", tr("Valid until"), tr("always"));
    m_mask = addChips("fields.mask", tr("Mask"), tr("no field"));
    m_drop = addChips("fields.drop", tr("Leave out"), tr("no field"));
}

ChipsEditor *PolicyForm::addChips(const QByteArray &field, const QString &label,
                                  const QString &none)
{
    auto *const chips = new ChipsEditor(u"policies."_s + QString::fromLatin1(field), label, this);
    chips->setPlaceholder(none);
    m_rows[field] = m_form->addRow(label, chips);
    connect(chips, &ChipsEditor::namesChanged, this,
            [this, field](const QStringList &names) { Q_EMIT edited(field, listOf(names)); });
    return chips;
}

LineField *PolicyForm::addLine(const QByteArray &field, const QString &label, const QString &none)
{
    auto *const line = new LineField(u"policies."_s + QString::fromLatin1(field), label, this);
    line->setPlaceholderText(none);
    m_rows[field] = m_form->addRow(label, line);
    connect(line, &QLineEdit::editingFinished, this, [this, field, line] {
        const QString text = line->text().trimmed();
        if (text != m_shown[line]) {
            m_shown[line] = text;
            Q_EMIT edited(field, text.isEmpty() ? Json() : Json(text));
        }
    });
    return line;
}

void PolicyForm::showLine(LineField *field, const QString &text)
{
    // What is being written stays while a check of something else comes in.
    if (field->hasFocus() && field->isModified() && m_shown[field] == text) {
        return;
    }
    m_shown[field] = text;
    if (field->text() != text) {
        field->setText(text);
    }
}

void PolicyForm::setPolicy(const PolicyPlace &place)
{
    const policy::Policy &policy = place.policy;
    for (const auto &[field, row] : m_rows) {
        row->setError({});
    }
    m_effect->setCurrent(QString::fromLatin1(nameOf(policy.effect)));
    m_roles->setNames(textsOf(policy.roles));
    m_tools->setNames(textsOf(policy.tools));
    m_resources->setNames(textsOf(policy.resources));
    m_permissions->setNames(textsOf(policy.permissions));
    m_conditions->setConditions(textsOf(policy.conditions));
    m_mask->setNames(textsOf(policy.fields.mask));
    m_drop->setNames(textsOf(policy.fields.drop));
    showLine(m_reason, QString::fromUtf8(policy.reason));
    showLine(m_rate, rateText(policy.rateLimit));
    showLine(m_from, timeText(policy.validFrom));
    showLine(m_until, timeText(policy.validUntil));
}

void PolicyForm::setVocabulary(const control::Vocabulary &vocabulary)
{
    m_roles->setCandidates(textsOf(vocabulary.roles));
    m_tools->setCandidates(textsOf(vocabulary.tools));
    m_resources->setCandidates(textsOf(vocabulary.resources));
    m_permissions->setCandidates(textsOf(vocabulary.permissions));
    m_conditions->setCandidates(textsOf(vocabulary.attributes));
}

void PolicyForm::setReadOnly(bool readOnly)
{
    m_form->setEnabled(!readOnly);
}

void PolicyForm::setError(const QByteArray &field, const QString &error)
{
    if (const auto row = m_rows.find(field); row != m_rows.end()) {
        row->second->setError(error);
    }
}

} // namespace provost::ui
