// RpcError: an answer in the JSON-RPC error shape, with the HTTP status that it goes out under.
//
// Codes: JSON-RPC's own where they fit; the ones that MCP 2026-07-28 assigns (-32020 to -32022) only for what it
// defines them for; and for what MCP has no code for, the HTTP status as a positive number (403 denied, 429 rate
// limited, 503 unavailable ...), because -32768 to -32000 is reserved. README.md lists them for client authors.
// Thread: values.
#pragma once

#include "server/base/json.h"

namespace provost::protocol {

namespace code {
inline constexpr int ParseError = -32700;
inline constexpr int InvalidRequest = -32600;
inline constexpr int MethodNotFound = -32601;
inline constexpr int InvalidParams = -32602;
inline constexpr int InternalError = -32603;
inline constexpr int HeaderMismatch = -32020;
inline constexpr int MissingClientCapability = -32021;
inline constexpr int UnsupportedVersion = -32022;
inline constexpr int LegacyResourceNotFound = -32002; // up to 2025-11-25; InvalidParams since
} // namespace code

struct RpcError
{
    int httpStatus = 200;
    int code = code::InternalError;
    QByteArray message;
    Json data; // null: left out

    bool operator==(const RpcError &) const = default;
};

template <class T>
using Checked = tl::expected<T, RpcError>;

[[nodiscard]] inline tl::unexpected<RpcError> reject(int httpStatus, int code, QByteArray message,
                                                     Json data = {})
{
    return tl::make_unexpected(RpcError{httpStatus, code, std::move(message), std::move(data)});
}

// Wrong parameters of a request that is otherwise well-formed: in band, HTTP 200.
[[nodiscard]] inline tl::unexpected<RpcError> rejectParams(QByteArray message, Json data = {})
{
    return reject(200, code::InvalidParams, std::move(message), std::move(data));
}

} // namespace provost::protocol
