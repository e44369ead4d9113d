// McpLoop: the inside of McpEndpoint. It lives until the endpoint is gone and its last call has ended.
// Thread: its loop.
#pragma once

#include "server/gateway/mcpanswer.h"
#include "server/gateway/mcpcall.h"
#include "server/gateway/mcplegacytasks.h"
#include "server/gateway/mcplistens.h"
#include "server/gateway/mcprequest.h"
#include "server/gateway/mcpservices.h"
#include "server/gateway/mcpstreams.h"
#include "server/gateway/mcptasks.h"
#include "server/gateway/mcpwatches.h"
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
    [[nodiscard]] bool isIdle() const
    {
        return m_inFlight == 0 && m_watches.isIdle()
               && (!m_tasks || (m_tasks->isIdle() && m_legacyTasks->isIdle()));
    }

private:
    // What is known of the request that is served. Lives in the frame of serve().
    struct Visit
    {
        std::shared_ptr<Exchange> exchange;
        McpRequest in;
        identity::PresentedKey credential;
        identity::Principal principal;
        protocol::Envelope envelope;      // modern
        std::shared_ptr<Session> session; // legacy, once there is one

        [[nodiscard]] const HttpRequest &http() const { return exchange->request(); }
        [[nodiscard]] SessionOwner owner() const { return {principal.tenant, principal.user}; }
        [[nodiscard]] tasks::TaskOwner taskOwner() const
        {
            return {principal.tenant, principal.user};
        }
        // Whether the revision of the session has tasks of its own.
        [[nodiscard]] bool hasLegacyTasks() const
        {
            return session && session->facts().revision.tasks;
        }
        [[nodiscard]] QByteArray agent() const; // as claimed
        // Of the session. Null where a lost stream cannot be resumed: the modern era, and a socket that is gone.
        [[nodiscard]] std::shared_ptr<EventLog> events() const;
        [[nodiscard]] QByteArray
        logLevel() const; // least severe that the agent wants; may be empty
    };

    // The steps of serve(); see mcploop.cpp.
    [[nodiscard]] std::optional<protocol::RpcError> refuseAtDoor(const HttpRequest &request) const;
    [[nodiscard]] Result<identity::Principal> admit(const Visit &visit) const;
    [[nodiscard]] Task<void> turnAway(const Visit &visit, Error why) const;
    [[nodiscard]] Task<void> post(Visit &visit);

    // One JSON-RPC request: alone on its exchange it streams and can be cancelled, in a batch it does not.
    [[nodiscard]] Task<void> serveRequest(const Visit &visit, protocol::Era era,
                                          protocol::Message message);
    // `call` is null in a batch.
    [[nodiscard]] Task<McpAnswer> answer(const Visit &visit, protocol::Era era,
                                         protocol::Message message, std::shared_ptr<McpCall> call);
    // What tasks/… answer. REQUIRES: m_tasks.
    [[nodiscard]] Task<McpAnswer> answerOfTask(const Visit &visit, McpQuestion question,
                                               std::shared_ptr<McpCall> call) const;
    [[nodiscard]] Task<McpAnswer> answerInLegacy(const Visit &visit, McpQuestion question,
                                                 McpCall::Asker asker,
                                                 calls::CallRequest request) const;
    [[nodiscard]] Json extensions() const; // that are offered
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

    // What is told beyond the answers; see mcptelling.cpp.
    [[nodiscard]] Task<void> listen(const Visit &visit, protocol::Message message);
    [[nodiscard]] Task<McpAnswer> subscribe(const Visit &visit, McpQuestion question);
    void tell(const tenancy::TenantChange &change);
    void checkCredentials();

    void reply(const Visit &visit, McpAnswer answer) const;
    void replyError(const Visit &visit, const protocol::RpcError &error, const Json &id = {}) const;
    [[nodiscard]] RequestId newRequestId();

    const McpServices &m_services;
    const OriginPolicy m_origins;
    const QByteArray m_requestIdPrefix;
    quint64 m_requests = 0;
    int m_inFlight = 0;
    bool m_draining = false;
    const std::shared_ptr<McpTasks> m_tasks;             // null: tasks are not offered
    const std::shared_ptr<McpLegacyTasks> m_legacyTasks; // the same
    McpStreams m_streams;
    McpWatches m_watches;
    McpListens m_listens;
    std::set<McpCall *> m_calls; // in flight, for keep-alive; owned by their frames
    Mailbox<McpCall::Letter> m_notifications;
    Mailbox<tenancy::TenantChange> m_changes;
    QTimer m_keepAlive;
    QTimer m_credentialCheck;
    QTimer m_expiry;
};

} // namespace provost::gateway
