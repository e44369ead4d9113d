// Keywords that look at one value: types, bounds, sizes, names that must be there.
#include "server/schema/canonical.h"
#include "server/schema/keywords.h"

#include <array>

namespace provost::schema {

namespace {

constexpr qsizetype shownBytesMax = 400; // of the values of an enum in a message

tl::unexpected<Error> mustBe(const char *what)
{
    return fail(ErrorCode::InvalidInput, u"must be " % QString::fromLatin1(what));
}

Result<unsigned> typeBit(const Json &name)
{
    static constexpr std::array<std::pair<const char *, JsonType>, 7> types{{
        {"null", JsonType::Null},
        {"boolean", JsonType::Boolean},
        {"number", JsonType::Number},
        {"integer", JsonType::Integer},
        {"string", JsonType::String},
        {"array", JsonType::Array},
        {"object", JsonType::Object},
    }};
    for (const auto &[known, type] : types) {
        if (name.toByteArray() == known)
            return static_cast<unsigned>(type);
    }
    return mustBe("a type of JSON or a list of them");
}

Result<void> readType(const Reading &reading)
{
    keyword::Type type;
    if (reading.value.isArray()) {
        for (const Json &name : reading.value.items()) {
            TRY_LET(const unsigned bit, typeBit(name));
            type.allowed |= bit;
        }
    } else {
        TRY_LET(type.allowed, typeBit(reading.value));
    }
    reading.out.emplace_back(type);
    return {};
}

Result<void> addValues(const Reading &reading, const Json::Array &values)
{
    keyword::Values all{reading.name, {}, {}};
    bool isCut = false;
    for (const Json &value : values) {
        all.canonical.push_back(canonicalText(value));
        const QByteArray text = value.toBytes();
        isCut = isCut || all.shown.size() + text.size() > shownBytesMax;
        if (!isCut)
            all.shown += (all.shown.isEmpty() ? "`" : ", `")
                         + (value.isString() ? value.toByteArray() : text) + '`';
    }
    if (isCut)
        all.shown += all.shown.isEmpty() ? "the values of the schema" : " and others";
    std::sort(all.canonical.begin(), all.canonical.end());
    reading.out.emplace_back(std::move(all));
    return {};
}

Result<void> readEnum(const Reading &reading)
{
    if (!reading.value.isArray())
        return mustBe("a list of values");
    return addValues(reading, reading.value.items());
}

Result<void> readConst(const Reading &reading)
{
    return addValues(reading, {reading.value});
}

template <keyword::Bound::Kind kind>
Result<void> readBound(const Reading &reading)
{
    if (!reading.value.isNumber())
        return mustBe("a number");
    const QByteArray text = reading.value.numberText();
    reading.out.emplace_back(keyword::Bound{kind, Decimal(text), text});
    return {};
}

Result<void> readMultipleOf(const Reading &reading)
{
    const QByteArray text = reading.value.numberText();
    Decimal divisor(text);
    if (!reading.value.isNumber() || divisor.isZero() || divisor.isNegative())
        return mustBe("a number above 0");
    if (divisor.significantDigits() > Decimal::divisorDigitsMax)
        return mustBe("a number of 18 digits at most");
    reading.out.emplace_back(keyword::MultipleOf{std::move(divisor), text});
    return {};
}

// A number without fraction from 0; those that no memory can hold count as the greatest.
Result<std::int64_t> readCount(const Json &value)
{
    const Decimal number(value.numberText());
    if (!value.isNumber() || !number.isInteger() || number.isNegative())
        return mustBe("a whole number from 0");
    return value.toInteger().value_or(std::numeric_limits<std::int64_t>::max());
}

template <keyword::Size::Kind kind>
Result<void> readSize(const Reading &reading)
{
    TRY_LET(const std::int64_t limit, readCount(reading.value));
    reading.out.emplace_back(keyword::Size{kind, limit});
    return {};
}

Result<void> readPattern(const Reading &reading)
{
    if (!reading.value.isString())
        return mustBe("a regular expression");
    TRY_LET(auto pattern, reading.compiler.pattern(reading.value.toByteArray()));
    reading.out.emplace_back(keyword::Matches{std::move(pattern)});
    return {};
}

Result<void> readUniqueItems(const Reading &reading)
{
    if (!reading.value.isBool())
        return mustBe("true or false");
    if (reading.value.toBool())
        reading.out.emplace_back(keyword::UniqueItems());
    return {};
}

Result<std::vector<QByteArray>> readNames(const Json &value)
{
    if (!value.isArray())
        return mustBe("a list of names");
    std::vector<QByteArray> names;
    for (const Json &name : value.items()) {
        if (!name.isString())
            return mustBe("a list of names");
        names.push_back(name.toByteArray());
    }
    return names;
}

Result<void> readRequired(const Reading &reading)
{
    TRY_LET(auto names, readNames(reading.value));
    reading.out.emplace_back(keyword::Required{std::move(names)});
    return {};
}

// The values of dependentRequired are names, those of dependentSchemas schemas, those of dependencies either.
Result<void> readDependencies(const Reading &reading)
{
    if (!reading.value.isObject())
        return mustBe("an object");
    const QByteArrayView name(reading.name);
    for (const Json::Member &member : reading.value.members()) {
        keyword::Dependency dependency{reading.name, member.key, {}, {}};
        const bool isNames = name == QByteArrayView("dependentRequired")
                             || (name == QByteArrayView("dependencies") && member.value.isArray());
        if (isNames) {
            TRY_LET(dependency.required, readNames(member.value));
        } else {
            TRY_LET(dependency.schema,
                    reading.compiler.child(reading.place, member.value,
                                           pointerStep(name) + pointerStep(member.key)));
        }
        reading.out.emplace_back(std::move(dependency));
    }
    return {};
}

} // namespace

std::vector<KeywordReader> assertionReaders()
{
    using Bound = keyword::Bound::Kind;
    using Size = keyword::Size::Kind;
    return {
        {"type", Validation, AnyDraft, readType},
        {"enum", Validation, AnyDraft, readEnum},
        {"const", Validation, AnyDraft, readConst},
        {"minimum", Validation, AnyDraft, readBound<Bound::Minimum>},
        {"exclusiveMinimum", Validation, AnyDraft, readBound<Bound::ExclusiveMinimum>},
        {"maximum", Validation, AnyDraft, readBound<Bound::Maximum>},
        {"exclusiveMaximum", Validation, AnyDraft, readBound<Bound::ExclusiveMaximum>},
        {"multipleOf", Validation, AnyDraft, readMultipleOf},
        {"minLength", Validation, AnyDraft, readSize<Size::MinLength>},
        {"maxLength", Validation, AnyDraft, readSize<Size::MaxLength>},
        {"pattern", Validation, AnyDraft, readPattern},
        {"minItems", Validation, AnyDraft, readSize<Size::MinItems>},
        {"maxItems", Validation, AnyDraft, readSize<Size::MaxItems>},
        {"uniqueItems", Validation, AnyDraft, readUniqueItems},
        {"minProperties", Validation, AnyDraft, readSize<Size::MinProperties>},
        {"maxProperties", Validation, AnyDraft, readSize<Size::MaxProperties>},
        {"required", Validation, AnyDraft, readRequired},
        {"dependentRequired", Validation, Since201909, readDependencies},
        {"dependentSchemas", Applicator, Since201909, readDependencies},
        {"dependencies", Applicator, AnyDraft, readDependencies}, // split in 2019-09, still written
    };
}

} // namespace provost::schema
