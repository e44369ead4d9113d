// Keywords that apply subschemas to the value or to what is in it, and references.
#include "server/schema/keywords.h"
#include "server/schema/uri.h"

namespace provost::schema {

namespace {

constexpr qsizetype shownBytesMax = 400; // of the known properties in a message

tl::unexpected<Error> mustBe(const char *what)
{
    return fail(ErrorCode::InvalidInput, u"must be " % QString::fromLatin1(what));
}

Result<SubschemaId> childOf(const Reading &reading, const char *name, const Json &schema)
{
    return reading.compiler.child(reading.place, schema, pointerStep(name));
}

// The sibling keyword's subschema, if it is there.
Result<std::optional<SubschemaId>> sibling(const Reading &reading, const char *name)
{
    const Json *schema = reading.place.schema->find(name);
    if (schema == nullptr)
        return std::optional<SubschemaId>();
    TRY_LET(const SubschemaId id, childOf(reading, name, *schema));
    return std::optional(id);
}

Result<std::vector<SubschemaId>> list(const Reading &reading, const Json &schemas)
{
    if (!schemas.isArray())
        return mustBe("a list of schemas");
    std::vector<SubschemaId> ids;
    for (std::size_t i = 0; i < schemas.items().size(); ++i) {
        TRY_LET(const SubschemaId id,
                reading.compiler.child(reading.place, schemas.items()[i],
                                       pointerStep(reading.name) + '/'
                                           + QByteArray::number(qulonglong(i))));
        ids.push_back(id);
    }
    return ids;
}

template <class T>
Result<void> readList(const Reading &reading)
{
    TRY_LET(auto schemas, list(reading, reading.value));
    if (schemas.empty())
        return mustBe("a list of one schema at least");
    reading.out.emplace_back(T{std::move(schemas)});
    return {};
}

template <class T>
Result<void> readOne(const Reading &reading)
{
    TRY_LET(const SubschemaId schema, childOf(reading, reading.name, reading.value));
    reading.out.emplace_back(T{schema});
    return {};
}

Result<void> readReference(const Reading &reading)
{
    if (!reading.value.isString())
        return mustBe("a URI");
    TRY_LET(const Place place,
            reading.compiler.resolve(reading.place.resource, reading.value.toByteArray()));
    TRY_LET(const SubschemaId target, reading.compiler.subschema(place));
    reading.out.emplace_back(keyword::Reference{target});
    return {};
}

// Dynamic only where it leads to a `$dynamicAnchor` at first.
Result<void> readDynamicReference(const Reading &reading)
{
    if (!reading.value.isString())
        return mustBe("a URI");
    const QByteArray reference = reading.value.toByteArray();
    TRY_LET(const Place place, reading.compiler.resolve(reading.place.resource, reference));
    TRY_LET(const SubschemaId target, reading.compiler.subschema(place));
    const QByteArray name = splitFragment(reference).second;
    if (reading.compiler.isDynamicAnchor(place, name))
        reading.out.emplace_back(
            keyword::DynamicReference{reading.compiler.dynamicAnchorNumber(name), target});
    else
        reading.out.emplace_back(keyword::Reference{target});
    return {};
}

Result<void> refuseRecursiveReference(const Reading &)
{
    return fail(ErrorCode::InvalidInput, QStringLiteral("is not supported"));
}

Result<void> readCondition(const Reading &reading)
{
    keyword::Condition condition{};
    TRY_LET(condition.test, childOf(reading, reading.name, reading.value));
    TRY_LET(condition.then, sibling(reading, "then"));
    TRY_LET(condition.otherwise, sibling(reading, "else"));
    reading.out.emplace_back(condition);
    return {};
}

Result<void> addNamed(const Reading &reading, const Json &named, keyword::Properties &properties)
{
    if (!named.isObject() && !named.isNull())
        return mustBe("an object of schemas");
    bool isCut = false;
    for (const Json::Member &member : named.members()) {
        TRY_LET(const SubschemaId id,
                reading.compiler.child(reading.place, member.value,
                                       "/properties" + pointerStep(member.key)));
        properties.named.insert(member.key, id);
        isCut = isCut || properties.shown.size() + member.key.size() > shownBytesMax;
        if (!isCut)
            properties.shown += (properties.shown.isEmpty() ? "`" : ", `") + member.key + '`';
    }
    if (isCut)
        properties.shown += " and others";
    return {};
}

Result<void> addPatterns(const Reading &reading, const Json &patterns,
                         keyword::Properties &properties)
{
    if (!patterns.isObject() && !patterns.isNull())
        return mustBe("an object of schemas");
    for (const Json::Member &member : patterns.members()) {
        TRY_LET(auto pattern, reading.compiler.pattern(member.key));
        TRY_LET(const SubschemaId id,
                reading.compiler.child(reading.place, member.value,
                                       "/patternProperties" + pointerStep(member.key)));
        properties.patterns.emplace_back(std::move(pattern), id);
    }
    return {};
}

// One keyword of three; the first of them that stands there reads all.
Result<void> readProperties(const Reading &reading)
{
    const auto isRead = [](const Keyword &it) {
        return std::holds_alternative<keyword::Properties>(it);
    };
    if (std::any_of(reading.out.begin(), reading.out.end(), isRead))
        return {};
    const Json &schema = *reading.place.schema;
    keyword::Properties properties;
    TRY_DO(addNamed(reading, schema["properties"], properties));
    TRY_DO(addPatterns(reading, schema["patternProperties"], properties));
    TRY_LET(properties.additional, sibling(reading, "additionalProperties"));
    reading.out.emplace_back(std::move(properties));
    return {};
}

// prefixItems and items.
Result<void> readItems(const Reading &reading)
{
    keyword::Items items{{}, {}, "items"};
    if (QByteArrayView(reading.name) == QByteArrayView("prefixItems")) {
        TRY_LET(items.prefix, list(reading, reading.value));
    } else if (reading.place.schema->contains("prefixItems")) {
        return {};
    }
    TRY_LET(items.rest, sibling(reading, "items"));
    reading.out.emplace_back(std::move(items));
    return {};
}

// items as one schema, or as a list that additionalItems goes on with.
Result<void> readOldItems(const Reading &reading)
{
    keyword::Items items{{}, {}, "items"};
    if (reading.value.isArray()) {
        items.restName = "additionalItems";
        TRY_LET(items.prefix, list(reading, reading.value));
        TRY_LET(items.rest, sibling(reading, "additionalItems"));
    } else {
        TRY_LET(items.rest, childOf(reading, reading.name, reading.value));
    }
    reading.out.emplace_back(std::move(items));
    return {};
}

Result<std::optional<std::int64_t>> countOf(const Reading &reading, const char *name)
{
    const Json *value = reading.place.schema->find(name);
    const Language language = reading.compiler.languageAt(reading.place);
    if (value == nullptr || language.draft == Draft7 || (language.vocabularies & Validation) == 0)
        return std::optional<std::int64_t>();
    const Decimal number(value->numberText());
    if (!value->isNumber() || !number.isInteger() || number.isNegative())
        return fail(ErrorCode::InvalidInput,
                    u'`' % QString::fromLatin1(name) % u"` must be a whole number from 0");
    return std::optional(value->toInteger().value_or(std::numeric_limits<std::int64_t>::max()));
}

Result<void> readContains(const Reading &reading)
{
    keyword::Contains contains{};
    TRY_LET(contains.schema, childOf(reading, reading.name, reading.value));
    TRY_LET(const auto least, countOf(reading, "minContains"));
    TRY_LET(contains.most, countOf(reading, "maxContains"));
    contains.least = least.value_or(1);
    contains.evaluates = reading.compiler.languageAt(reading.place).draft == Draft202012;
    reading.out.emplace_back(contains);
    return {};
}

} // namespace

std::vector<KeywordReader> applicatorReaders()
{
    return {
        {"$ref", Core, AnyDraft, readReference},
        {"$dynamicRef", Core, Draft202012, readDynamicReference},
        {"$recursiveRef", Core, Draft201909, refuseRecursiveReference},
        {"properties", Applicator, AnyDraft, readProperties},
        {"patternProperties", Applicator, AnyDraft, readProperties},
        {"additionalProperties", Applicator, AnyDraft, readProperties},
        {"propertyNames", Applicator, AnyDraft, readOne<keyword::PropertyNames>},
        {"prefixItems", Applicator, Draft202012, readItems},
        {"items", Applicator, Draft202012, readItems},
        {"items", Applicator, Before202012, readOldItems},
        {"contains", Applicator, AnyDraft, readContains},
        {"allOf", Applicator, AnyDraft, readList<keyword::AllOf>},
        {"anyOf", Applicator, AnyDraft, readList<keyword::AnyOf>},
        {"oneOf", Applicator, AnyDraft, readList<keyword::OneOf>},
        {"not", Applicator, AnyDraft, readOne<keyword::Not>},
        {"if", Applicator, AnyDraft, readCondition},
        {"unevaluatedItems", Unevaluated, Since201909, readOne<keyword::UnevaluatedItems>},
        {"unevaluatedProperties", Unevaluated, Since201909,
         readOne<keyword::UnevaluatedProperties>},
    };
}

} // namespace provost::schema
