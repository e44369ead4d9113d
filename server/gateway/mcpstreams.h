// McpStreams: the GET streams of one loop, on which legacy sessions hear what belongs to no request.
// INVARIANT: a stream is known here exactly while its exchange is open and not ended.
// Thread: the loop on which it was made.
#pragma once

#include "server/base/mailbox.h"
#include "server/gateway/exchange.h"
#include "server/gateway/session.h"

#include <map>
#include <memory>

namespace provost::gateway {

class McpStreams
{
public:
    static constexpr qint64 unsentBytesMax =
        qint64(1) << 20; // beyond: the client is too slow, the stream ends

    McpStreams();

    void open(std::shared_ptr<Exchange> exchange, std::shared_ptr<Session> session,
              std::vector<Header> headers);
    void keepAlive();
    void endAll();

private:
    struct Stream
    {
        std::shared_ptr<Exchange> exchange;
        std::shared_ptr<Session> session;
        quint64 token = 0; // of the session
    };

    void deliver(const StreamLetter &letter);
    void end(quint64 stream);
    void forget(quint64 stream);

    std::map<quint64, Stream> m_streams;
    quint64 m_last = 0;
    // Expires with this object: an exchange may tell of its end later.
    const std::shared_ptr<McpStreams *> m_alive = std::make_shared<McpStreams *>(this);
    Mailbox<StreamLetter> m_letters;
};

} // namespace provost::gateway
