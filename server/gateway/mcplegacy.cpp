// What the legacy era adds to McpLoop: sessions, batches, the GET stream. Source: MCP 2025-11-25 basic/transports.
#include "server/gateway/mcploop.h"

#include "server/gateway/mcprounds.h"
#include "server/protocol/results.h"
#include "server/protocol/tasks.h"

namespace provost::gateway {

namespace {

namespace code = protocol::code;

constexpr auto accepted = [] { return McpAnswer{.httpStatus = 202, .body = {}, .headers = {}}; };

} // namespace

Task<void> McpLoop::postLegacy(Visit &visit, protocol::Inbound inbound)
{
    protocol::Message &first = inbound.messages.front();
    if (first.kind == protocol::MessageKind::Request && first.method == "initialize") {
        initialize(visit, first);
        co_return;
    }
    if (const auto joined = joinSession(visit); !joined) {
        replyError(visit, joined.error(), inbound.batch ? Json() : first.id);
        co_return;
    }
    if (inbound.batch && !visit.session->facts().revision.batches) {
        replyError(visit, {400,
                           code::InvalidRequest,
                           "Invalid request: the session's revision has no batches",
                           {}});
        co_return;
    }
    for (const protocol::Message &message : inbound.messages) {
        if (message.kind == protocol::MessageKind::Response)
            takeResponse(visit, message);
        // Other notifications need no action.
        if (message.kind == protocol::MessageKind::Notification
            && message.method == "notifications/cancelled")
            visit.session->cancelCall(message.params["requestId"].toBytes());
    }
    std::erase_if(inbound.messages, [](const protocol::Message &message) {
        return message.kind != protocol::MessageKind::Request;
    });
    if (inbound.messages.empty())
        reply(visit, accepted());
    else if (inbound.batch)
        co_await serveBatch(visit, std::move(inbound.messages));
    else
        co_await serveRequest(visit, protocol::Era::Legacy, std::move(inbound.messages.front()));
}

// What answers nothing is taken all the same: the client cannot know that nobody waits any more.
void McpLoop::takeResponse(const Visit &visit, const protocol::Message &message) const
{
    Json response = Json::object({{"result", message.result}, {"error", message.error}});
    if (!visit.session->requests().answer(message.id.toByteArray(), std::move(response)))
        m_services.sessions.countStrayResponse();
}

void McpLoop::initialize(Visit &visit, const protocol::Message &message) const
{
    if (const auto checked = protocol::checkParams(protocol::Method::Initialize, message.params);
        !checked) {
        replyError(visit, checked.error(), message.id);
        return;
    }
    const protocol::Revision &revision =
        protocol::negotiate(message.params["protocolVersion"].toByteArray());
    auto session = m_services.sessions.open(
        visit.owner(), protocol::agentOf(message.params["clientInfo"]), revision,
        message.params["capabilities"], visit.exchange->transport().toByteArray());
    if (!session) {
        replyError(visit, toRpcError(session.error()), message.id);
        return;
    }
    const Json offered =
        m_tasks && revision.tasks ? protocol::legacyTasksCapability() : Json::object();
    McpAnswer answer =
        answerResult({protocol::Era::Legacy, protocol::Method::Initialize, message.id, {}, {}},
                     protocol::initializeResult(revision, m_services.instructions, offered));
    answer.headers.push_back({"Mcp-Session-Id", (*session)->facts().id.value});
    reply(visit, std::move(answer));
}

// Unknown, ended and somebody else's are one answer: 404, upon which clients initialize anew.
protocol::Checked<void> McpLoop::joinSession(Visit &visit) const
{
    const auto &version = visit.in.headers.protocolVersion;
    if (version && protocol::findRevision(*version) == nullptr)
        return protocol::reject(400, code::InvalidRequest, "Unsupported protocol version");
    if (visit.in.sessionId.isEmpty())
        return protocol::reject(400, code::InvalidRequest,
                                "The Mcp-Session-Id header is missing; send `initialize` first");
    visit.session = m_services.sessions.find(visit.in.sessionId, visit.owner());
    if (!visit.session)
        return protocol::reject(404, 404, "Session not found; send `initialize` again");
    return {};
}

McpAnswer McpLoop::answerInSession(const Visit &visit, const McpQuestion &question) const
{
    if (question.method == protocol::Method::SetLogLevel)
        visit.session->setLogLevel(protocol::logLevelOf(question.params["level"].toByteArray())
                                       .value_or(protocol::LogLevel::Debug));
    if (question.method == protocol::Method::Unsubscribe)
        visit.session->unsubscribe(question.name);
    return answerResult(question, Json::object());
}

// A request that is a governed call, in all its rounds; or one that is answered with a task.
Task<McpAnswer> McpLoop::answerInLegacy(const Visit &visit, McpQuestion question,
                                        McpCall::Asker asker, calls::CallRequest request) const
{
    const bool tasks = m_legacyTasks && visit.hasLegacyTasks();
    if (tasks && question.method == protocol::Method::CallTool) {
        const auto wanted = m_legacyTasks->isWanted(visit.principal.tenant, question);
        if (!wanted)
            co_return answerError(question.id, wanted.error());
        if (*wanted)
            co_return co_await m_legacyTasks->call(visit.session, std::move(question),
                                                   std::move(request));
    }
    auto reply =
        co_await runRounds(m_services, visit.session, std::move(asker), std::move(request));
    if (tasks && question.method == protocol::Method::ListTools && !reply.isRefused())
        m_legacyTasks->markTools(visit.principal.tenant, std::get<Json>(reply.value));
    co_return answerReply(question, std::move(reply));
}

// One after the other: a batch saves round trips, it does not buy parallelism. Nothing streams and nothing is
// cancelled from outside; what the client is asked goes out on the session's stream.
Task<void> McpLoop::serveBatch(const Visit &visit, std::vector<protocol::Message> messages)
{
    QByteArray body = "[";
    for (protocol::Message &message : messages) {
        const McpAnswer answered =
            co_await answer(visit, protocol::Era::Legacy, std::move(message), nullptr);
        if (body.size() > 1)
            body.append(',');
        body.append(answered.body);
    }
    body.append(']');
    reply(visit, {.httpStatus = 200, .body = std::move(body), .headers = {}});
}

void McpLoop::endSession(Visit &visit) const
{
    const auto &version = visit.in.headers.protocolVersion;
    if (version && protocol::eraOf(*version) == protocol::Era::Modern) {
        replyError(visit, {405, 405, "This protocol revision has no sessions", {}});
        return;
    }
    if (const auto joined = joinSession(visit); !joined) {
        replyError(visit, joined.error());
        return;
    }
    m_services.sessions.end(visit.in.sessionId, visit.owner());
    reply(visit, {.httpStatus = 204, .body = {}, .headers = {}});
}

} // namespace provost::gateway
