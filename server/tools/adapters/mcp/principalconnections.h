// PrincipalConnections: connections to an upstream that belong to one principal each, for servers that keep what must
// not be shared, and for those whose questions and logs nothing else tells apart. A connection is opened by its first
// call and ends after five idle minutes. While a call waits for its agent's answers, the principal's next one gets a
// further connection. Where each call has a stream of its own that is not needed, until the server turns out to ask or
// log on its session's instead: from then on each call that comes while another one is under way gets a further session.
// INVARIANT: never more connections than the limit, those that are ending included; one that is busy is never ended to
// make room.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/backoff.h"
#include "server/tools/adapters/mcp/connection.h"
#include "server/tools/adapters/mcp/deletelater.h"

#include <map>

namespace provost::tools::mcp {

class PrincipalConnections final : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t processesMax = 32;
    static constexpr std::size_t sessionsMax = 256; // over HTTP: a few sockets each

    struct Options
    {
        // A connection, not open yet, that declares `capabilities`.
        std::function<LaterPtr<Connection>(Json capabilities)> make;
        // Takes what no connection can be had for, before it was sent to any server.
        std::function<void(Request request, const Error &why)> turnAway;
        // Whether somebody follows a task on the connection of that number, and will ask about it soon.
        std::function<bool(int number)> isFollowed;
        RestartRule restart;
        std::size_t connectionsMax = processesMax;
    };

    PrincipalConnections(QObject *parent, Options options);
    ~PrincipalConnections() override;

    // To a server of `era`, as far as known: a modern one is told in each request what the agent can be asked.
    // REQUIRES: the request has a caller.
    void request(Request request, Era era);
    void cancel(Transport::RequestId id);
    void close(const Error &why); // closed() follows

    [[nodiscard]] Connection *find(int number) const; // null if it has ended

    [[nodiscard]] bool isEmpty() const { return m_entries.empty(); }
    [[nodiscard]] std::int64_t callsInFlight() const;

Q_SIGNALS:
    void changed(); // callsInFlight() or the number of connections
    void failed(const provost::Error &error);
    void listChanged(); // says a server to one of them
    void closed();      // all of them, after close()

private:
    using Key = std::pair<QByteArray, int>; // principal and what is declared; which of theirs

    struct Entry
    {
        LaterPtr<Connection> connection;
        QDeadlineTimer idleUntil; // of one that nobody uses
        bool isEnding = false;    // because nobody uses it
    };

    [[nodiscard]] Connection *connectionFor(const Caller &caller, Era era);
    [[nodiscard]] Connection *open(const Key &key, Json capabilities);
    [[nodiscard]] bool isFree(const Connection &connection) const;
    void endIdlest();
    [[nodiscard]] bool isUsed(const Connection &connection) const;
    static void end(Entry &entry);
    void onHandshakeFailed(const Key &key, const Error &error);
    void onClosed(const Key &key, const Error &error);
    void sweep();

    const Options m_options;
    BackOff m_backOff;
    std::map<Key, Entry> m_entries;
    QDeadlineTimer m_notBefore; // after a failure
    std::optional<Error> m_lastError;
    QTimer m_timer{this};
    bool m_isAmbiguous = false; // the server was heard to speak of no call in particular
    bool m_isClosing = false;
};

} // namespace provost::tools::mcp
