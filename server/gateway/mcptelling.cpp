// What McpLoop tells agents beyond the answers to their requests: GET streams, listens, subscriptions to resources, and
// what changes about a tenant.
#include "server/gateway/mcploop.h"

#include "server/gateway/mcpnews.h"
#include "server/protocol/tasks.h"

namespace provost::gateway {

namespace {

namespace code = protocol::code;

SessionOwner ownerOf(const identity::Principal &principal)
{
    return {principal.tenant, principal.user};
}

QByteArray updated(const QByteArray &uri)
{
    return protocol::encodeNotification("notifications/resources/updated",
                                        Json::object({{"uri", uri}}));
}

// The legacy era has no message for it, so it is logged to the client.
void tellEnd(Session &session, const QByteArray &uri, const QByteArray &reason)
{
    if (session.logLevel() > protocol::LogLevel::Warning)
        return;
    const QByteArray text = "The subscription to " + uri + " has ended: " + reason;
    session.send(protocol::encodeNotification(
        "notifications/message",
        Json::object({{"level", "warning"}, {"logger", "provost"}, {"data", text}})));
}

GovernedWatch::Callbacks callbacksFor(const std::weak_ptr<Session> &session, const QByteArray &uri)
{
    return {.onUpdated =
                [session, uri] {
                    if (const auto alive = session.lock())
                        alive->send(updated(uri));
                },
            .onEnded =
                [session, uri](const QByteArray &reason) {
                    if (const auto alive = session.lock()) {
                        alive->unsubscribe(uri);
                        tellEnd(*alive, uri, reason);
                    }
                }};
}

} // namespace

void McpLoop::openStream(Visit &visit)
{
    const auto &version = visit.in.headers.protocolVersion;
    if (version && protocol::eraOf(*version) == protocol::Era::Modern) {
        replyError(visit, {405, 405, "This protocol revision has no GET stream", {}});
        return;
    }
    if (const auto joined = joinSession(visit); !joined) {
        replyError(visit, joined.error());
        return;
    }
    McpStreams::Request request{.exchange = visit.exchange,
                                .session = visit.session,
                                .headers = {{"X-Request-Id", visit.in.requestId.value}},
                                .credential = visit.credential};
    if (const auto lastEventId = visit.http().headers.find("Last-Event-ID"))
        request.lastEventId = lastEventId->toByteArray();
    const auto opened = m_streams.open(std::move(request));
    if (opened)
        return;
    const bool isGone = opened.error().code == ErrorCode::NotFound;
    replyError(visit, {isGone ? 410 : 400,
                       isGone ? 410 : code::InvalidRequest,
                       "Cannot resume: " + opened.error().message.toUtf8(),
                       {}});
}

Task<void> McpLoop::listen(const Visit &visit, protocol::Message message)
{
    auto filter = readListenFilter(message.params);
    if (!filter) {
        replyError(visit, filter.error(), message.id);
        co_return;
    }
    if (filter->taskIds && !protocol::knowsTasks(visit.envelope.clientCapabilities)) {
        replyError(visit, protocol::tasksNotDeclared(), message.id);
        co_return;
    }
    if (!visit.in.acceptsEvents) {
        replyError(
            visit,
            {406, code::InvalidRequest, "Not acceptable: the answer is text/event-stream", {}},
            message.id);
        co_return;
    }
    { // shown as an agent that is here, not as a call in flight
        const auto mark =
            m_services.presence.seen(visit.owner(), visit.agent(), visit.exchange->transport());
    }
    McpListens::Request request;
    request.exchange = visit.exchange;
    request.headers.push_back({"X-Request-Id", visit.in.requestId.value});
    request.id = message.id;
    request.filter = std::move(*filter);
    request.principal = visit.principal;
    request.call = callRequest(visit, calls::Operation::Subscribe, {}, std::move(message.params));
    co_await m_listens.open(std::move(request));
}

Task<McpAnswer> McpLoop::subscribe(const Visit &visit, McpQuestion question)
{
    const McpAnswer tooMany =
        answerError(question.id, {200, 429, "The session has too many subscriptions", {}});
    const QByteArray uri = question.name;
    if (!visit.session->maySubscribe(uri))
        co_return tooMany;
    auto request = callRequest(visit, calls::Operation::Subscribe, uri, question.params);
    auto callbacks = callbacksFor(visit.session, uri);
    auto opened = co_await m_watches.open(std::move(request), visit.owner(), std::move(callbacks));
    if (!opened)
        co_return answerRefusal(question, opened.error());
    if (!visit.session->subscribe(uri, std::move(*opened)))
        co_return tooMany;
    co_return answerResult(question, Json::object());
}

// Legacy sessions hear of their lists through McpNews.
void McpLoop::tell(const tenancy::TenantChange &change)
{
    m_listens.tell(change);
    if (change.access)
        m_watches.decideAgain(change.tenant);
}

void McpLoop::checkCredentials()
{
    m_listens.checkCredentials();
    m_streams.checkCredentials(
        [this](const Session &session, const identity::PresentedKey &credential) {
            const auto principal = m_services.authenticate(credential);
            return principal && ownerOf(*principal) == session.facts().owner;
        });
}

} // namespace provost::gateway
