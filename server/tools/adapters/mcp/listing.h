// What an upstream server offers: its four lists as it sent them, and the Catalog that Provost makes of them.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/config.h"
#include "server/tools/adapters/mcp/envelope.h"

#include <memory>
#include <set>
#include <unordered_map>

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

// Sends a request and gives its result.
using Ask = std::function<Task<Result<Json>>(QByteArray method, Json params)>;

// Reads the lists that the server's capabilities promise. Errors: Upstream if a list is malformed or has more than
// 100 pages or 10,000 items, and those of `ask`.
[[nodiscard]] Task<Result<Listing>> readListing(Ask ask, Session session);

// What the tools want repeated in HTTP headers (x-mcp-header), by native name.
struct HeaderWishes
{
    std::unordered_map<QByteArray, std::shared_ptr<const ParameterHeaders>> tools;
    std::vector<QByteArray> invalid; // tools whose wishes are not allowed; MCP wants them left out
};
[[nodiscard]] HeaderWishes headerWishesOf(const Listing &listing);

// The tools that a legacy server runs as tasks of its own (2025-11-25), by native name.
struct TaskTools
{
    std::set<QByteArray> required;
    std::set<QByteArray> optional;
};
[[nodiscard]] TaskTools taskToolsOf(const Listing &listing, const Session &session);

// Tools that a rule hides or that wish for headers that are not allowed, and items without a name, are left out.
[[nodiscard]] Catalog catalogOf(const Listing &listing, const Config &config);

} // namespace provost::tools::mcp
