// ParkedCalls: the calls of legacy upstreams that wait for an answer of the agent's side. The adapter's call has ended
// with its questions; the upstream's goes on under a handle, until a further round brings the answers or ten minutes
// have passed.
// INVARIANT: a handle is good once, and only for the tenant and user whose call it stands for.
// Thread: the adapter's event loop.
#pragma once

#include "server/base/random.h"
#include "server/tools/adapters/mcp/request.h"

#include <QPointer>
#include <QTimer>

#include <map>

namespace provost::tools::mcp {

class Connection;

class ParkedCalls final : public QObject
{
    Q_OBJECT

public:
    struct Place
    {
        QPointer<Connection> connection; // null: it ended meanwhile
        Transport::RequestId id = Transport::NoRequest;
    };

    explicit ParkedCalls(QObject *parent,
                         std::chrono::milliseconds patience = std::chrono::minutes(10));

    // A handle for the call `id`. Errors: Unavailable if too many calls of its principal wait already.
    [[nodiscard]] Result<QByteArray> park(Place place, const Caller &caller);
    // The call behind a handle, which is used up. Errors: InvalidInput.
    [[nodiscard]] Result<Place> take(const QByteArray &handle, const Caller &caller);

private:
    struct Parked
    {
        Place place;
        TenantId tenant;
        UserId user;
        QDeadlineTimer until;
    };

    void expire();

    const std::chrono::milliseconds m_patience;
    SystemRandom m_random; // handles must not be guessed, in tests neither
    std::map<QByteArray, Parked> m_parked;
    QTimer m_timer{this};
};

} // namespace provost::tools::mcp
