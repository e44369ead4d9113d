// McpLoop: the inside of McpEndpoint. It lives until the endpoint is gone and its last call has ended.
// Thread: its loop.
#pragma once

#include "server/gateway/mcpanswer.h"
#include "server/gateway/mcpcall.h"
#include "server/gateway/mcprequest.h"
#include "server/gateway/mcpservices.h"
#include "server/gateway/mcpstreams.h"
#include "server/gateway/originpolicy.h"

#include <QTimer>

#include <set>

namespace provost::gateway {

class McpLoop
{
public:
    McpLoop(const McpServices &services, OriginPolicy origins);

    // One HTTP request from its head to its answer.
    [[nodiscard]] Task<void> serve(std::shared_ptr<Exchange> exchange);

    void drain();
    [[nodiscard]] bool isIdle() const { return m_inFlight == 0; }

private:
    // What is known of the request that is served. Lives in the frame of serve().
    struct Visit
    {
        std::shared_ptr<Exchange> exchange;
        McpRequest in;
        identity::Principal principal;
        protocol::Envelope envelope;      // modern
        std::shared_ptr<Session> session; // legacy, once there is one

        [[nodiscard]] const HttpRequest &http() const { return exchange->request(); }
        [[nodiscard]] SessionOwner owner() const { return {principal.tenant, principal.user}; }
        [[nodiscard]] QByteArray agent() const;    // as claimed
        [[nodiscard]] QByteArray logLevel() const; // that the agent wants; may be empty
    };

    // The steps of serve(); see mcploop.cpp.
    [[nodiscard]] std::optional<protocol::RpcError> refuseAtDoor(const HttpRequest &request) const;
    [[nodiscard]] Result<identity::Principal> admit(const McpRequest &in) const;
    [[nodiscard]] Task<void> turnAway(const Visit &visit, Error why) const;
    [[nodiscard]] Task<void> post(Visit &visit);

    // One JSON-RPC request: alone on its exchange it streams and can be cancelled, in a batch it does not.
    [[nodiscard]] Task<void> serveRequest(const Visit &visit, protocol::Era era,
                                          protocol::Message message);
    // `call` is null in a batch.
    [[nodiscard]] Task<McpAnswer> answer(const Visit &visit, protocol::Era era,
                                         protocol::Message message,
                                         std::shared_ptr<McpCall> call) const;
    [[nodiscard]] protocol::Checked<void> checkParameters(const Visit &visit,
                                                          const McpQuestion &question) const;
    [[nodiscard]] calls::CallRequest callRequest(const Visit &visit, calls::Operation operation,
                                                 QByteArray name, Json params) const;

    // The legacy era; see mcplegacy.cpp.
    [[nodiscard]] Task<void> postLegacy(Visit &visit, protocol::Inbound inbound);
    void initialize(Visit &visit, const protocol::Message &message) const;
    [[nodiscard]] protocol::Checked<void> joinSession(Visit &visit) const;
    void takeResponse(const Visit &visit, const protocol::Message &message) const;
    [[nodiscard]] McpAnswer answerInSession(const Visit &visit, const McpQuestion &question) const;
    [[nodiscard]] Task<void> serveBatch(const Visit &visit,
                                        std::vector<protocol::Message> messages);
    void openStream(Visit &visit);
    void endSession(Visit &visit) const;

    void reply(const Visit &visit, McpAnswer answer) const;
    void replyError(const Visit &visit, const protocol::RpcError &error, const Json &id = {}) const;
    [[nodiscard]] RequestId newRequestId();

    const McpServices &m_services;
    const OriginPolicy m_origins;
    const QByteArray m_requestIdPrefix;
    quint64 m_requests = 0;
    int m_inFlight = 0;
    bool m_draining = false;
    McpStreams m_streams;
    std::set<McpCall *> m_calls; // in flight, for keep-alive; owned by their frames
    Mailbox<McpCall::Letter> m_notifications;
    QTimer m_keepAlive;
    QTimer m_expiry;
};

} // namespace provost::gateway
