// Documents: the schema that is compiled, the known documents that it refers to, and the schema resources in them. A
// resource is what has a `$id` of its own; references and anchors are relative to it.
// Thread: one thread; pointers into the schemas stay valid as long as their documents do.
#pragma once

#include "server/base/json.h"
#include "server/schema/dialect.h"
#include "server/schema/validator.h"

#include <map>
#include <unordered_map>

namespace provost::schema {

// A subschema by where it stands.
struct Place
{
    const Json *schema = nullptr;
    int resource = 0;
    QByteArray location; // "#/$defs/a", with the document's URI before it if that is not the root
};

struct Resource
{
    QByteArray uri;
    Place root;
    Language language;
    std::map<QByteArray, Place> anchors; // of `$anchor` and `$dynamicAnchor`
    std::map<QByteArray, Place> dynamicAnchors;
};

class Documents
{
public:
    // Both outlive the object.
    Documents(const Json &root, const CompileOptions &options);

    // Reads the root document. Errors: InvalidInput, TooLarge.
    [[nodiscard]] Result<void> open();

    [[nodiscard]] const std::vector<Resource> &resources() const { return m_resources; }
    // A subschema that stands within `parent`; it may be a resource of its own.
    [[nodiscard]] Place within(const Place &parent, const Json &schema,
                               const QByteArray &steps) const;
    // Opens known documents as needed. Errors: InvalidInput if there is nothing there.
    [[nodiscard]] Result<Place> resolve(int fromResource, const QByteArray &reference);

private:
    [[nodiscard]] const Json *find(const QByteArray &uri) const;
    [[nodiscard]] Result<void> open(const QByteArray &uri, const Json &document);
    [[nodiscard]] Result<void> walk(Place place);
    [[nodiscard]] Result<void> walkChild(const Place &parent, const SubschemaKeyword &keyword,
                                         const Json &value);
    [[nodiscard]] Result<void> takeId(Place &place);
    [[nodiscard]] Result<void> count(const Json &value, int depth);
    [[nodiscard]] Result<int> addResource(const Place &place, QByteArray uri, Language inherited);
    [[nodiscard]] Result<void> addAnchors(const Place &place);
    [[nodiscard]] Result<Place> follow(Place place, const QByteArray &pointer) const;

    const Json &m_root;
    const CompileOptions &m_options;
    int m_values = 0;
    std::vector<Resource> m_resources;
    std::map<QByteArray, int> m_byUri;
    std::unordered_map<const Json *, int> m_byRoot;
};

// In draft 07 what stands beside a `$ref` is not there.
[[nodiscard]] bool isBareReference(const Json &schema, const Language &language);

// A step of a JSON pointer.
[[nodiscard]] QByteArray pointerStep(QByteArrayView name);

} // namespace provost::schema
