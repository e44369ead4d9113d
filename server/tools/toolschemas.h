// ToolSchemas: what tools declare of their arguments and results, made into validators. Equal schemas share one
// validator for as long as a registry uses it, so that a new registry, or another tenant's, costs nothing.
// Thread: the control thread.
#pragma once

#include "server/schema/validator.h"

#include <QHash>

#include <unordered_map>

namespace provost::tools {

// What becomes of a result that its tool's outputSchema does not allow (`output_validation` in servers/*.yaml).
enum class OutputValidation {
    Off,
    Warn,   // it is told in the record
    Strict, // the agent gets a tool error instead
};

class ToolSchemas
{
public:
    // Errors as schema::Validator::compile(); TooLarge also for a schema of more than a mebibyte.
    [[nodiscard]] Result<std::shared_ptr<const schema::Validator>> validator(const Json &schema);

private:
    void forgetUnused();

    std::unordered_map<QByteArray, std::weak_ptr<const schema::Validator>> m_byDigest;
    std::size_t m_sizeToClean = 64;
};

} // namespace provost::tools
