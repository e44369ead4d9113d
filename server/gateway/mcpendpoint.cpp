#include "server/gateway/mcpendpoint.h"

#include "server/gateway/mcploop.h"
#include "server/gateway/websocketdoor.h"

namespace provost::gateway {

namespace {

// The frame of this coroutine keeps the loop's inside alive for as long as the request takes.
Task<void> serve(std::shared_ptr<McpLoop> loop, std::shared_ptr<Exchange> exchange)
{
    co_await loop->serve(std::move(exchange));
}

} // namespace

McpEndpoint::McpEndpoint(const McpServices &services, OriginPolicy origins)
    : m_loop(std::make_shared<McpLoop>(services, origins))
    , m_webSockets(std::make_unique<WebSocketDoor>(
          services, std::move(origins), [loop = m_loop](std::shared_ptr<Exchange> message) {
              spawn(serve(loop, std::move(message)));
          }))
{
}

McpEndpoint::~McpEndpoint() = default;

void McpEndpoint::handle(std::shared_ptr<Exchange> exchange)
{
    if (WebSocketDoor::isMeant(exchange->request()))
        m_webSockets->handle(exchange);
    else
        spawn(serve(m_loop, std::move(exchange)));
}

void McpEndpoint::drain()
{
    m_loop->drain();
    m_webSockets->drain();
}

bool McpEndpoint::isIdle() const
{
    return m_loop->isIdle();
}

} // namespace provost::gateway
