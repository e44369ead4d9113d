// Connection: JSON-RPC with one upstream server over any Transport. It numbers nothing itself: the ids of requests
// come from its user and are never used twice. It does the handshake, keeps each request until it has its answer, its
// deadline or its cancellation, and gives progress to the call that it belongs to and to no other.
// INVARIANT: each request is answered exactly once; no notification reaches a call after its answer. What arrives
// under an id that waits for nothing (late, twice, made up) is counted and dropped.
// Thread: the adapter's event loop.
#pragma once

#include "server/base/json.h"
#include "server/base/task.h"
#include "server/tools/adapters/mcp/negotiation.h"
#include "server/tools/adapters/mcp/transport.h"

#include <QDeadlineTimer>
#include <QPointer>

#include <atomic>
#include <functional>
#include <memory>
#include <unordered_map>

namespace provost::tools::mcp {

// Gives ids out: one per adapter, so that an id is never used twice, not even after a restart.
using Ids = std::atomic<Transport::RequestId>;

struct Request
{
    Transport::RequestId id = Transport::NoRequest;
    QByteArray method;
    Json params = Json::object(); // _meta as the agent sent it
    QDeadlineTimer deadline;
    // Gets notifications/progress with the agent's own token; may be empty.
    std::function<void(QByteArray method, Json params)> notify;
    Resolver<Json>
        resolver; // Upstream, InvalidInput, NotFound, Timeout, Cancelled, Unavailable, TooLarge
};

// What an upstream did that it should not have; for tests and for people.
struct Irregularities
{
    std::int64_t garbage = 0;        // not a JSON-RPC message
    std::int64_t lateAnswers = 0;    // to a request that was ended before, or answered already
    std::int64_t unknownAnswers = 0; // to a request that never was
    std::int64_t strayNotifications = 0;
    std::int64_t refusedRequests = 0; // of the server to us
    std::int64_t tooLarge = 0;
    bool operator==(const Irregularities &) const = default;
};

struct ConnectionOptions
{
    std::chrono::milliseconds startTimeout{60'000};
    qsizetype messageBytesMax = 16 << 20;
    std::vector<QByteArray> secrets; // never repeated in an error
};

class Connection final : public QObject
{
    Q_OBJECT

public:
    // `ids` outlives this.
    Connection(std::unique_ptr<Transport> transport, ConnectionOptions options, Ids &ids);
    ~Connection() override;

    // Begins the handshake; ready() or closed() follows.
    void open();
    // Sends now, or when the handshake is done.
    void request(Request request);
    // Ends the request with Cancelled and tells the server. An id that waits for nothing is ignored.
    void cancel(Transport::RequestId id);
    // Ends all requests with `why`, then the server; closed() follows.
    void close(Error why);

    [[nodiscard]] bool isReady() const { return m_state == State::Ready; }
    [[nodiscard]] const Session &session() const { return m_session; }
    [[nodiscard]] std::size_t waiting() const { return m_pending.size(); }
    [[nodiscard]] const Irregularities &irregularities() const { return m_irregularities; }
    [[nodiscard]] QByteArray lastWords() const { return m_transport->lastWords(); }

Q_SIGNALS:
    void ready(); // once per handshake
    void listChanged();
    void answered(); // the number of waiting requests went down
    void closed(const provost::Error &error);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    enum class State { Handshake, Ready, Closing, Closed };

    struct Pending
    {
        QByteArray method;
        Json params;
        Json agentToken; // null: no progress was asked for
        std::function<void(QByteArray, Json)> notify;
        Resolver<Json> resolver;
        int timer = 0;
        int handshake = 0; // under which it was sent; 0: waits for the handshake
        int progressSeen = 0;
        bool repeated = false; // sent again under a new session
    };

    void beginHandshake();
    // Static and with guarded pointers: a coroutine may be resumed after the Connection is gone.
    static Task<> shakeHands(QPointer<Connection> self, int handshake);
    static Task<Result<Json>> ask(QPointer<Connection> self, QByteArray method, Json params);
    void endHandshake(Result<Session> session);
    Pending *keep(Request request); // null: answered already, with the reason
    void transmit(Transport::RequestId id, Pending &pending);
    void sendUnasked(const QByteArray &message);
    void tellCancelled(Transport::RequestId id, QByteArrayView reason);
    void finish(Transport::RequestId id, Result<Json> answer);
    void finishAll(const Error &error);

    void onReceived(const QByteArray &text);
    void onMessage(const Json &message);
    void onAnswer(const Json &message);
    void onServerRequest(const Json &message);
    void onNotification(const Json &message);
    void onProgress(const Json &params);
    void onGarbage(qsizetype bytes);
    void onTooLarge(Transport::RequestId id);
    void onFailed(Transport::RequestId id, const Error &error, Failure failure);
    void onClosed(const Error &error);
    [[nodiscard]] Error errorOf(const Json &error) const;

    const std::unique_ptr<Transport> m_transport;
    const ConnectionOptions m_options;
    Ids &m_ids;
    State m_state = State::Closed;
    int m_handshake = 0; // counts them; answers of an older one are dropped
    Session m_session;
    std::unordered_map<Transport::RequestId, Pending> m_pending;
    std::unordered_map<int, Transport::RequestId> m_timers;
    Irregularities m_irregularities;
    qsizetype m_garbageBytes = 0; // since the last message
    std::optional<Error> m_closeReason;
};

} // namespace provost::tools::mcp
