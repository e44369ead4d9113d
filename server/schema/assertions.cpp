// The checks of keywords that look at one value. A value of another type than the keyword speaks of passes.
#include "server/schema/canonical.h"
#include "server/schema/evaluation.h"
#include "server/schema/wording.h"

#include <unordered_set>

namespace provost::schema {

namespace {

constexpr std::int64_t bytesPerStep = 64; // of text that is looked through
constexpr std::int64_t digitsPerStep = 8;
constexpr std::int64_t membersPerStep = 8;

std::int64_t charactersOf(QByteArrayView utf8)
{
    return std::count_if(utf8.begin(), utf8.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; // not a continuation byte
    });
}

} // namespace

bool Evaluation::check(const keyword::Type &keyword, const Frame &frame)
{
    if (!spend(frame.instance.numberText().size() / digitsPerStep))
        return false;
    const JsonType type = typeOf(frame.instance);
    unsigned accepted = static_cast<unsigned>(type);
    if (type == JsonType::Integer)
        accepted |= static_cast<unsigned>(JsonType::Number);
    if ((keyword.allowed & accepted) != 0)
        return true;
    return violate(frame, "type",
                   "must be " + inWords(keyword.allowed) + ", not "
                       + inWords(static_cast<unsigned>(type)));
}

bool Evaluation::check(const keyword::Values &keyword, const Frame &frame)
{
    const QByteArray canonical = canonicalText(frame.instance);
    if (!spend(canonical.size() / bytesPerStep))
        return false;
    if (std::binary_search(keyword.canonical.begin(), keyword.canonical.end(), canonical))
        return true;
    const bool isOne = keyword.canonical.size() == 1;
    return violate(frame, keyword.name, (isOne ? "must be " : "must be one of ") + keyword.shown);
}

bool Evaluation::check(const keyword::Bound &keyword, const Frame &frame)
{
    using Kind = keyword::Bound::Kind;
    if (!frame.instance.isNumber())
        return true;
    if (!spend(frame.instance.numberText().size() / digitsPerStep))
        return false;
    const auto order = Decimal(frame.instance.numberText()) <=> keyword.limit;
    switch (keyword.kind) {
    case Kind::Minimum:
        return order >= 0 || violate(frame, "minimum", "must be at least " + keyword.text);
    case Kind::ExclusiveMinimum:
        return order > 0 || violate(frame, "exclusiveMinimum", "must be above " + keyword.text);
    case Kind::Maximum:
        return order <= 0 || violate(frame, "maximum", "must be at most " + keyword.text);
    case Kind::ExclusiveMaximum:
        return order < 0 || violate(frame, "exclusiveMaximum", "must be below " + keyword.text);
    }
    return false;
}

bool Evaluation::check(const keyword::MultipleOf &keyword, const Frame &frame)
{
    if (!frame.instance.isNumber())
        return true;
    const QByteArray text = frame.instance.numberText();
    if (!spend(text.size() / digitsPerStep))
        return false;
    return Decimal(text).isMultipleOf(keyword.divisor)
           || violate(frame, "multipleOf", "must be a multiple of " + keyword.text);
}

bool Evaluation::check(const keyword::Size &keyword, const Frame &frame)
{
    using Kind = keyword::Size::Kind;
    const auto lacks = [&](const char *name, const char *one, const char *many) {
        return violate(frame, name, "must have at least " + counted(keyword.limit, one, many));
    };
    const auto exceeds = [&](const char *name, const char *one, const char *many) {
        return violate(frame, name, "must have at most " + counted(keyword.limit, one, many));
    };
    const Json &instance = frame.instance;
    const auto items = static_cast<std::int64_t>(instance.items().size());
    const auto members = static_cast<std::int64_t>(instance.members().size());
    switch (keyword.kind) {
    case Kind::MinLength:
    case Kind::MaxLength: {
        if (!instance.isString())
            return true;
        const QByteArray text = instance.toByteArray();
        if (!spend(text.size() / bytesPerStep))
            return false;
        const std::int64_t characters = charactersOf(text);
        if (keyword.kind == Kind::MinLength)
            return characters >= keyword.limit || lacks("minLength", "character", "characters");
        return characters <= keyword.limit || exceeds("maxLength", "character", "characters");
    }
    case Kind::MinItems:
        return !instance.isArray() || items >= keyword.limit || lacks("minItems", "item", "items");
    case Kind::MaxItems: return items <= keyword.limit || exceeds("maxItems", "item", "items");
    case Kind::MinProperties:
        return !instance.isObject() || members >= keyword.limit
               || lacks("minProperties", "property", "properties");
    case Kind::MaxProperties:
        return members <= keyword.limit || exceeds("maxProperties", "property", "properties");
    }
    return false;
}

bool Evaluation::check(const keyword::Matches &keyword, const Frame &frame)
{
    return !frame.instance.isString() || matches(*keyword.pattern, frame.instance.toByteArray())
           || violate(frame, "pattern",
                      "must match the pattern " + quoted(keyword.pattern->source()));
}

bool Evaluation::check(const keyword::UniqueItems &, const Frame &frame)
{
    std::unordered_map<QByteArray, std::size_t> seen;
    const Json::Array &items = frame.instance.items();
    for (std::size_t i = 0; i < items.size(); ++i) {
        QByteArray canonical = canonicalText(items[i]);
        if (!spend(canonical.size() / bytesPerStep + 1))
            return false;
        const auto [first, isNew] = seen.emplace(std::move(canonical), i);
        if (!isNew)
            return violate(frame, "uniqueItems",
                           "must not hold the same item twice, as at "
                               + QByteArray::number(qulonglong(first->second)) + " and "
                               + QByteArray::number(qulonglong(i)));
    }
    return true;
}

bool Evaluation::requireNames(const std::vector<QByteArray> &names, const char *keyword,
                              const QByteArray &because, const Frame &frame)
{
    const auto members = static_cast<std::int64_t>(frame.instance.members().size());
    if (!spend(static_cast<std::int64_t>(names.size()) * (members / membersPerStep)))
        return false;
    bool isValid = true;
    for (const QByteArray &name : names) {
        if (frame.instance.contains(name))
            continue;
        isValid = false;
        if (stopsAtFirst())
            return false;
        const Location missing{&frame.location, &name, 0};
        if (m_violations->size() < static_cast<std::size_t>(m_options.violationsMax))
            m_violations->push_back({pointerTo(frame.location),
                                     frame.schema.location + '/' + keyword,
                                     nameOf(missing, m_options.whole) + " is missing" + because});
    }
    return isValid;
}

bool Evaluation::check(const keyword::Required &keyword, const Frame &frame)
{
    return !frame.instance.isObject() || requireNames(keyword.names, "required", {}, frame);
}

bool Evaluation::check(const keyword::Dependency &keyword, const Frame &frame)
{
    const auto members = static_cast<std::int64_t>(frame.instance.members().size());
    if (!spend(members / membersPerStep))
        return false;
    if (!frame.instance.contains(keyword.property))
        return true;
    if (keyword.schema)
        return evaluate(*keyword.schema, frame.instance, frame.location, frame.marks);
    return requireNames(keyword.required, keyword.name,
                        ", because " + quoted(keyword.property) + " is given", frame);
}

} // namespace provost::schema
