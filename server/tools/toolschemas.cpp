#include "server/tools/toolschemas.h"

#include "server/base/hash.h"

namespace provost::tools {

namespace {

constexpr qsizetype schemaBytesMax = 1 << 20;

} // namespace

Result<std::shared_ptr<const schema::Validator>> ToolSchemas::validator(const Json &schema)
{
    const QByteArray text = schema.toBytes();
    if (text.size() > schemaBytesMax)
        return fail(ErrorCode::TooLarge,
                    QStringLiteral("the schema has more than %1 bytes").arg(schemaBytesMax));
    std::weak_ptr<const schema::Validator> &known = m_byDigest[sha256(text)];
    if (auto shared = known.lock())
        return shared;
    TRY_LET(auto compiled, schema::Validator::compile(schema));
    known = compiled;
    forgetUnused();
    return compiled;
}

// Now and then, so that it costs next to nothing for each schema.
void ToolSchemas::forgetUnused()
{
    if (m_byDigest.size() < m_sizeToClean)
        return;
    std::erase_if(m_byDigest, [](const auto &entry) { return entry.second.expired(); });
    m_sizeToClean = 2 * m_byDigest.size() + 64;
}

} // namespace provost::tools
