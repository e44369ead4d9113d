#include "ui/tools/fieldeditors.h"

#include "ui/kit/button.h"
#include "ui/kit/form.h"
#include "ui/tools/textformat.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QCoreApplication>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("Tools", text);
}

QVBoxLayout *columnIn(QWidget *widget)
{
    auto *const column = new QVBoxLayout(widget);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    return column;
}

QString placeholderOf(const SchemaField &field)
{
    switch (field.kind) {
    case SchemaField::Kind::Integer: return words("a whole number");
    case SchemaField::Kind::Number: return words("a number");
    case SchemaField::Kind::Raw: return words("as JSON");
    case SchemaField::Kind::Text:
        if (QString example = formatExample(field.format); !example.isEmpty())
            return example;
        break;
    default: break;
    }
    return field.required ? QString() : words("left out");
}

} // namespace

// --- LineEditor ---

LineEditor::LineEditor(const QString &name, const SchemaField &field, QWidget *parent)
    : FieldEditor(parent)
    , m_field(field)
    , m_line(new LineField(name, field.label(), this))
{
    columnIn(this)->addWidget(m_line);
    setFocusProxy(m_line);
    m_line->setPlaceholderText(placeholderOf(field));
    if (field.kind != SchemaField::Kind::Text)
        m_line->setMono();
    connect(m_line, &QLineEdit::textEdited, this, &FieldEditor::edited);
}

Json LineEditor::value() const
{
    const QString text = m_line->text();
    if (text.isEmpty())
        return {};
    if (m_field.kind == SchemaField::Kind::Text)
        return Json(text);
    const auto read = Json::parse(text.trimmed().toUtf8());
    return read ? *read : Json();
}

void LineEditor::setValue(const Json &value)
{
    if (value == this->value() && unreadable().isEmpty())
        return; // what stands there means the same; the cursor stays
    const bool asText = m_field.kind == SchemaField::Kind::Text && value.isString();
    m_line->setText(value.isNull() ? QString()
                    : asText       ? value.toText()
                                   : QString::fromUtf8(value.toBytes()));
    m_line->setCursorPosition(0);
}

QString LineEditor::unreadable() const
{
    const QString text = m_line->text().trimmed();
    if (text.isEmpty() || m_field.kind == SchemaField::Kind::Text)
        return {};
    const auto read = Json::parse(text.toUtf8());
    if (m_field.kind == SchemaField::Kind::Raw)
        return read ? QString() : words("This is not JSON");
    return read && read->isNumber() ? QString() : words("A number is needed");
}

// --- ChoiceEditor ---

ChoiceEditor::ChoiceEditor(const QString &name, const SchemaField &field, QWidget *parent)
    : FieldEditor(parent)
    , m_choices(field.choices)
    , m_combo(new ComboField(name, field.label(), this))
{
    if (field.kind == SchemaField::Kind::Boolean)
        m_choices = {{Json(true), words("yes")}, {Json(false), words("no")}};
    columnIn(this)->addWidget(m_combo);
    setFocusProxy(m_combo);
    m_combo->addItem(field.required ? words("choose…") : words("left out"), u"-1"_s);
    for (std::size_t i = 0; i < m_choices.size(); ++i)
        m_combo->addItem(m_choices[i].label, QString::number(i));
    connect(m_combo, &QComboBox::activated, this, &FieldEditor::edited);
}

Json ChoiceEditor::value() const
{
    const int at = m_combo->chosen().toInt();
    return at < 0 ? Json() : m_choices[static_cast<std::size_t>(at)].value;
}

void ChoiceEditor::setValue(const Json &value)
{
    int at = -1;
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        if (m_choices[i].value == value)
            at = int(i);
    }
    m_combo->choose(QString::number(at));
}

// --- ChoicesEditor ---

ChoicesEditor::ChoicesEditor(const QString &name, const SchemaField &field, QWidget *parent)
    : FieldEditor(parent)
    , m_choices(field.choices)
{
    auto *const column = columnIn(this);
    for (std::size_t i = 0; i < m_choices.size(); ++i) {
        // An ampersand would be taken for a shortcut.
        auto *const box = new QCheckBox(QString(m_choices[i].label).replace(u"&"_s, u"&&"_s), this);
        box->setObjectName(name + u'.' + QString::number(i));
        box->setAccessibleName(field.label() + u": "_s + m_choices[i].label);
        column->addWidget(box);
        m_boxes.push_back(box);
        connect(box, &QCheckBox::clicked, this, [this] {
            m_given = true;
            Q_EMIT edited();
        });
    }
    if (!m_boxes.empty())
        setFocusProxy(m_boxes.front());
}

