#include "server/gateway/mcpendpoint.h"

#include "server/gateway/mcploop.h"

namespace provost::gateway {

namespace {

// The frame of this coroutine keeps the loop's inside alive for as long as the request takes.
Task<void> serve(std::shared_ptr<McpLoop> loop, std::shared_ptr<Exchange> exchange)
{
    co_await loop->serve(std::move(exchange));
}

} // namespace

McpEndpoint::McpEndpoint(const McpServices &services, OriginPolicy origins)
    : m_loop(std::make_shared<McpLoop>(services, std::move(origins)))
{
}

McpEndpoint::~McpEndpoint() = default;

void McpEndpoint::handle(std::shared_ptr<Exchange> exchange)
{
    spawn(serve(m_loop, std::move(exchange)));
}

void McpEndpoint::drain()
{
    m_loop->drain();
}

bool McpEndpoint::isIdle() const
{
    return m_loop->isIdle();
}

} // namespace provost::gateway
