#include "server/schema/dialect.h"

#include "server/base/json.h"

#include <array>

namespace provost::schema {

namespace {

constexpr int metaSchemasMax = 8; // in a chain of `$schema`

struct KnownDialect
{
    QByteArrayView uri; // without scheme and empty fragment
    Draft draft = Draft202012;
};

constexpr std::array<KnownDialect, 5> dialects{{
    {"://json-schema.org/draft/2020-12/schema", Draft202012},
    {"://json-schema.org/schema", Draft202012},
    {"://json-schema.org/draft/2019-09/schema", Draft201909},
    {"://json-schema.org/draft-07/schema", Draft7},
    {"://json-schema.org/draft-06/schema", Draft7},
}};

struct KnownVocabulary
{
    QByteArrayView name;     // the last part of the URI
    unsigned vocabulary = 0; // 0: changes no verdict
};

constexpr std::array<KnownVocabulary, 7> vocabularies{{
    {"core", Core},
    {"applicator", Applicator},
    {"unevaluated", Unevaluated},
    {"validation", Validation},
    {"meta-data", 0},
    {"format-annotation", 0},
    {"content", 0},
}};

QString quoted(const QByteArray &text)
{
    return u'`' % QString::fromUtf8(text.left(200)) % u'`';
}

std::optional<Draft> draftOf(QByteArrayView uri)
{
    if (uri.endsWith('#'))
        uri.chop(1);
    for (const QByteArrayView scheme : {QByteArrayView("https"), QByteArrayView("http")}) {
        for (const KnownDialect &dialect : dialects) {
            if (uri.startsWith(scheme) && uri.sliced(scheme.size()) == dialect.uri)
                return dialect.draft;
        }
    }
    return std::nullopt;
}

Result<unsigned> vocabulariesOf(const Json &declared)
{
    constexpr QByteArrayView prefix = "https://json-schema.org/draft/2020-12/vocab/";
    unsigned found = Core;
    for (const Json::Member &member : declared.members()) {
        const QByteArray &uri = member.key;
        const auto known =
            std::find_if(vocabularies.begin(), vocabularies.end(), [&](const auto &it) {
                return uri.startsWith(prefix)
                       && QByteArrayView(uri).sliced(prefix.size()) == it.name;
            });
        if (known != vocabularies.end())
            found |= known->vocabulary;
        else if (member.value.toBool(true))
            return fail(ErrorCode::InvalidInput,
                        u"the vocabulary " % quoted(uri) % u" is not supported");
    }
    return found;
}

} // namespace

Result<Language> languageOf(const QByteArray &uri,
                            const std::function<const Json *(const QByteArray &)> &lookUp)
{
    std::optional<unsigned> declared;
    QByteArray at = uri;
    for (int i = 0; i < metaSchemasMax; ++i) {
        if (const auto draft = draftOf(at))
            return Language{*draft, declared.value_or(AllVocabularies)};
        const Json *metaSchema = lookUp(at);
        if (metaSchema == nullptr)
            break;
        if (const Json *vocabulary = metaSchema->find("$vocabulary"); vocabulary && !declared) {
            TRY_LET(declared, vocabulariesOf(*vocabulary));
        }
        at = (*metaSchema)["$schema"].toByteArray();
    }
    return fail(ErrorCode::InvalidInput, u"the dialect " % quoted(uri)
                                             % u" is not known; known are 2020-12, 2019-09 and "
                                               u"drafts 07 and 06");
}

std::span<const SubschemaKeyword> subschemaKeywords()
{
    using Shape = SubschemaKeyword::Shape;
    static constexpr SubschemaKeyword keywords[]{
        {"$defs", Shape::Map, Since201909},
        {"definitions", Shape::Map, AnyDraft}, // renamed, and still written
        {"properties", Shape::Map, AnyDraft},
        {"patternProperties", Shape::Map, AnyDraft},
        {"additionalProperties", Shape::One, AnyDraft},
        {"propertyNames", Shape::One, AnyDraft},
        {"dependentSchemas", Shape::Map, Since201909},
        {"dependencies", Shape::Map, AnyDraft},
        {"prefixItems", Shape::List, Draft202012},
        {"items", Shape::One, Draft202012},
        {"items", Shape::OneOrList, Before202012},
        {"additionalItems", Shape::One, Before202012},
        {"contains", Shape::One, AnyDraft},
        {"allOf", Shape::List, AnyDraft},
        {"anyOf", Shape::List, AnyDraft},
        {"oneOf", Shape::List, AnyDraft},
        {"not", Shape::One, AnyDraft},
        {"if", Shape::One, AnyDraft},
        {"then", Shape::One, AnyDraft},
        {"else", Shape::One, AnyDraft},
        {"unevaluatedItems", Shape::One, Since201909},
        {"unevaluatedProperties", Shape::One, Since201909},
        {"contentSchema", Shape::One, Since201909},
    };
    return keywords;
}

} // namespace provost::schema
