// WebSocketDoor: MCP over WebSocket (RFC 6455, subprotocol `mcp`) on `/ws` and `/t/{tenant}/ws` of one loop. The
// upgrade is a request like any other, checked by the same rules for Host, Origin and credential; what is refused is
// answered with a status, what is accepted becomes a WebSocketPeer.
// INVARIANT: a socket is open only while the credential that opened it is valid and its tenant is served.
// Thread: made, used and destroyed on its loop.
#pragma once

#include "server/gateway/mcpnews.h"
#include "server/gateway/mcprequest.h"
#include "server/gateway/originpolicy.h"
#include "server/gateway/websocketpeer.h"
#include "server/identity/principal.h"

#include <QTimer>

#include <map>

namespace provost::gateway {

struct McpServices;

class WebSocketDoor
{
public:
    // `serve` answers the requests that messages become. `services` outlives the door.
    WebSocketDoor(const McpServices &services, OriginPolicy origins,
                  std::function<void(std::shared_ptr<Exchange>)> serve);
    ~WebSocketDoor();
    WebSocketDoor(const WebSocketDoor &) = delete;
    WebSocketDoor &operator=(const WebSocketDoor &) = delete;

    [[nodiscard]] static bool isMeant(const HttpRequest &request);

    // REQUIRES: isMeant(exchange->request()).
    void handle(const std::shared_ptr<Exchange> &exchange);
    void drain(); // closes each socket when its requests are answered; refuses new ones

private:
    struct Guest
    {
        std::unique_ptr<WebSocketPeer> peer;
        identity::PresentedKey credential;
        SessionOwner owner;
    };
    struct Invitation // an upgrade that was granted
    {
        HttpRequest pattern; // with the credential, and without the text of the key
        SessionOwner owner;
    };

    [[nodiscard]] protocol::Checked<Invitation> admit(const HttpRequest &request) const;
    [[nodiscard]] protocol::Checked<void> checkDoor(const HttpRequest &request) const;
    void handshake(QTcpSocket &socket, Invitation invitation);
    void seat(std::unique_ptr<QWebSocket> socket, Invitation invitation);
    void tick();
    [[nodiscard]] std::vector<quint64> numbers() const;

    const McpServices &m_services;
    const OriginPolicy m_origins;
    const std::function<void(std::shared_ptr<Exchange>)> m_serve;
    std::map<quint64, Guest> m_guests;
    quint64 m_last = 0;
    bool m_draining = false;
    // Expires with this object: a handshake may end later.
    const std::shared_ptr<WebSocketDoor *> m_alive = std::make_shared<WebSocketDoor *>(this);
    Mailbox<quint64> m_gone;
    Mailbox<tenancy::TenantChange> m_changes;
    QTimer m_tick;
};

} // namespace provost::gateway
