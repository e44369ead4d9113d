#include "server/tools/adapters/sql/parameter.h"

#include "server/tools/adapters/sql/members.h"

#include <re2/re2.h>

#include <array>
#include <cmath>

namespace provost::tools::sql {

namespace {

constexpr std::array<std::pair<const char *, Parameter::Type>, 4> typeNames{{
    {"integer", Parameter::Type::Integer},
    {"number", Parameter::Type::Number},
    {"string", Parameter::Type::String},
    {"boolean", Parameter::Type::Boolean},
}};

const char *nameOf(Parameter::Type type)
{
    for (const auto &[name, value] : typeNames) {
        if (value == type)
            return name;
    }
    return "";
}

tl::unexpected<Error> wrong(const Parameter &parameter, const QString &what)
{
    return fail(ErrorCode::InvalidInput,
                u"argument `" % QString::fromUtf8(parameter.name) % u"` " % what);
}

Json numberOf(double value)
{
    const bool isWhole = std::floor(value) == value && std::abs(value) < 9e15;
    return isWhole ? Json(static_cast<std::int64_t>(value)) : Json(value);
}

qsizetype charactersOf(QByteArrayView utf8)
{
    return std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; // not a continuation byte
    });
}

Result<void> checkNumber(const Parameter &parameter, double value)
{
    if (parameter.minimum && value < *parameter.minimum)
        return wrong(parameter, QStringLiteral("must be at least %1").arg(*parameter.minimum));
    if (parameter.maximum && value > *parameter.maximum)
        return wrong(parameter, QStringLiteral("must be at most %1").arg(*parameter.maximum));
    return {};
}

Result<void> checkText(const Parameter &parameter, const QByteArray &text)
{
    const qsizetype characters = charactersOf(text);
    if (characters < parameter.charactersMin)
        return wrong(
            parameter,
            QStringLiteral("must have at least %1 characters").arg(parameter.charactersMin));
    if (characters > parameter.charactersMax)
        return wrong(
            parameter,
            QStringLiteral("must have at most %1 characters").arg(parameter.charactersMax));
    if (text.contains('\0'))
        return wrong(parameter, QStringLiteral("must not contain a NUL character"));
    if (!parameter.values.empty()
        && std::find(parameter.values.begin(), parameter.values.end(), text)
               == parameter.values.end()) {
        QByteArray all;
        for (const QByteArray &value : parameter.values)
            all += (all.isEmpty() ? "`" : ", `") + value + '`';
        return wrong(parameter, u"must be one of " % QString::fromUtf8(all));
    }
    if (parameter.pattern
        && !re2::RE2::PartialMatch(
            re2::StringPiece(text.constData(), static_cast<std::size_t>(text.size())),
            *parameter.pattern))
        return wrong(parameter, QStringLiteral("must match the pattern `%1`")
                                    .arg(QString::fromStdString(parameter.pattern->pattern())));
    return {};
}

Result<void> checkValue(const Parameter &parameter, const Json &value)
{
    const auto mustBe = [&](const char *what) {
        return wrong(parameter, u"must be " % QString::fromLatin1(what));
    };
    switch (parameter.type) {
    case Parameter::Type::Integer: {
        const auto number = value.toInteger();
        if (!number)
            return mustBe("a whole number");
        return checkNumber(parameter, static_cast<double>(*number));
    }
    case Parameter::Type::Number: {
        const auto number = value.toDouble();
        if (!value.isNumber() || !number || !std::isfinite(*number))
            return mustBe("a number");
        return checkNumber(parameter, *number);
    }
    case Parameter::Type::String:
        if (!value.isString())
            return mustBe("a text");
        return checkText(parameter, value.toByteArray());
    case Parameter::Type::Boolean:
        if (!value.isBool())
            return mustBe("true or false");
        return {};
    }
    return {};
}

Json schemaOf(const Parameter &parameter)
{
    Json schema = Json::object({{"type", nameOf(parameter.type)}});
    if (!parameter.description.isEmpty())
        schema.set("description", parameter.description);
    if (parameter.fallback)
        schema.set("default", *parameter.fallback);
    if (parameter.minimum)
        schema.set("minimum", numberOf(*parameter.minimum));
    if (parameter.maximum)
        schema.set("maximum", numberOf(*parameter.maximum));
    if (parameter.type != Parameter::Type::String)
        return schema;
    if (parameter.charactersMin > 0)
        schema.set("minLength", static_cast<std::int64_t>(parameter.charactersMin));
    if (!parameter.values.empty()) {
        Json all = Json::array();
        for (const QByteArray &value : parameter.values)
            all.append(value);
        schema.set("enum", std::move(all));
    } else {
        schema.set("maxLength", static_cast<std::int64_t>(parameter.charactersMax));
    }
    if (parameter.pattern)
        schema.set("pattern", QByteArray::fromStdString(parameter.pattern->pattern()));
    return schema;
}

} // namespace

