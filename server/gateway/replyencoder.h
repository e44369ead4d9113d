// Turns replies and event streams into the bytes that go out, each as one block so that it costs one write.
// INVARIANT: what a handler puts into a header cannot end the header; such a header is left out and reported.
// Thread: pure functions.
#pragma once

#include "server/base/clock.h"
#include "server/gateway/exchange.h"

#include <QByteArray>

namespace provost::gateway {

struct ReplyFraming
{
    QByteArrayView date;      // RFC 9110 5.6.7
    bool keepAlive = true;    // else the connection is closed after this reply
    bool http11 = true;       // what the client speaks
    bool withoutBody = false; // the answer to HEAD
};

[[nodiscard]] QByteArray encodeReply(const HttpReply &reply, const ReplyFraming &framing);

// The head of an event stream; for HTTP/1.1 its body is chunked, else it ends with the connection.
[[nodiscard]] QByteArray encodeEventsHead(const std::vector<Header> &extraHeaders,
                                          const ReplyFraming &framing);
// One event; data with line ends becomes several `data:` lines.
[[nodiscard]] QByteArray encodeEvent(QByteArrayView data, QByteArrayView id, QByteArrayView event);
[[nodiscard]] QByteArray encodeComment(QByteArrayView text);
[[nodiscard]] QByteArray encodeRetry(std::chrono::milliseconds retry);
[[nodiscard]] QByteArray encodeChunk(QByteArrayView data); // RFC 9112 7.1; empty data ends the body

[[nodiscard]] QByteArray encodeDate(WallTime time); // "Sun, 06 Nov 1994 08:49:37 GMT"
[[nodiscard]] const char *reasonPhrase(int status);

// A refusal by the front door itself: `{"error":"<reason>"}`.
[[nodiscard]] HttpReply refusalReply(int status, QByteArrayView reason);

} // namespace provost::gateway
