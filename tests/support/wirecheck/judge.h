// Judge: says whether what an MCP endpoint sent is as the published schemas have it. A message must be valid as JSON-RPC,
// as what its method or its error code makes it, and be one that servers of its revision may send. What belongs to an
// extension is in no schema; its frame is checked.
//
// A revision without a schema is judged by the next later one that has, else by the latest. What servers of 2024-11-05,
// 2025-03-26 and 2025-06-18 may send is valid in 2025-11-25, too, but for batches: their messages are judged one by one.
// Thread: one.
#pragma once

#include "server/base/json.h"

#include <map>
#include <memory>

namespace provost::testing {

class Revision;

class Judge
{
public:
    // $PROVOST_MCP_SCHEMAS, else ../shared/mcp-schema beside the source. It is not part of the project.
    [[nodiscard]] static QString usualDirectory();
    // Reads directory/schema-REVISION.json. Errors: NotFound if there is none, InvalidInput.
    [[nodiscard]] static Result<Judge> read(const QString &directory);
    Judge(Judge &&) noexcept;
    ~Judge();

    struct Circumstances
    {
        QByteArray revision;
        QByteArray
            answers; // method of the request that the message answers; empty if it answers none
    };
    // What is wrong with the message, in words.
    [[nodiscard]] QByteArrayList violations(const Json &message, const Circumstances &in) const;

private:
    using Revisions = std::map<QByteArray, std::unique_ptr<Revision>>;
    explicit Judge(Revisions revisions);

    Revisions m_revisions;
};

} // namespace provost::testing
