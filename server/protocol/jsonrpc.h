// JSON-RPC 2.0 messages as MCP narrows them: ids are strings or integers and never null, params are an object.
// INVARIANT: what was decoded has no object with two equal keys, and encodes again with order and numbers as written.
// Source: https://www.jsonrpc.org/specification, MCP 2025-11-25 and 2026-07-28 basic/index.
// Thread: values and pure functions.
#pragma once

#include "server/protocol/rpcerror.h"

namespace provost::protocol {

enum class MessageKind { Request, Notification, Response };

struct Message
{
    MessageKind kind = MessageKind::Request;
    Json id;           // of requests and responses; null otherwise
    QByteArray method; // of requests and notifications
    Json params = Json::object();
    Json result{}; // of responses: this or `error` is an object, the other null
    Json error{};

    bool operator==(const Message &) const = default;
};

// One JSON text. Errors: HTTP 400, ParseError (also for duplicate keys), InvalidRequest (too deep or too large).
[[nodiscard]] Checked<Json> parseBody(QByteArrayView body);

// Errors: HTTP 400, InvalidRequest.
[[nodiscard]] Checked<Message> decodeMessage(Json message);

// The id of something that may not even be a message: a string or integer, else null.
[[nodiscard]] Json readableId(const Json &message);

[[nodiscard]] QByteArray encodeResult(const Json &id, const Json &result);
// A null `id` is left out: it could not be read.
[[nodiscard]] QByteArray encodeError(const Json &id, const RpcError &error);
[[nodiscard]] QByteArray encodeRequest(QByteArrayView id, QByteArrayView method,
                                       const Json &params);
[[nodiscard]] QByteArray encodeNotification(QByteArrayView method, const Json &params);

} // namespace provost::protocol
