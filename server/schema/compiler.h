// Compiler: documents into a Program. Only what the root can come by is compiled, so a definition that nobody refers to
// cannot spoil a schema.
// Thread: one thread.
#pragma once

#include "server/schema/documents.h"
#include "server/schema/program.h"

namespace provost::schema {

class Compiler
{
public:
    Compiler(const Json &root, const CompileOptions &options);

    // Errors as Validator::compile().
    [[nodiscard]] Result<std::unique_ptr<const Program>> run();

    // For the readers of keywords. All of them may be told of a subschema that is compiled later.
    [[nodiscard]] Result<SubschemaId> subschema(const Place &place);
    [[nodiscard]] Result<SubschemaId> child(const Place &parent, const Json &schema,
                                            const QByteArray &steps);
    [[nodiscard]] Result<Place> resolve(int fromResource, const QByteArray &reference);
    [[nodiscard]] bool isDynamicAnchor(const Place &place, const QByteArray &name) const;
    [[nodiscard]] int dynamicAnchorNumber(const QByteArray &name);
    [[nodiscard]] Result<std::shared_ptr<const Pattern>> pattern(const QByteArray &source);
    [[nodiscard]] Language languageAt(const Place &place) const;

private:
    [[nodiscard]] Result<void> compileWaiting();
    [[nodiscard]] Result<void> compile(SubschemaId id, const Place &place);
    [[nodiscard]] Result<void> addDynamicAnchors();

    const CompileOptions &m_options;
    Documents m_documents;
    std::unique_ptr<Program> m_program = std::make_unique<Program>();
    std::unordered_map<const Json *, SubschemaId> m_ids;
    std::vector<std::pair<SubschemaId, Place>> m_waiting;
    std::map<QByteArray, int> m_dynamicNames;
    std::map<QByteArray, std::shared_ptr<const Pattern>> m_patterns;
    std::int64_t m_patternBytes = 0;
};

} // namespace provost::schema
