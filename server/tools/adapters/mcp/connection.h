// Connection: JSON-RPC with one upstream server over any Transport. It numbers nothing itself: the ids of requests
// come from its user and are never used twice. It does the handshake, keeps each request until it has its answer, its
// deadline or its cancellation, and gives what the server says meanwhile to the call that it belongs to and to no
// other. When a legacy server asks something for a call, the call is parked: it ends with the questions, and goes on
// with resume().
//
// What belongs to which call: where each request has a stream of its own, the stream tells. What comes on no such
// stream is heard on a connection of one principal only, and goes to one of the principal's calls under way: of an agent
// that can be asked there is one at a time over pipes and SSE; where there are several, the oldest one that is not
// waiting for its agent already asks or tells in the name of all.
//
// When a request is given up (cancelled, late, never answered by its agent) the server ends what it does for it: the request,
// and the task that came of it, even if that is known only later.
// INVARIANT: each request is answered exactly once; no notification reaches a call after its answer, nor any principal
// but the call's. What arrives under an id that waits for nothing (late, twice, made up) is counted and dropped.
// Thread: the adapter's event loop.
#pragma once

#include "server/protocol/meta.h"
#include "server/tools/adapters/mcp/negotiation.h"
#include "server/tools/adapters/mcp/parkedcalls.h"
#include "server/tools/adapters/mcp/questions.h"

#include <unordered_map>
#include <unordered_set>

namespace provost::tools::mcp {

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
    std::vector<QByteArray> secrets{};  // never repeated in an error
    std::optional<Era> era{};           // of the server, from an earlier time
    Json capabilities = Json::object(); // ours towards a legacy server
    bool ofOnePrincipal = false;        // all calls are of one Caller::principal()
    int number = 0;                     // among those of its Upstream
    // How long a request that was given up may still turn out to be a task.
    std::chrono::milliseconds taskPatience{10'000};
};

class Connection final : public QObject
{
    Q_OBJECT

public:
    // `ids` and `parked` outlive this.
    Connection(std::unique_ptr<Transport> transport, ConnectionOptions options, Ids &ids,
               ParkedCalls &parked);
    ~Connection() override;

    // Begins the handshake; ready() or closed() follows.
    void open();
    // Sends now, or when the handshake is done.
    void request(Request request);
    // The further round of the parked call `id`.
    void resume(Transport::RequestId id, Request round);
    // Ends the request, or round of one, with Cancelled. An id that waits for nothing is ignored.
    void cancel(Transport::RequestId id);
    // Ends a parked call: nobody answered.
    void giveUp(Transport::RequestId id);
    // Ends all requests with `why`, then the server; closed() follows.
    void close(Error why);
    // Agents' requests that wait for the handshake.
    [[nodiscard]] std::vector<Request> takeHeld();

    [[nodiscard]] bool isReady() const { return m_state == State::Ready; }
    [[nodiscard]] int number() const { return m_options.number; }
    [[nodiscard]] const Session &session() const { return m_session; }
    [[nodiscard]] std::size_t waiting() const { return m_pending.size(); }
    [[nodiscard]] std::int64_t callsInFlight() const; // of agents, parked ones included
    [[nodiscard]] bool hasParked() const;
    [[nodiscard]] bool hasStreams() const { return m_transport->hasStreams(); }
    [[nodiscard]] QByteArray transportName() const { return m_transport->name(); }
    [[nodiscard]] const Irregularities &irregularities() const { return m_irregularities; }
    [[nodiscard]] QByteArray lastWords() const { return m_transport->lastWords(); }
    // From handshakeFailed() on: the server ended when it was asked of which era it is, as some legacy ones do.
    [[nodiscard]] bool endedWhenProbed() const { return m_endedWhenProbed; }
    // Likewise: the HTTP status that refused `initialize`; 0 if none did.
    [[nodiscard]] int initializeStatus() const { return m_initializeStatus; }

Q_SIGNALS:
    void ready(); // once per handshake
    // The connection is about to end; takeHeld() still has what waits for it.
    void handshakeFailed(const provost::Error &error);
    void listChanged();
    // Where each request has a stream of its own: the server asked or logged on another one.
    void ambiguous();
    void resourceUpdated(const QByteArray &uri);
    void listening(provost::tools::mcp::Transport::RequestId id); // the server acknowledged it
    void missed();                                                // see Transport
    void answered(); // the number of waiting requests went down
    void closed(const provost::Error &error);

protected:
    void timerEvent(QTimerEvent *event) override;

private:
    enum class State { Handshake, Ready, Closing, Closed };

    // How a request ended.
    struct Outcome
    {
        Result<Answer> answer;
        Json rpcError{};
        int httpStatus = 0;
    };

