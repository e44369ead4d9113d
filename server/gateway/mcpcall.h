// McpCall: one JSON-RPC request in flight on one HTTP exchange, and the notifications that go out before its answer.
// The answer is plain JSON as long as no notification was sent; the first one turns the reply into an event stream.
// A legacy call whose client has gone talks on to the session's event log, where the client may resume the stream.
// INVARIANT: exactly one answer, and every notification that was accepted before it goes out before it. Nothing more is
// sent once the call was stopped.
// Thread: the loop of the exchange; the notifier may run on any thread.
#pragma once

#include "server/base/mailbox.h"
#include "server/gateway/eventlog.h"
#include "server/gateway/exchange.h"
#include "server/protocol/meta.h"

#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

namespace provost::gateway {

class McpCall : public std::enable_shared_from_this<McpCall>
{
public:
    static constexpr std::size_t waitingMax = 256; // notifications; more are dropped
    static constexpr qint64 unsentBytesMax =
        qint64(1) << 20; // beyond: the client is too slow, they are dropped

    using Letter = std::weak_ptr<McpCall>;
    using Notifier = std::function<void(QByteArray method, Json params)>;
    // Sends a message of ours on the call's stream; false if it has none. On the call's loop.
    using Asker = std::function<bool(const QByteArray &message)>;

    struct Options
    {
        std::vector<Header> headers; // of the answer
        bool acceptsJson = true;
        bool acceptsEvents = true;
        Json progressToken; // null: no progress is sent
        std::optional<protocol::LogLevel>
            logLevel;                     // least severe that is sent; none: no log messages
        std::shared_ptr<EventLog> events; // of the legacy session; null: a stream cannot be resumed
        bool primes = false;              // streams begin with a priming event and may be polled
    };
    static constexpr std::chrono::milliseconds retryAfter{500}; // until a client polls

    McpCall(std::shared_ptr<Exchange> exchange, Options options);

    // Ends the work on the call. May be requested from any thread.
    [[nodiscard]] std::stop_source &stop() { return m_stop; }

    // For the tool: `ring` brings a Letter to the loop, which calls flush(). Empty if the client takes no stream.
    [[nodiscard]] Notifier notifier(Mailbox<Letter>::Sender ring);
    [[nodiscard]] Asker asker();
    // For the tool: lets the client go and come back for the answer (SEP-1699). Empty if this client does not poll.
    [[nodiscard]] std::function<void()> releaser(Mailbox<Letter>::Sender ring);
    void flush();
    // A comment, if the reply is a stream already. A reply that could be resumed becomes one now.
    void keepAlive();

    // The answer. `extraHeaders` and the status are those of a plain reply; a stream has sent its own already. A call
    // that was stopped ends without an answer: its client cancelled it and expects none.
    void answer(int httpStatus, const QByteArray &body, std::vector<Header> extraHeaders = {});

private:
    struct Notification
    {
        QByteArray method;
        Json params;
    };
    struct Waiting
    {
        Mutex mutex;
        std::vector<Notification> notifications GUARDED_BY(mutex);
        bool release GUARDED_BY(mutex) = false; // after the notifications
    };

    void startEvents();
    void emitEvent(const QByteArray &message);
    void release();
    void send(const Notification &notification);
    [[nodiscard]] bool ask(const QByteArray &message);
    [[nodiscard]] bool canSend() const;
    [[nodiscard]] bool isWanted(Notification &notification);

    const std::shared_ptr<Exchange> m_exchange;
    const Options m_options;
    const std::shared_ptr<Waiting> m_waiting = std::make_shared<Waiting>();
    std::stop_source m_stop;
    std::optional<double> m_progress; // last sent: it must rise
    bool m_streaming = false;
    bool m_released = false;       // our side has ended its stream
    EventLog::Stream m_stream = 0; // in the log
};

} // namespace provost::gateway
