// PrincipalConnections: connections to an upstream that belong to one principal each, for servers that keep what must
// not be shared, and for legacy ones that ask: nothing else tells there whose call a question belongs to. A connection
// is opened by its first call and ends after five idle minutes. While a call waits for its agent's answers, the
// principal's next one gets a further connection.
// INVARIANT: 32 connections at most, those that are ending included; one that is busy is never ended to make room.
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
    // A connection, not open yet, that declares `capabilities`.
    using Make = std::function<LaterPtr<Connection>(Json capabilities)>;

    PrincipalConnections(QObject *parent, Make make, RestartRule restart);
    ~PrincipalConnections() override;

    // REQUIRES: the request has a caller.
    void request(Request request);
    void cancel(Transport::RequestId id);
    void close(const Error &why); // closed() follows

    [[nodiscard]] bool isEmpty() const { return m_entries.empty(); }
    [[nodiscard]] std::int64_t callsInFlight() const;

Q_SIGNALS:
    void changed(); // callsInFlight() or the number of connections
    void failed(const provost::Error &error);
    void closed(); // all of them, after close()

private:
    using Key = std::pair<QByteArray, int>; // principal and capabilities; which of theirs

    struct Entry
    {
        LaterPtr<Connection> connection;
        QDeadlineTimer idleUntil;
        bool isEnding = false; // because nobody uses it
    };

    [[nodiscard]] Connection *connectionFor(const Caller &caller);
    [[nodiscard]] bool makeRoom();
    static void end(Entry &entry);
    void onClosed(const Key &key, const Error &error);
    void sweep();

    const Make m_make;
    BackOff m_backOff;
    std::map<Key, Entry> m_entries;
    QDeadlineTimer m_notBefore; // after a failure
    std::optional<Error> m_lastError;
    QTimer m_timer{this};
    bool m_isClosing = false;
};

} // namespace provost::tools::mcp
