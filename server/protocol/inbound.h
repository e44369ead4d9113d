// readInbound: from the body of a POST to what it is. Decides the era of every single request by itself, because one
// endpoint serves both, and checks what the modern era promises about headers.
//
//   1  the body is JSON, and one message or a non-empty array of messages
//   2  arrays and posted responses are legacy; an array with a modern claim in it is refused
//   3  `initialize` is legacy, unless it carries a valid modern envelope
//   4  a request with the protocol version key in _meta is modern: its envelope must be whole, and the header agree
//   5  a request without it but with a modern MCP-Protocol-Version header is refused; a notification is modern
//   6  everything else is legacy
//   7  modern: the revision is spoken, MCP-Protocol-Version, Mcp-Method and Mcp-Name are there and repeat the body
//
// INVARIANT: the body decides the era; a header alone never turns a request modern or legacy. A claim that is
// malformed is refused, never read as legacy.
// Source: MCP 2026-07-28 basic/transports, and the order of the official SDK's classification.
// Thread: pure functions.
#pragma once

#include "server/protocol/jsonrpc.h"
#include "server/protocol/meta.h"
#include "server/protocol/revision.h"

#include <optional>
#include <vector>

namespace provost::protocol {

// Trimmed of optional white space; nothing if the header is not there.
struct McpHeaders
{
    std::optional<QByteArray> protocolVersion; // MCP-Protocol-Version
    std::optional<QByteArray> method;          // Mcp-Method
    std::optional<QByteArray> name;            // Mcp-Name
};

struct Inbound
{
    Era era = Era::Legacy;
    bool batch = false;            // legacy only
    std::vector<Message> messages; // exactly one unless it is a batch
    Envelope envelope;             // of modern requests
};

struct Rejection
{
    Json id; // of the refused request, null if it could not be read
    RpcError error;
};

inline constexpr std::size_t batchMessagesMax = 100;

[[nodiscard]] tl::expected<Inbound, Rejection> readInbound(QByteArrayView body,
                                                           const McpHeaders &headers);

} // namespace provost::protocol
