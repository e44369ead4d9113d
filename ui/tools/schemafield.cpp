#include "ui/tools/schemafield.h"

#include "ui/tools/textformat.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int referencesMax = 16; // that follow each other

QString tr(const char *text)
{
    return QCoreApplication::translate("Tools", text);
}

class Reader
{
public:
    explicit Reader(const Json &root)
        : m_root(root)
    {
    }

    SchemaField field(const Json &given, int depth) const
    {
        const Json &schema = plain(given);
        SchemaField field;
        field.title = schema["title"].toText();
        field.description = schema["description"].toText();
        field.initial = schema["default"];
        if (depth > schemaDepthMax)
            return field;
        field.choices = choicesOf(schema);
        if (!field.choices.empty()) {
            field.kind = SchemaField::Kind::Choice;
            return field;
        }
        const QByteArray type = typeOf(schema);
        if (type == "string") {
            field.kind = SchemaField::Kind::Text;
            field.format = schema["format"].toByteArray();
            setBounds(field, schema, "minLength", "maxLength");
        } else if (type == "integer" || type == "number") {
            field.kind = type == "integer" ? SchemaField::Kind::Integer : SchemaField::Kind::Number;
            setBounds(field, schema, "minimum", "maximum");
        } else if (type == "boolean") {
            field.kind = SchemaField::Kind::Boolean;
        } else if (type == "array") {
            readList(field, schema, depth);
        } else if (type == "object" || schema["properties"].isObject()) {
            readObject(field, schema, depth);
        }
        return field;
    }

private:
    // Through local references and through "this or null".
    const Json &plain(const Json &given) const
    {
        const Json *schema = &given;
        for (int i = 0; i < referencesMax; ++i) {
            const Json *next = nullptr;
            if ((*schema)["$ref"].isString()) {
                next = pointed((*schema)["$ref"].toByteArray());
            } else {
                for (const char *either : {"anyOf", "oneOf"})
                    next = next != nullptr ? next : onlyReal((*schema)[either]);
            }
            if (next == nullptr)
                return *schema;
            schema = next;
        }
        return *schema;
    }

    const Json *pointed(const QByteArray &reference) const
    {
        if (reference == "#")
            return &m_root;
        if (!reference.startsWith("#/"))
            return nullptr;
        const Json *at = &m_root;
        for (QByteArray step : reference.sliced(2).split('/')) {
            step.replace("~1", "/").replace("~0", "~");
            at = at->find(step);
            if (at == nullptr)
                return nullptr;
        }
        return at;
    }

    static const Json *onlyReal(const Json &alternatives)
    {
        const Json *real = nullptr;
        for (const Json &one : alternatives.items()) {
            if (one["type"].toByteArray() == "null")
                continue;
            if (real != nullptr)
                return nullptr;
            real = &one;
        }
        return alternatives.items().size() == 2 ? real : nullptr;
    }

    static QByteArray typeOf(const Json &schema)
    {
        if (schema["type"].isString())
            return schema["type"].toByteArray();
        QByteArray only;
        for (const Json &type : schema["type"].items()) {
            if (type.toByteArray() == "null")
                continue;
            if (!only.isEmpty())
                return {};
            only = type.toByteArray();
        }
        return only;
    }

    static QString labelOf(const Json &value)
    {
        return value.isString() ? value.toText() : QString::fromUtf8(value.toBytes());
    }

    static std::vector<SchemaChoice> choicesOf(const Json &schema)
    {
        std::vector<SchemaChoice> choices;
        const auto &names = schema["enumNames"].items();
        for (const Json &value : schema["enum"].items()) {
            const std::size_t at = choices.size();
            choices.push_back({value, at < names.size() ? names[at].toText() : labelOf(value)});
        }
        if (schema.contains("const"))
            choices.push_back({*schema.find("const"), labelOf(*schema.find("const"))});
        for (const char *either : {"oneOf", "anyOf"}) {
            std::vector<SchemaChoice> titled;
            for (const Json &one : schema[either].items()) {
                if (!one.contains("const"))
                    return choices;
                const Json &value = *one.find("const");
                titled.push_back(
                    {value, one["title"].isString() ? one["title"].toText() : labelOf(value)});
            }
            choices.insert(choices.end(), titled.begin(), titled.end());
        }
        return choices;
    }

    static void setBounds(SchemaField &field, const Json &schema, const char *low, const char *high)
    {
        field.minimum = schema[low].toDouble();
        field.maximum = schema[high].toDouble();
    }

