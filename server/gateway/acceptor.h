// Accepts for all loops of a front door, so that connections spread evenly and limits on them have one place.
// INVARIANT: every accepted connection is either handed to a loop and counted until that loop says that it is gone,
// or answered 503 and closed.
// Thread: the loop that made it.
#pragma once

#include "server/base/mailbox.h"
#include "server/gateway/descriptor.h"
#include "server/gateway/frontdoor.h"

#include <QHash>
#include <QHostAddress>
#include <QTcpServer>
#include <QTimer>

#include <atomic>

namespace provost::gateway {

// A connection is over; from its loop to the acceptor.
struct ConnectionGone
{
    LoopId loop;
    QByteArray peerAddress;
};

// A connection for a loop.
struct NewConnection
{
    Descriptor descriptor;
    QByteArray peerAddress;
    Mailbox<ConnectionGone>::Sender gone;
};

// Stop, but let exchanges end for a while.
struct Drain
{
    std::chrono::milliseconds patience{};
};

// Accept on this listening socket, from now on, for these loops.
struct Accept;

using LoopLetter = std::variant<NewConnection, Drain, std::unique_ptr<Accept>>;

struct Accept
{
    Descriptor listening;
    std::vector<Mailbox<LoopLetter>::Sender> loops;
    std::atomic<int> *open = nullptr; // the gauge of open connections; outlives all loops
};

class Acceptor final : public QTcpServer
{
    Q_OBJECT
public:
    Acceptor(Accept accept, const FrontDoorOptions &options);
    ~Acceptor() override;

protected:
    void incomingConnection(qintptr accepted) override;

private:
    void onGone(const ConnectionGone &gone);
    [[nodiscard]] bool mayEnter(const QHostAddress &peer, const QByteArray &peerAddress) const;

    const std::vector<Mailbox<LoopLetter>::Sender> m_loops;
    const FrontDoorOptions &m_options;
    std::atomic<int> &m_open;
    std::vector<int> m_load; // connections per loop
    QHash<QByteArray, int> m_perAddress;
    QTimer m_retry; // accepting failed, e.g. for want of descriptors
    Mailbox<ConnectionGone> m_gone;
};

} // namespace provost::gateway
