// What an upstream server offers: its four lists as it sent them, and the Catalog that Provost makes of them.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/config.h"
#include "server/tools/adapters/mcp/negotiation.h"

namespace provost::tools::mcp {

// The items of all pages, lossless.
struct Listing
{
    Json::Array tools;
    Json::Array resources;
    Json::Array resourceTemplates;
    Json::Array prompts;
    bool operator==(const Listing &) const = default;
};

// Reads the lists that the server's capabilities promise. Errors: Upstream if a list is malformed or has more than
// 100 pages or 10,000 items, and those of `ask`.
[[nodiscard]] Task<Result<Listing>> readListing(Ask ask, Session session);

// Tools that a rule hides, and items without a name, are left out.
[[nodiscard]] Catalog catalogOf(const Listing &listing, const Config &config);

} // namespace provost::tools::mcp
