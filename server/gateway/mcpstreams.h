// McpStreams: the GET streams of one loop, on which legacy sessions hear what belongs to no request, and on which a
// client resumes a stream whose connection it lost.
// INVARIANT: a stream is known here exactly while its exchange is open and not ended.
// Thread: the loop on which it was made.
#pragma once

#include "server/gateway/exchange.h"
#include "server/gateway/session.h"
#include "server/identity/presentedkey.h"

#include <map>
#include <memory>
#include <optional>

namespace provost::gateway {

class McpStreams
{
public:
    static constexpr qint64 unsentBytesMax =
        qint64(1) << 20; // beyond: the client is too slow, the stream ends

    struct Request
    {
        std::shared_ptr<Exchange> exchange;
        std::shared_ptr<Session> session;
        std::vector<Header> headers; // of the answer
        std::optional<QByteArray>
            lastEventId{}; // of the stream that is resumed; none: the session's own
        identity::PresentedKey credential{};
    };

    McpStreams();

    // Answers on the exchange. Errors, upon which it is not answered: those of EventLog::resume().
    [[nodiscard]] Result<void> open(Request request);

    // Ends the streams whose credential `isValid` refuses.
    void checkCredentials(
        const std::function<bool(const Session &, const identity::PresentedKey &)> &isValid);
    void keepAlive();
    void endAll();

private:
    struct Stream
    {
        std::shared_ptr<Exchange> exchange;
        std::shared_ptr<Session> session;
        identity::PresentedKey credential;
        EventLog::Reading reading;
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
