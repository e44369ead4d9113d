#include "ui/tools/schemaform.h"

#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/tools/fieldeditors.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int labelWidth = 96;
constexpr int nestedIndent = 14;

// The nested form under its name, or over the whole width.
QWidget *framed(const SchemaField &field, QWidget *inner, QWidget *parent)
{
    auto *const frame = new QWidget(parent);
    auto *const column = new QVBoxLayout(frame);
    column->setContentsMargins(0, 4, 0, 4);
    column->setSpacing(4);
    column->addWidget(new Label(field.label(), TextRole::Strong, frame));
    if (!field.description.isEmpty()) {
        auto *const description = new Label(field.description, TextRole::Caption, frame);
        description->setWordWrap(true);
        column->addWidget(description);
    }
    auto *const row = new QHBoxLayout;
    row->setContentsMargins(nestedIndent, 0, 0, 0);
    row->addWidget(inner);
    column->addLayout(row);
    return frame;
}

} // namespace

FieldEditor *makeFieldEditor(const QString &name, const SchemaField &field, QWidget *parent)
{
    switch (field.kind) {
    case SchemaField::Kind::Text:
    case SchemaField::Kind::Integer:
    case SchemaField::Kind::Number:
    case SchemaField::Kind::Raw: return new LineEditor(name, field, parent);
    case SchemaField::Kind::Boolean:
    case SchemaField::Kind::Choice: return new ChoiceEditor(name, field, parent);
    case SchemaField::Kind::Choices: return new ChoicesEditor(name, field, parent);
    case SchemaField::Kind::List: return new ListEditor(name, field, parent);
    case SchemaField::Kind::Object: return new SchemaForm(name, field, parent);
    }
    return nullptr;
}

SchemaForm::SchemaForm(const QString &name, const SchemaField &object, QWidget *parent)
    : FieldEditor(parent)
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    auto *const form = new Form(this);
    form->setLabelWidth(labelWidth);
    column->addWidget(form);
    for (const SchemaField &field : object.members) {
        FieldEditor *const editor =
            makeFieldEditor(name + u'.' + QString::fromUtf8(field.name), field, form);
        FormRow *row = nullptr;
        if (field.kind == SchemaField::Kind::Object) {
            form->addWide(framed(field, editor, form));
        } else {
            row = form->addRow(field.required ? field.label() + u" *"_s : field.label(), editor);
            row->setHint(field.description);
        }
        m_rows.push_back({field, editor, row});
        connect(editor, &FieldEditor::edited, this, [this] {
            check();
            Q_EMIT edited();
        });
    }
    if (!m_rows.empty())
        setFocusProxy(m_rows.front().editor);
}

Json SchemaForm::value() const
{
    Json value = m_base;
    for (const Row &row : m_rows) {
        Json member = row.editor->value();
        // An object that nobody filled in is left out, unless the schema wants it.
        const bool isEmptyObject = member.isObject() && member.members().empty();
        if (member.isNull() || (isEmptyObject && !row.field.required))
            value.remove(row.field.name);
        else
            value.set(row.field.name, std::move(member));
    }
    return value;
}

void SchemaForm::setValue(const Json &value)
{
    m_base = value.isObject() ? value : Json::object();
    for (const Row &row : m_rows)
        row.editor->setValue(m_base[row.field.name]);
    check();
}

QString SchemaForm::unreadable() const
{
    for (const Row &row : m_rows) {
        if (const QString problem = row.editor->unreadable(); !problem.isEmpty())
            return row.field.label() + u": "_s + problem;
    }
    return {};
}

// That a field is still empty is no mistake to be shown while somebody fills in the form.
void SchemaForm::check()
{
    for (const Row &row : m_rows) {
        if (row.row == nullptr)
            continue;
        QString problem = row.editor->unreadable();
        if (const Json value = row.editor->value(); problem.isEmpty() && !value.isNull())
            problem = valueProblem(row.field, value);
        row.row->setError(problem);
    }
}

} // namespace provost::ui