    void readList(SchemaField &field, const Json &schema, int depth) const
    {
        setBounds(field, schema, "minItems", "maxItems");
        if (!schema["items"].isObject())
            return; // anything may be in it
        SchemaField item = this->field(schema["items"], depth + 1);
        item.required = true;
        if (item.kind == SchemaField::Kind::Choice) {
            field.kind = SchemaField::Kind::Choices;
            field.choices = std::move(item.choices);
        } else if (item.kind != SchemaField::Kind::Raw) {
            field.kind = SchemaField::Kind::List;
            field.item.push_back(std::move(item));
        }
    }

    void readObject(SchemaField &field, const Json &schema, int depth) const
    {
        const auto &properties = schema["properties"].members();
        if (properties.size() > schemaFieldsMax || (properties.empty() && depth > 0))
            return;
        field.kind = SchemaField::Kind::Object;
        const auto &required = schema["required"].items();
        for (const Json::Member &property : properties) {
            SchemaField member = this->field(property.value, depth + 1);
            member.name = property.key;
            member.required = std::any_of(required.begin(), required.end(), [&](const Json &name) {
                return name.toByteArray() == property.key;
            });
            field.members.push_back(std::move(member));
        }
    }

    const Json &m_root;
};

QString rangeProblem(const SchemaField &field, double number, const QString &unit)
{
    if (field.minimum && number < *field.minimum)
        return tr("At least %1%2").arg(QString::number(*field.minimum, 'g', 15), unit);
    if (field.maximum && number > *field.maximum)
        return tr("At most %1%2").arg(QString::number(*field.maximum, 'g', 15), unit);
    return {};
}

QString textProblem(const SchemaField &field, const Json &value)
{
    if (!value.isString())
        return tr("A text is needed");
    const QString text = value.toText();
    const QString problem = rangeProblem(field, double(text.size()), tr(" characters"));
    return problem.isEmpty() ? formatProblem(field.format, text) : problem;
}

bool isChoice(const SchemaField &field, const Json &value)
{
    return std::any_of(field.choices.begin(), field.choices.end(),
                       [&](const SchemaChoice &choice) { return choice.value == value; });
}

QString listProblem(const SchemaField &field, const Json &value)
{
    if (!value.isArray())
        return tr("A list is needed");
    for (const Json &item : value.items()) {
        if (field.kind == SchemaField::Kind::Choices && !isChoice(field, item))
            return tr("%1 is not among the choices").arg(QString::fromUtf8(item.toBytes()));
        if (field.kind == SchemaField::Kind::List) {
            if (QString problem = valueProblem(field.item.front(), item); !problem.isEmpty())
                return problem;
        }
    }
    return rangeProblem(field, double(value.items().size()), tr(" items"));
}

QString objectProblem(const SchemaField &field, const Json &value)
{
    if (!value.isObject())
        return tr("An object is needed");
    for (const SchemaField &member : field.members) {
        const QString problem = valueProblem(member, value[member.name]);
        if (!problem.isEmpty())
            return member.label() + u": "_s + problem;
    }
    return {};
}

} // namespace

QString SchemaField::label() const
{
    return title.isEmpty() ? QString::fromUtf8(name) : title;
}

SchemaField readSchema(const Json &schema)
{
    SchemaField whole = Reader(schema).field(schema, 0);
    whole.required = true;
    return whole;
}

Json initialValue(const SchemaField &field)
{
    if (field.kind != SchemaField::Kind::Object || !field.initial.isNull())
        return field.initial;
    Json value = Json::object();
    for (const SchemaField &member : field.members) {
        if (!member.required && member.kind == SchemaField::Kind::Object)
            continue; // leaving it out is a choice
        Json initial = initialValue(member);
        if (!initial.isNull())
            value.set(member.name, std::move(initial));
    }
    return value;
}

QString valueProblem(const SchemaField &field, const Json &value)
{
    if (value.isNull())
        return field.required ? tr("needed") : QString();
    switch (field.kind) {
    case SchemaField::Kind::Text: return textProblem(field, value);
    case SchemaField::Kind::Integer:
        if (!value.isNumber() || !value.toInteger())
            return tr("A whole number is needed");
        return rangeProblem(field, *value.toDouble(), {});
    case SchemaField::Kind::Number:
        return value.isNumber() ? rangeProblem(field, value.toDouble().value_or(0), {})
                                : tr("A number is needed");
    case SchemaField::Kind::Boolean: return value.isBool() ? QString() : tr("Yes or no");
    case SchemaField::Kind::Choice:
        return isChoice(field, value) ? QString() : tr("Not among the choices");
    case SchemaField::Kind::Choices:
    case SchemaField::Kind::List: return listProblem(field, value);
    case SchemaField::Kind::Object: return objectProblem(field, value);
    case SchemaField::Kind::Raw: return {};
    }
    return {};
}

} // namespace provost::ui