BoundValue boundAs(const Json &value)
{
    if (value.isBool())
        return {value, Parameter::Type::Boolean};
    if (value.isNumber())
        return {value, value.toInteger() ? Parameter::Type::Integer : Parameter::Type::Number};
    return {value, Parameter::Type::String};
}

Result<Parameter> readParameter(const QByteArray &name, const Json &from, const QByteArray &where)
{
    Members members(from, where);
    Parameter parameter;
    parameter.name = name;
    const QByteArray type = members.requiredText("type");
    const auto known = std::find_if(typeNames.begin(), typeNames.end(),
                                    [&](const auto &entry) { return type == entry.first; });
    if (known == typeNames.end())
        members.refuse("type", "must be integer, number, string or boolean");
    else
        parameter.type = known->second;
    parameter.description = members.text("description");
    parameter.optional = members.flag("optional");
    const bool isNumeric =
        parameter.type == Parameter::Type::Integer || parameter.type == Parameter::Type::Number;
    for (const auto &[member, bound] :
         {std::pair("minimum", &parameter.minimum), std::pair("maximum", &parameter.maximum)}) {
        const Json &value = members.value(member);
        *bound = value.toDouble();
        if (!value.isNull() && (!*bound || !isNumeric))
            members.refuse(member, "must be a number, and belongs to numbers only");
    }
    if (parameter.type == Parameter::Type::String) {
        parameter.charactersMin = members.number("min_length", 0, 0, 1'000'000);
        parameter.charactersMax =
            members.number("max_length", parameter.charactersMax, 1, 1'000'000);
        parameter.values = members.texts("enum");
        const QByteArray pattern = members.text("pattern");
        if (!pattern.isEmpty()) {
            re2::RE2::Options options;
            options.set_log_errors(false);
            parameter.pattern = std::make_shared<const re2::RE2>(pattern.toStdString(), options);
            if (!parameter.pattern->ok())
                members.refuse("pattern", "is not a regular expression that is known here (RE2)");
        }
    }
    if (const Json &fallback = members.value("default"); !fallback.isNull())
        parameter.fallback = fallback;
    TRY_DO(members.finish());
    if (parameter.fallback) {
        if (const auto fits = checkValue(parameter, *parameter.fallback); !fits)
            return fail(ErrorCode::InvalidInput, u'`' % QString::fromUtf8(where)
                                                     % u".default` does not fit: "
                                                     % fits.error().message);
    }
    return parameter;
}

Json inputSchemaOf(const std::vector<Parameter> &parameters)
{
    Json properties = Json::object();
    Json required = Json::array();
    for (const Parameter &parameter : parameters) {
        properties.set(parameter.name, schemaOf(parameter));
        if (!parameter.optional && !parameter.fallback)
            required.append(parameter.name);
    }
    Json schema = Json::object({{"type", "object"}, {"properties", std::move(properties)}});
    if (!required.items().empty())
        schema.set("required", std::move(required));
    schema.set("additionalProperties", false);
    return schema;
}

Result<Json> checkArguments(const std::vector<Parameter> &parameters, const Json &arguments)
{
    if (!arguments.isObject() && !arguments.isNull())
        return fail(ErrorCode::InvalidInput, QStringLiteral("the arguments must be an object"));
    for (const Json::Member &argument : arguments.members()) {
        const auto isIt = [&](const Parameter &known) { return known.name == argument.key; };
        if (std::none_of(parameters.begin(), parameters.end(), isIt))
            return fail(ErrorCode::InvalidInput, u"argument `" % QString::fromUtf8(argument.key)
                                                     % u"` is not known to this tool");
    }
    Json checked = Json::object();
    for (const Parameter &parameter : parameters) {
        const Json &given = arguments[parameter.name];
        if (given.isNull()) { // an explicit null is what clients send for "left out"
            if (!parameter.optional && !parameter.fallback)
                return wrong(parameter, QStringLiteral("is missing"));
            checked.set(parameter.name, parameter.fallback.value_or(Json()));
            continue;
        }
        TRY_DO(checkValue(parameter, given));
        checked.set(parameter.name, given);
    }
    return checked;
}

} // namespace provost::tools::sql
