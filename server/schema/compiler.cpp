#include "server/schema/compiler.h"

#include "server/schema/keywords.h"

namespace provost::schema {

namespace {

constexpr int instructionBytes = 16; // of RE2's automaton

tl::unexpected<Error> at(const QByteArray &location, const Error &error)
{
    return fail(error.code, u'`' % QString::fromUtf8(location) % u"`: " % error.message);
}

} // namespace

Compiler::Compiler(const Json &root, const CompileOptions &options)
    : m_options(options)
    , m_documents(root, options)
{
}

Result<std::unique_ptr<const Program>> Compiler::run()
{
    TRY_DO(m_documents.open());
    TRY_DO(subschema(m_documents.resources().front().root));
    TRY_DO(compileWaiting());
    TRY_DO(addDynamicAnchors());
    return std::unique_ptr<const Program>(std::move(m_program));
}

Result<SubschemaId> Compiler::subschema(const Place &place)
{
    const auto [known, isNew] =
        m_ids.emplace(place.schema, static_cast<SubschemaId>(m_program->subschemas.size()));
    if (!isNew)
        return known->second;
    if (known->second >= m_options.subschemasMax)
        return fail(
            ErrorCode::TooLarge,
            QStringLiteral("the schema has more than %1 subschemas").arg(m_options.subschemasMax));
    m_program->subschemas.push_back({.location = place.location, .resource = place.resource});
    m_waiting.emplace_back(known->second, place);
    return known->second;
}

Result<SubschemaId> Compiler::child(const Place &parent, const Json &schema,
                                    const QByteArray &steps)
{
    return subschema(m_documents.within(parent, schema, steps));
}

Result<Place> Compiler::resolve(int fromResource, const QByteArray &reference)
{
    return m_documents.resolve(fromResource, reference);
}

bool Compiler::isDynamicAnchor(const Place &place, const QByteArray &name) const
{
    const Resource &resource = m_documents.resources()[static_cast<std::size_t>(place.resource)];
    const auto anchor = resource.dynamicAnchors.find(name);
    return anchor != resource.dynamicAnchors.end() && anchor->second.schema == place.schema;
}

int Compiler::dynamicAnchorNumber(const QByteArray &name)
{
    return m_dynamicNames.emplace(name, static_cast<int>(m_dynamicNames.size())).first->second;
}

Result<std::shared_ptr<const Pattern>> Compiler::pattern(const QByteArray &source)
{
    std::shared_ptr<const Pattern> &known = m_patterns[source];
    if (known)
        return known;
    TRY_LET(auto compiled, Pattern::compile(source));
    m_patternBytes += std::int64_t(compiled->size()) * instructionBytes;
    if (m_patternBytes > m_options.patternBytesMax)
        return fail(ErrorCode::TooLarge,
                    QStringLiteral("the patterns of the schema are too large"));
    known = std::move(compiled);
    return known;
}

Language Compiler::languageAt(const Place &place) const
{
    return m_documents.resources()[static_cast<std::size_t>(place.resource)].language;
}

Result<void> Compiler::compileWaiting()
{
    while (!m_waiting.empty()) {
        const auto [id, place] = std::move(m_waiting.back());
        m_waiting.pop_back();
        TRY_DO(compile(id, place));
    }
    return {};
}

Result<void> Compiler::compile(SubschemaId id, const Place &place)
{
    const auto slot = static_cast<std::size_t>(id);
    if (place.schema->isBool()) {
        m_program->subschemas[slot].refusesAll = !place.schema->toBool();
        return {};
    }
    if (!place.schema->isObject())
        return fail(ErrorCode::InvalidInput, u'`' % QString::fromUtf8(place.location)
                                                 % u"`: a schema is an object, true or false");
    const Language language = languageAt(place);
    const bool isBare = isBareReference(*place.schema, language);
    std::vector<Keyword> keywords;
    for (const KeywordReader &reader : keywordReaders()) {
        const Json *value = place.schema->find(reader.name);
        const bool isKnown = (reader.vocabulary & language.vocabularies) != 0
                             && (reader.drafts & language.draft) != 0;
        if (value == nullptr || !isKnown
            || (isBare && QByteArrayView(reader.name) != QByteArrayView("$ref")))
            continue;
        if (auto read = reader.read({*this, place, *value, reader.name, keywords}); !read)
            return at(place.location + pointerStep(reader.name), read.error());
    }
    Subschema &compiled = m_program->subschemas[slot];
    compiled.asksEvaluated = std::any_of(keywords.begin(), keywords.end(), [](const Keyword &it) {
        return std::holds_alternative<keyword::UnevaluatedItems>(it)
               || std::holds_alternative<keyword::UnevaluatedProperties>(it);
    });
    compiled.keywords = std::move(keywords);
    return {};
}

// A dynamic reference may lead to an anchor of its name in any resource that an evaluation comes through. Compiling
// those may open further documents with further resources.
Result<void> Compiler::addDynamicAnchors()
{
    if (m_dynamicNames.empty())
        return {};
    std::size_t done = 0;
    std::size_t names = 0;
    std::vector<std::vector<std::pair<int, SubschemaId>>> anchors;
    while (done < m_documents.resources().size() || names < m_dynamicNames.size()) {
        names = m_dynamicNames.size();
        done = m_documents.resources().size();
        anchors.assign(done, {});
        for (std::size_t i = 0; i < done; ++i) {
            for (const auto &[name, number] : m_dynamicNames) {
                const auto &known = m_documents.resources()[i].dynamicAnchors;
                if (const auto anchor = known.find(name); anchor != known.end()) {
                    TRY_LET(const SubschemaId id, subschema(anchor->second));
                    anchors[i].emplace_back(number, id);
                }
            }
        }
        TRY_DO(compileWaiting());
    }
    m_program->dynamicAnchors = std::move(anchors);
    return {};
}

} // namespace provost::schema
