// McpEndpoint: MCP over Streamable HTTP on `/mcp` and `/t/{tenant}/mcp`, both protocol eras on one path, and over
// WebSocket on `/ws` and `/t/{tenant}/ws` (websocketdoor.h). One per loop.
//
//   POST    one message: modern requests stand alone, legacy ones belong to a session that `initialize` opened
//   GET     legacy: the session's event stream
//   DELETE  legacy: ends the session
//
// Every request authenticates by itself, with `Authorization: Bearer` and nothing else. Tools, resources, prompts and
// their lists are reached through the governed call only.
// INVARIANT: a request that was not authenticated learns nothing but that. A request that would have been a governed
// call is turned away by the governed call, so that the attempt is recorded.
// Thread: made, used and destroyed on its loop.
#pragma once

#include "server/gateway/frontdoor.h"
#include "server/gateway/mcpservices.h"
#include "server/gateway/originpolicy.h"

#include <memory>

namespace provost::gateway {

class McpLoop;
class WebSocketDoor;

class McpEndpoint final : public LoopHandler
{
public:
    // `services` outlives the endpoint and every call that it began.
    McpEndpoint(const McpServices &services, OriginPolicy origins);
    ~McpEndpoint() override;
    McpEndpoint(const McpEndpoint &) = delete;
    McpEndpoint &operator=(const McpEndpoint &) = delete;

    void handle(std::shared_ptr<Exchange> exchange) override;
    void drain() override;                      // ends streams; answers new requests 503
    [[nodiscard]] bool isIdle() const override; // no request is in flight

private:
    std::shared_ptr<McpLoop> m_loop; // calls in flight share it
    std::unique_ptr<WebSocketDoor> m_webSockets;
};

} // namespace provost::gateway