    struct Pending
    {
        Request request;
        std::optional<Step> step{}; // of the handshake
        Resolver<Reply> reply{};    // of the handshake
        Json agentToken{};          // null: no progress was asked for
        int timer = 0;
        int handshake = 0;     // under which it was sent; 0: it has not been
        int notified = 0;      // of what the server said meanwhile
        bool repeated = false; // sent again under a new session
        Transport::RequestId round = Transport::NoRequest; // the last one's; NoRequest: the first
        Questions questions{};
        bool isParked = false;
        std::chrono::milliseconds left{0}; // parked: of its deadline
        // Came before the agent's answers did (parked), or waits for log messages that were sent before it.
        std::optional<Result<Answer>> early{};
    };

    void beginHandshake();
    // Static and with guarded pointers: a coroutine may be resumed after the Connection is gone.
    static Task<> shakeHands(QPointer<Connection> self, int handshake);
    static Task<Reply> ask(QPointer<Connection> self, Step step, QByteArray method, Json params);
    void endHandshake(Result<Session> session);
    Pending *keep(Request request); // null: answered already, with the reason
    void startDeadline(Transport::RequestId id, Pending &pending);
    void stopDeadline(Pending &pending);
    [[nodiscard]] bool mustQueue(const Pending &pending) const;
    [[nodiscard]] static bool isUnderWay(const Pending &pending);
    void transmitHeld();
    void transmit(Transport::RequestId id, Pending &pending);
    [[nodiscard]] Json paramsOf(Transport::RequestId id, const Pending &pending, bool modern) const;
    [[nodiscard]] bool wantLogs(const QByteArray &level); // true: the server is told first
    void sendUnasked(const QByteArray &message);
    void abandon(Transport::RequestId id, QByteArrayView reason, Error why);
    void awaitTask(Transport::RequestId id);
    bool endWaiting(Transport::RequestId id); // false: no task is awaited under that id
    void onLateResult(const Json &result);
    void cancelTask(const QByteArray &taskId);
    void tellCancelled(Transport::RequestId id, QByteArrayView reason);
    void repeat(Transport::RequestId id, Pending &pending);
    void finish(Transport::RequestId id, Outcome outcome);
    void conclude(Transport::RequestId id, Outcome outcome);
    void finishAll(const Error &error);

    void onReceived(const QByteArray &text, Transport::RequestId stream);
    void onMessage(const Json &message, Transport::RequestId stream);
    void onAnswer(const Json &message);
    [[nodiscard]] Result<Answer> readResult(const Pending &pending, Json result) const;
    void onServerRequest(const Json &message, Transport::RequestId stream);
    void refuseServerRequest(const Json &id, const protocol::RpcError &error);
    // The agent's call that a message belongs to; null: none. What no stream tells is for the call of the lowest rank,
    // among equals for the oldest.
    using Rank = std::function<int(const Pending &)>;
    [[nodiscard]] Pending *callOf(Transport::RequestId stream, const Rank &rank);
    void park(Transport::RequestId id);
    void passOn(Questions &questions);
    [[nodiscard]] static int rankForQuestion(const Pending &pending);
    void endEarly(Transport::RequestId id);
    [[nodiscard]] bool mayBeFollowedByLogs(const Pending &pending) const;
    void onNotification(const Json &message, Transport::RequestId stream);
    void onProgress(const Json &params);
    void onCallNotification(const QByteArray &method, const Json &params,
                            Transport::RequestId stream);
    void onGarbage(qsizetype bytes);
    void onTooLarge(Transport::RequestId id);
    void onFailed(Transport::RequestId id, const FailedExchange &exchange);
    void onClosed(const Error &error);

    const std::unique_ptr<Transport> m_transport;
    const ConnectionOptions m_options;
    Ids &m_ids;
    ParkedCalls &m_parkedCalls;
    State m_state = State::Closed;
    int m_handshake = 0;      // counts them; answers of an older one are dropped
    std::optional<Era> m_era; // as far as known
    Session m_session;
    std::optional<protocol::LogLevel> m_logLevel;               // that the server was told
    Transport::RequestId m_levelRequest = Transport::NoRequest; // tells it now
    bool m_logsOnCalls = false; // the server logs on the stream of the call that it speaks of
    std::unordered_map<Transport::RequestId, Pending> m_pending;
    std::unordered_map<int, Transport::RequestId> m_timers;
    std::unordered_set<Transport::RequestId>
        m_awaited; // given up: an answer that is a task is cancelled
    Irregularities m_irregularities;
    qsizetype m_garbageBytes = 0; // since the last message
    std::optional<Error> m_closeReason;
    bool m_endedWhenProbed = false;
    int m_initializeStatus = 0;
};

} // namespace provost::tools::mcp
