#include "server/schema/documents.h"

#include "server/schema/metaschemas.h"
#include "server/schema/uri.h"

#include <QList>

namespace provost::schema {

namespace {

tl::unexpected<Error> wrong(const Place &place, const QString &what)
{
    return fail(ErrorCode::InvalidInput, u'`' % QString::fromUtf8(place.location) % u"`: " % what);
}

QString quoted(const QByteArray &text)
{
    return u'`' % QString::fromUtf8(text.left(200)) % u'`';
}

bool isAnchor(QByteArrayView text)
{
    const auto starts = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !text.isEmpty() && starts(text.front())
           && std::all_of(text.begin(), text.end(), [&](char c) {
                  return starts(c) || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':';
              });
}

} // namespace

bool isBareReference(const Json &schema, const Language &language)
{
    return language.draft == Draft7 && schema.contains("$ref");
}

QByteArray pointerStep(QByteArrayView name)
{
    QByteArray step = name.toByteArray();
    step.replace('~', "~0").replace('/', "~1");
    return '/' + step;
}

Documents::Documents(const Json &root, const CompileOptions &options)
    : m_root(root)
    , m_options(options)
{
}

Result<void> Documents::open()
{
    return open({}, m_root);
}

const Json *Documents::find(const QByteArray &uri) const
{
    if (const auto known = m_options.known.find(uri); known != m_options.known.end())
        return &known->second;
    return metaSchema(uri);
}

Result<void> Documents::open(const QByteArray &uri, const Json &document)
{
    TRY_DO(count(document, 0));
    const Place place{&document, static_cast<int>(m_resources.size()), uri + '#'};
    TRY_LET(const int resource, addResource(place, uri, Language()));
    TRY_DO(walk({&document, resource, place.location}));
    return {};
}

Result<void> Documents::count(const Json &value, int depth)
{
    if (depth > m_options.depthMax)
        return fail(ErrorCode::TooLarge,
                    QStringLiteral("the schema is nested deeper than %1").arg(m_options.depthMax));
    if (++m_values > m_options.valuesMax)
        return fail(ErrorCode::TooLarge,
                    QStringLiteral("the schema has more than %1 values").arg(m_options.valuesMax));
    for (const Json &item : value.items())
        TRY_DO(count(item, depth + 1));
    for (const Json::Member &member : value.members())
        TRY_DO(count(member.value, depth + 1));
    return {};
}

Result<int> Documents::addResource(const Place &place, QByteArray uri, Language inherited)
{
    const int index = static_cast<int>(m_resources.size());
    if (const Json *dialect = place.schema->find("$schema"); dialect != nullptr) {
        const auto language = languageOf(dialect->toByteArray(),
                                         [this](const QByteArray &name) { return find(name); });
        if (!language)
            return wrong(place, language.error().message);
        inherited = *language;
    }
    if (!m_byUri.emplace(uri, index).second)
        return wrong(place, u"the `$id` " % quoted(uri) % u" is used twice");
    m_byRoot[place.schema] = index;
    m_resources.push_back(
        {std::move(uri), {place.schema, index, place.location}, inherited, {}, {}});
    return index;
}

Result<void> Documents::addAnchors(const Place &place)
{
    const auto add = [&](const QByteArray &name, bool isDynamic) -> Result<void> {
        Resource &resource = m_resources[static_cast<std::size_t>(place.resource)];
        if (!isAnchor(name))
            return wrong(place, QStringLiteral("an anchor starts with a letter and is a word"));
        const auto [at, isNew] = resource.anchors.emplace(name, place);
        if (!isNew && at->second.schema != place.schema)
            return wrong(place, u"the anchor " % quoted(name) % u" is used twice");
        if (isDynamic)
            resource.dynamicAnchors.emplace(name, place);
        return {};
    };
    const Draft draft = m_resources[static_cast<std::size_t>(place.resource)].language.draft;
    const QByteArray id = (*place.schema)["$id"].toByteArray();
    if (draft == Draft7 && id.startsWith('#') && id.size() > 1)
        TRY_DO(add(id.sliced(1), false));
    if (const Json *anchor = place.schema->find("$anchor"); anchor && (draft & Since201909) != 0)
        TRY_DO(add(anchor->toByteArray(), false));
    if (const Json *anchor = place.schema->find("$dynamicAnchor"); anchor && draft == Draft202012)
        TRY_DO(add(anchor->toByteArray(), true));
    return {};
}

// A `$id` makes a resource of its own, and names the document if it stands at its root.
Result<void> Documents::takeId(Place &place)
{
    const Json *id = place.schema->find("$id");
    Resource &enclosing = m_resources[static_cast<std::size_t>(place.resource)];
    const Language language = enclosing.language;
    if (id == nullptr || (language.draft == Draft7 && id->toByteArray().startsWith('#')))
        return {};
    const auto [uri, fragment] = splitFragment(resolveUri(enclosing.uri, id->toByteArray()));
    if (!id->isString() || !fragment.isEmpty())
        return wrong(place, QStringLiteral("a `$id` is a URI without fragment"));
    if (enclosing.root.schema != place.schema) {
        TRY_LET(place.resource, addResource(place, uri, language));
        return {};
    }
    // The document goes by this name, and by the one that it was found under.
    if (uri != enclosing.uri && !m_byUri.emplace(uri, place.resource).second)
        return wrong(place, u"the `$id` " % quoted(uri) % u" is used twice");
    enclosing.uri = uri;
    return {};
}

Result<void> Documents::walk(Place place)
{
    const Json &schema = *place.schema;
    if (!schema.isObject()
        || isBareReference(schema, m_resources[static_cast<std::size_t>(place.resource)].language))
        return {};
    TRY_DO(takeId(place));
    TRY_DO(addAnchors(place));
    const Draft draft = m_resources[static_cast<std::size_t>(place.resource)].language.draft;
    for (const SubschemaKeyword &keyword : subschemaKeywords()) {
        if (const Json *value = schema.find(keyword.name); value && (keyword.drafts & draft) != 0)
            TRY_DO(walkChild(place, keyword, *value));
    }
    return {};
}

Result<void> Documents::walkChild(const Place &parent, const SubschemaKeyword &keyword,
                                  const Json &value)
{
    using Shape = SubschemaKeyword::Shape;
    const QByteArray steps = pointerStep(keyword.name);
    if (keyword.shape == Shape::Map) {
        for (const Json::Member &member : value.members())
            TRY_DO(walk({&member.value, parent.resource,
                         parent.location + steps + pointerStep(member.key)}));
        return {};
    }
    if (keyword.shape == Shape::One || value.isObject())
        return walk({&value, parent.resource, parent.location + steps});
    for (std::size_t i = 0; i < value.items().size(); ++i)
        TRY_DO(walk({&value.items()[i], parent.resource,
                     parent.location + steps + '/' + QByteArray::number(qulonglong(i))}));
    return {};
}

Place Documents::within(const Place &parent, const Json &schema, const QByteArray &steps) const
{
    const auto own = m_byRoot.find(&schema);
    return {&schema, own == m_byRoot.end() ? parent.resource : own->second,
            parent.location + steps};
}

Result<Place> Documents::resolve(int fromResource, const QByteArray &reference)
{
    const Resource &from = m_resources[static_cast<std::size_t>(fromResource)];
    const auto [uri, fragment] = splitFragment(resolveUri(from.uri, reference));
    if (!m_byUri.contains(uri)) {
        const Json *document = find(uri);
        if (document == nullptr)
            return fail(ErrorCode::InvalidInput, u"the document " % quoted(uri)
                                                     % u" is not known here, and none is fetched");
        TRY_DO(open(uri, *document));
    }
    const Resource &target = m_resources[static_cast<std::size_t>(m_byUri.at(uri))];
    if (fragment.isEmpty())
        return target.root;
    if (fragment.startsWith('/'))
        return follow(target.root, fragment);
    const auto anchor = target.anchors.find(fragment);
    if (anchor == target.anchors.end())
        return fail(ErrorCode::InvalidInput, quoted(reference) % u" points to nothing");
    return anchor->second;
}

Result<Place> Documents::follow(Place place, const QByteArray &pointer) const
{
    const QList<QByteArray> steps = pointer.sliced(1).split('/');
    for (QByteArray step : steps) {
        step.replace("~1", "/").replace("~0", "~");
        const Json *next = place.schema->find(step);
        if (place.schema->isArray()) {
            bool isNumber = false;
            const std::size_t index = step.toULongLong(&isNumber);
            next = isNumber && index < place.schema->items().size() ? &place.schema->items()[index]
                                                                    : nullptr;
        }
        if (next == nullptr)
            return fail(ErrorCode::InvalidInput,
                        u"the pointer " % quoted(pointer) % u" points to nothing");
        place = within(place, *next, pointerStep(step));
    }
    return place;
}

} // namespace provost::schema
