// Session: what the legacy era of MCP keeps between requests. It outlives connections, which may sit on any loop, so it
// belongs to none of them: its small state stands behind one lock, and what must reach a stream goes there by mailbox.
// INVARIANT: a session is used only by the owner who opened it. No callback runs while the lock is held.
// Thread: safe from any thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/base/json.h"
#include "server/gateway/clientrequests.h"
#include "server/gateway/eventlog.h"
#include "server/protocol/meta.h"
#include "server/protocol/revision.h"

#include <map>
#include <memory>
#include <optional>
#include <stop_token>

namespace provost::gateway {

// Who may use a session: the person, whichever of their keys they hold.
struct SessionOwner
{
    TenantId tenant;
    UserId user;
    bool operator==(const SessionOwner &) const = default;
    bool operator<(const SessionOwner &other) const
    {
        return tenant == other.tenant ? user < other.user : tenant < other.tenant;
    }
};

// What the console shows of an agent's connection.
struct SessionInfo
{
    QByteArray id; // public hash of the session id; empty for the modern era
    SessionOwner owner;
    QByteArray agent; // as claimed
    protocol::Era era = protocol::Era::Legacy;
    QByteArray transport;
    WallTime since;
    WallTime lastSeen;
    int callsInFlight = 0;
    bool streaming = false; // a GET stream is open
};

class GovernedWatch;

class Session
{
public:
    static constexpr std::size_t callsMax = 256;         // in flight
    static constexpr std::size_t subscriptionsMax = 256; // resource uris

    struct Facts
    {
        SessionId id; // 128 random bits and more: knowing it and being the owner is the access
        QByteArray publicId; // what logs and records may show of it
        SessionOwner owner;
        QByteArray agent;
        const protocol::Revision &revision;
        WallTime since;
        Json capabilities = Json::object(); // of the client, as it declared at `initialize`
        QByteArray transport = "http";      // or "websocket"
    };

    Session(Facts facts, const Clock &clock); // the clock outlives the session

    [[nodiscard]] const Facts &facts() const { return m_facts; }
    [[nodiscard]] SessionInfo info() const;

    void touch(MonotonicTime now, WallTime wall);
    // How long nobody has used it; zero while calls are in flight or a stream is open.
    [[nodiscard]] std::chrono::nanoseconds idle(MonotonicTime now) const;

    // `id` is the encoded JSON-RPC id. False if that id is in flight already, or too many are.
    [[nodiscard]] bool beginCall(const QByteArray &id, std::stop_source stop);
    void endCall(const QByteArray &id);
    void cancelCall(const QByteArray &id);

    void setLogLevel(protocol::LogLevel level);
    [[nodiscard]] protocol::LogLevel logLevel() const; // least severe that is sent
    [[nodiscard]] bool choseLogLevel() const;

    // Keeps the interest until unsubscribe() or the session's end. False if there are too many.
    [[nodiscard]] bool subscribe(const QByteArray &uri, std::shared_ptr<GovernedWatch> watch);
    void unsubscribe(const QByteArray &uri);
    [[nodiscard]] bool maySubscribe(const QByteArray &uri) const;

    // What goes out on the session's streams. A session has one GET stream; a new one ends the one before.
    [[nodiscard]] EventLog &events() { return m_events; }
    // On the GET stream. False if it is not open; the message waits there for a client that resumes it.
    bool send(const QByteArray &message);

    // What the client is asked.
    [[nodiscard]] ClientRequests &requests() { return m_requests; }

    // Ends streams and subscriptions and cancels what is in flight, what the client is asked included.
    void end();

private:
    const Facts m_facts;
    ClientRequests m_requests;
    mutable Mutex m_mutex;
    MonotonicTime m_lastUsed GUARDED_BY(m_mutex);
    WallTime m_lastSeen GUARDED_BY(m_mutex);
    std::map<QByteArray, std::stop_source> m_calls GUARDED_BY(m_mutex);
    std::map<QByteArray, std::shared_ptr<GovernedWatch>> m_subscriptions GUARDED_BY(m_mutex);
    std::optional<protocol::LogLevel> m_logLevel GUARDED_BY(m_mutex); // none: not set, all are sent
    EventLog m_events;                                                // locks for itself
};

} // namespace provost::gateway
