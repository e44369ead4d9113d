// The HTTP front door: one acceptor and N event loops. A connection is given to the loop with the fewest and lives
// and dies there; every complete, well-formed request reaches that loop's LoopHandler as an Exchange.
// INVARIANT: a handler is made, called and destroyed on the thread of its loop, and all handlers exist before the
// first request arrives.
// Thread: FrontDoor belongs to the thread that made it, which needs no event loop; listen() and stop() block it.
#pragma once

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/gateway/exchange.h"
#include "server/gateway/httplimits.h"

#include <QByteArray>

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace provost::gateway {

class HttpLoop;

struct ListenAddress
{
    QByteArray host; // textual IP address
    quint16 port = 0;

    [[nodiscard]] QByteArray authority() const; // "127.0.0.1:8080", "[::1]:8080"
    [[nodiscard]] QByteArray url() const;       // "http://127.0.0.1:8080"
    bool operator==(const ListenAddress &) const = default;
};

// The number of a loop, 0 to LoopContext::loops - 1.
struct LoopId
{
    int value = 0;
    auto operator<=>(const LoopId &) const = default;
};

// What a handler may know of the loop that it lives on. Valid as long as the handler.
struct LoopContext
{
    LoopId id;
    int loops = 1;
    ListenAddress listening; // the real port, also where 0 was asked for
    const Clock &clock;
};

// The per-loop part of what answers requests. To be reached from other loops it owns a Mailbox (made in its
// constructor, so it rings on this loop) and shares the Sender.
class LoopHandler
{
public:
    virtual ~LoopHandler() = default;

    // One complete request. Answer now or keep the Exchange and answer later; an Exchange that is dropped
    // unanswered is answered 500.
    virtual void handle(std::shared_ptr<Exchange> exchange) = 0;

    // The server stops: end open event streams and take up no new work. Requests that are already on their way
    // may still arrive.
    virtual void drain() {}
    // False while work goes on that must be concluded even if its client has gone. Asked while stopping.
    [[nodiscard]] virtual bool isIdle() const { return true; }
};

using LoopHandlerFactory = std::function<std::unique_ptr<LoopHandler>(const LoopContext &)>;

// A factory for handlers without state: the function is copied once per loop.
[[nodiscard]] LoopHandlerFactory handlerFactory(RequestHandler handler);

struct FrontDoorOptions
{
    int loops = 0; // 0: one per core
    int connectionsMax = 10'000;
    int connectionsPerAddressMax = 1'024; // one client address
    int connectionsPerLoopbackAddressMax =
        8'192; // proxies and agents on this machine share their address
    HttpLimits limits;
    HttpTimeouts timeouts;
};

class FrontDoor
{
public:
    // `clock` outlives the FrontDoor.
    FrontDoor(FrontDoorOptions options, const Clock &clock, LoopHandlerFactory makeHandler);
    ~FrontDoor(); // stop() with no patience
    FrontDoor(const FrontDoor &) = delete;
    FrontDoor &operator=(const FrontDoor &) = delete;

    // Binds, starts the loops, makes the handlers, then accepts. `host` is an IP address or `localhost`; port 0
    // takes a free one. REQUIRES: called once.
    // Errors: InvalidInput (not an address), Denied (beyond loopback), Unavailable (the address cannot be bound).
    [[nodiscard]] Result<ListenAddress> listen(QByteArrayView host, quint16 port);

    [[nodiscard]] int loops() const; // known before listen()
    // Connections that are open now, for gauges. Safe from any thread.
    [[nodiscard]] int connections() const;

    // Stops accepting, closes idle connections, lets exchanges end for at most `patience`, then closes what is
    // left; handlers are destroyed on their loops and the threads joined. Later calls do nothing.
    void stop(std::chrono::milliseconds patience);

private:
    const FrontDoorOptions m_options;
    const Clock &m_clock;
    const LoopHandlerFactory m_makeHandler;
    std::atomic<int> m_open{0}; // outlives the loops
    std::vector<std::unique_ptr<HttpLoop>> m_loops;
};

} // namespace provost::gateway