Json ChoicesEditor::value() const
{
    if (!m_given)
        return {};
    Json::Array chosen;
    for (std::size_t i = 0; i < m_boxes.size(); ++i) {
        if (m_boxes[i]->isChecked())
            chosen.push_back(m_choices[i].value);
    }
    return chosen;
}

void ChoicesEditor::setValue(const Json &value)
{
    m_given = value.isArray();
    const auto &items = value.items();
    for (std::size_t i = 0; i < m_boxes.size(); ++i)
        m_boxes[i]->setChecked(std::find(items.begin(), items.end(), m_choices[i].value)
                               != items.end());
}

// --- ListEditor ---

ListEditor::ListEditor(const QString &name, const SchemaField &field, QWidget *parent)
    : FieldEditor(parent)
    , m_name(name)
    , m_item(field.item.front())
    , m_column(columnIn(this))
    , m_add(new Button(words("Add an item"), ButtonKind::Outlined, this))
{
    if (m_item.label().isEmpty())
        m_item.title = words("Item of %1").arg(field.label());
    m_add->setObjectName(name + u".add"_s);
    m_add->setAccessibleName(words("Add an item to %1").arg(field.label()));
    m_add->setIconOf(Icon::Plus);
    m_add->setSmall();
    m_column->addWidget(m_add, 0, Qt::AlignLeft);
    setFocusProxy(m_add);
    connect(m_add, &Button::clicked, this, [this] {
        m_given = true;
        addItem(initialValue(m_item));
        m_items.back().editor->setFocus();
        Q_EMIT edited();
    });
}

Json ListEditor::value() const
{
    if (!m_given)
        return {};
    Json::Array values;
    for (const Item &item : m_items) {
        // An empty line is an empty text, where that is what the list holds.
        Json value = item.editor->value();
        if (value.isNull() && m_item.kind == SchemaField::Kind::Text)
            value = Json("");
        values.push_back(std::move(value));
    }
    values.insert(values.end(), m_rest.begin(), m_rest.end());
    return values;
}

void ListEditor::setValue(const Json &value)
{
    if (value == this->value())
        return;
    m_given = value.isArray();
    const auto &items = value.items();
    const std::size_t shown = std::min(items.size(), shownMax);
    m_rest.assign(items.begin() + std::ptrdiff_t(shown), items.end());
    while (m_items.size() > shown)
        removeItem(m_items.back().line);
    for (std::size_t i = 0; i < shown; ++i) {
        if (i < m_items.size())
            m_items[i].editor->setValue(items[i]);
        else
            addItem(items[i]);
    }
}

QString ListEditor::unreadable() const
{
    for (const Item &item : m_items) {
        if (QString problem = item.editor->unreadable(); !problem.isEmpty())
            return problem;
    }
    return {};
}

void ListEditor::addItem(const Json &value)
{
    auto *const line = new QWidget(this);
    auto *const row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(4);
    const QString name = m_name + u'.' + QString::number(m_made++);
    FieldEditor *const editor = makeFieldEditor(name, m_item, line);
    editor->setValue(value);
    auto *const remove = new Button(Icon::Close, words("Remove this item"), line);
    remove->setObjectName(name + u".remove"_s);
    row->addWidget(editor, 1);
    row->addWidget(remove, 0, Qt::AlignTop);
    m_items.push_back({line, editor});
    m_column->insertWidget(int(m_items.size()) - 1, line);
    line->show();
    connect(editor, &FieldEditor::edited, this, &FieldEditor::edited);
    connect(remove, &Button::clicked, this, [this, line] {
        removeItem(line);
        m_add->setFocus();
        Q_EMIT edited();
    });
}

void ListEditor::removeItem(QWidget *line)
{
    std::erase_if(m_items, [&](const Item &item) { return item.line == line; });
    m_column->removeWidget(line);
    line->hide();
    line->deleteLater(); // its button may be the one that was clicked
}

} // namespace provost::ui
