// The way of one HTTP request: door, identity, era, and the governed call. mcplegacy.cpp has what sessions add.
#include "server/gateway/mcploop.h"

#include "server/gateway/mcpnews.h"
#include "server/gateway/mcprounds.h"
#include "server/gateway/messagetap.h"
#include "server/protocol/inputanswers.h"
#include "server/protocol/results.h"
#include "server/protocol/tasks.h"
#include "server/protocol/text.h"

namespace provost::gateway {

namespace {

// Proxies cut silent streams, often after 30 s or 60 s.
constexpr std::chrono::minutes expiryInterval{1};
constexpr std::chrono::seconds credentialInterval{1}; // a revoked key hears nothing for longer
constexpr int requestIdPrefixSymbols = 12;
constexpr qsizetype agentBytesMax = 200;

struct InFlight
{
    explicit InFlight(int &counter)
        : count(counter)
    {
        ++count;
    }
    InFlight(const InFlight &) = delete;
    ~InFlight() { --count; }
    int &count;
};

std::stop_token stopped()
{
    std::stop_source source;
    source.request_stop();
    return source.get_token();
}

} // namespace

McpLoop::McpLoop(const McpServices &services, OriginPolicy origins)
    : m_services(services)
    , m_origins(std::move(origins))
    , m_requestIdPrefix(randomToken(services.random, requestIdPrefixSymbols))
    , m_tasks(services.tasks != nullptr ? std::make_shared<McpTasks>(services) : nullptr)
    , m_legacyTasks(m_tasks ? std::make_shared<McpLegacyTasks>(services, m_tasks) : nullptr)
    , m_watches(services)
    , m_listens(services, m_watches)
    , m_notifications([](const McpCall::Letter &letter) {
        if (const auto call = letter.lock())
            call->flush();
    })
    , m_changes([this](const tenancy::TenantChange &change) { tell(change); })
{
    m_services.news.follow(m_changes.sender());
    m_keepAlive.callOnTimeout(&m_keepAlive, [this] {
        m_streams.keepAlive();
        m_listens.keepAlive();
        for (McpCall *call : m_calls)
            call->keepAlive();
    });
    m_keepAlive.start(m_services.keepAliveInterval);
    m_expiry.callOnTimeout(&m_expiry, [this] { m_services.sessions.expire(); });
    m_expiry.start(expiryInterval);
    m_credentialCheck.callOnTimeout(&m_credentialCheck, [this] { checkCredentials(); });
    m_credentialCheck.start(credentialInterval);
}

void McpLoop::drain()
{
    m_draining = true;
    m_services.sessions.stopAsking(); // people take longer than a server that stops
    m_streams.endAll();
    m_listens.endAll("The server is stopping");
    if (m_tasks) {
        m_tasks->drain();
        m_legacyTasks->drain();
    }
}

Task<void> McpLoop::serve(std::shared_ptr<Exchange> exchange)
{
    const InFlight inFlight(m_inFlight);
    Visit visit;
    visit.exchange = std::move(exchange);
    visit.in.requestId = requestIdOf(visit.http(), newRequestId());

    if (const auto refused = refuseAtDoor(visit.http())) {
        replyError(visit, *refused);
        co_return;
    }
    auto in = readMcpRequest(visit.http(), visit.in.requestId);
    if (!in) {
        replyError(visit, in.error());
        co_return;
    }
    visit.in = std::move(*in);
    visit.credential =
        visit.http().credential ? *visit.http().credential : m_services.readKey(visit.in.bearer);
    auto principal = admit(visit);
    if (!principal) {
        co_await turnAway(visit, principal.error());
        co_return;
    }
    visit.principal = std::move(*principal);
    if (m_services.tap != nullptr)
        visit.exchange = m_services.tap->follow(std::move(visit.exchange), visit.owner(), visit.in);

    if (visit.http().method == "GET")
        openStream(visit);
    else if (visit.http().method == "DELETE")
        endSession(visit);
    else
        co_await post(visit);
}

// What is refused before anyone is asked who they are.
std::optional<protocol::RpcError> McpLoop::refuseAtDoor(const HttpRequest &request) const
{
    if (const auto trusted = m_origins.check(request); !trusted)
        return protocol::RpcError{403, 403, trusted.error().message.toUtf8(), {}};
    if (!isMcpPath(request.path))
        return protocol::RpcError{404, 404, "Not found", {}};
    if (request.method != "POST" && request.method != "GET" && request.method != "DELETE")
        return protocol::RpcError{405, 405, "Method not allowed", {}};
    if (m_draining)
        return protocol::RpcError{503, 503, "The server is stopping", {}};
    return std::nullopt;
}

Result<identity::Principal> McpLoop::admit(const Visit &visit) const
{
    TRY_LET(identity::Principal principal, m_services.authenticate(visit.credential));
    // The same for tenants that exist and tenants that do not.
    if (visit.in.tenant && *visit.in.tenant != principal.tenant)
        return fail(ErrorCode::Denied, QStringLiteral("this key belongs to another tenant"));
    return principal;
}

// The governed call finds the same fault, and records who tried what. Its stop token is stopped from the start: should
// the credential have become valid meanwhile, still nothing is executed.
Task<void> McpLoop::turnAway(const Visit &visit, Error why) const
{
    Json id;
    bool recorded = false;
    auto inbound = protocol::readInbound(visit.http().body, visit.in.headers);
    if (inbound && !inbound->batch) {
        protocol::Message &message = inbound->messages.front();
        id = message.id;
        const auto method = protocol::findMethod(message.method, inbound->era);
        const auto operation = method ? operationOf(*method) : std::nullopt;
        if (operation && message.kind == protocol::MessageKind::Request) {
            auto name = protocol::checkParams(*method, message.params).value_or(QByteArray());
            auto attempt =
                callRequest(visit, *operation, std::move(name), std::move(message.params));
            attempt.stop = stopped();
            co_await m_services.run(std::move(attempt));
            recorded = true;
        }
    }
    if (!recorded)
        m_services.countFailedAuthentication();

    McpAnswer answer = answerError(id, toRpcError(why));
    if (why.code == ErrorCode::Unauthenticated)
        answer.headers.push_back(bearerChallenge(!visit.in.bearer.isEmpty()));
    else
        answer.httpStatus = 403; // no other token of the same client would help: no challenge
    reply(visit, std::move(answer));
}

Task<void> McpLoop::post(Visit &visit)
{
    auto inbound = protocol::readInbound(visit.http().body, visit.in.headers);
    if (!inbound) {
        replyError(visit, inbound.error().error, inbound.error().id);
        co_return;
    }
    if (inbound->era == protocol::Era::Legacy) {
        co_await postLegacy(visit, std::move(*inbound));
        co_return;
    }
    if (inbound->messages.front().kind == protocol::MessageKind::Notification) {
        reply(visit, {.httpStatus = 202, .body = {}, .headers = {}});
        co_return; // the modern era has none that we act on
    }
    visit.envelope = std::move(inbound->envelope);
    if (inbound->messages.front().method == "subscriptions/listen") {
        co_await listen(visit, std::move(inbound->messages.front()));
        co_return;
    }
    const auto mark =
        m_services.presence.seen(visit.owner(), visit.agent(), visit.exchange->transport());
    co_await serveRequest(visit, protocol::Era::Modern, std::move(inbound->messages.front()));
}

Task<void> McpLoop::serveRequest(const Visit &visit, protocol::Era era, protocol::Message message)
{
    const bool modern = era == protocol::Era::Modern;
    const auto call = std::make_shared<McpCall>(
        visit.exchange,
        McpCall::Options{.headers = {{QByteArrayLiteral("X-Request-Id"), visit.in.requestId.value}},
                         .acceptsJson = visit.in.acceptsJson,
                         .acceptsEvents = visit.in.acceptsEvents,
                         .progressToken = protocol::progressTokenOf(message.params),
                         .logLevel = modern ? visit.envelope.logLevel
                                            : std::optional(visit.session->logLevel()),
                         .events = visit.events(),
                         .primes = !modern && visit.session->facts().revision.primesStreams});
    const QByteArray key = modern ? QByteArray() : message.id.toBytes();
    if (modern) {
        // The only way to cancel that this era has. A legacy client says so; that it is gone means nothing.
        visit.exchange->onClosed([weak = std::weak_ptr(call)] {
            if (const auto gone = weak.lock())
                gone->stop().request_stop();
        });
    } else if (!visit.session->beginCall(key, call->stop())) {
        replyError(visit,
                   {400,
                    protocol::code::InvalidRequest,
                    "Invalid request: its id is in use, or too many requests are in flight",
                    {}},
                   message.id);
        co_return;
    }

    m_calls.insert(call.get());
    const McpAnswer answered = co_await answer(visit, era, std::move(message), call);
    m_calls.erase(call.get());
    if (visit.session)
        visit.session->endCall(key);
    call->answer(answered.httpStatus, answered.body, answered.headers);
}

Task<McpAnswer> McpLoop::answer(const Visit &visit, protocol::Era era, protocol::Message message,
                                std::shared_ptr<McpCall> call)
{
    const auto method = protocol::findMethod(message.method, era);
    if (!method)
        co_return answerError(message.id, protocol::unknownMethod(message.method, era));
    auto name = protocol::checkParams(*method, message.params);
    if (!name)
        co_return answerError(message.id, name.error());
    McpQuestion question{era, *method, message.id, std::move(*name), std::move(message.params)};
    const auto operation = operationOf(*method);
    if (protocol::isOfTasks(*method)) {
        if (!m_tasks || (era == protocol::Era::Legacy && !visit.hasLegacyTasks()))
            co_return answerError(question.id, protocol::unknownMethod(message.method, era));
        co_return co_await answerOfTask(visit, question, std::move(call));
    }
    if (!operation) {
        if (*method == protocol::Method::Discover)
            co_return answerResult(question,
                                   protocol::discoverResult(m_services.instructions, extensions()));
        co_return answerInSession(visit, question);
    }
    if (*method == protocol::Method::Subscribe)
        co_return co_await subscribe(visit, question);
    if (const auto checked = checkParameters(visit, question); !checked)
        co_return answerError(question.id, checked.error());
    auto answers = era == protocol::Era::Modern ? protocol::inputAnswersOf(*method, question.params)
                                                : protocol::InputAnswers();
    if (!answers)
        co_return answerError(question.id, answers.error());
    // What answers the question reads its parameters again: to cut a page out of a list, and for tasks of sessions.
    const bool readsAgain = calls::isList(*operation) || era == protocol::Era::Legacy;
    Json params = readsAgain ? question.params : std::move(question.params);
    auto request = callRequest(visit, *operation, question.name, std::move(params));
    request.inputResponses = std::move(answers->responses);
    request.requestState = std::move(answers->state);
    if (call) {
        request.stop = call->stop().get_token();
        request.notify = call->notifier(m_notifications.sender());
        request.releaseStream = call->releaser(m_notifications.sender());
    }
    if (era == protocol::Era::Legacy) {
        auto asker = call ? call->asker() : McpCall::Asker();
        co_return co_await answerInLegacy(visit, question, std::move(asker), std::move(request));
    }
    if (m_tasks && *method == protocol::Method::CallTool
        && protocol::knowsTasks(request.clientCapabilities))
        co_return co_await m_tasks->call(visit.taskOwner(), question, std::move(request));
    co_return answerReply(question, co_await m_services.run(std::move(request)));
}

Task<McpAnswer> McpLoop::answerOfTask(const Visit &visit, McpQuestion question,
                                      std::shared_ptr<McpCall> call) const
{
    if (visit.session) {
        auto request =
            callRequest(visit, calls::Operation::UpdateTask, question.name, question.params);
        request.stop = call ? call->stop().get_token() : std::stop_token();
        auto asker = call ? call->asker() : McpCall::Asker();
        co_return co_await m_legacyTasks->serve(visit.session, std::move(question),
                                                std::move(asker), std::move(request));
    }
    if (!protocol::knowsTasks(visit.envelope.clientCapabilities))
        co_return answerError(question.id, protocol::tasksNotDeclared());
    if (question.method == protocol::Method::GetTask)
        co_return co_await m_tasks->get(visit.taskOwner(), std::move(question));
    auto request =
        callRequest(visit, *operationOf(question.method), question.name, question.params);
    co_return co_await m_tasks->act(std::move(question), std::move(request));
}

Json McpLoop::extensions() const
{
    return m_tasks ? protocol::tasksCapability()["extensions"] : Json::object();
}

// Mcp-Param-* belongs to the modern era's tools/call.
protocol::Checked<void> McpLoop::checkParameters(const Visit &visit,
                                                 const McpQuestion &question) const
{
    if (question.era != protocol::Era::Modern || question.method != protocol::Method::CallTool
        || visit.exchange->transport() != "http") // others have no headers for proxies to read
        return {};
    const auto declared = m_services.parameterHeaders(visit.principal.tenant, question.name);
    if (declared.empty())
        return {};
    const auto header = [&](QByteArrayView headerName) -> std::optional<QByteArray> {
        const auto value = visit.http().headers.find(headerName);
        return value ? std::optional(value->toByteArray()) : std::nullopt;
    };
    return protocol::checkParameterHeaders(declared, question.params["arguments"], header);
}

calls::CallRequest McpLoop::callRequest(const Visit &visit, calls::Operation operation,
                                        QByteArray name, Json params) const
{
    QByteArray workflowId = visit.in.workflowId;
    if (workflowId.isEmpty())
        workflowId = protocol::workflowIdOf(params);
    return {.operation = operation,
            .credential = visit.credential,
            .tenant = visit.in.tenant,
            .name = std::move(name),
            .params = std::move(params),
            .agent = visit.agent(),
            .requestId = visit.in.requestId,
            .workflowId = std::move(workflowId),
            .sessionId = visit.session ? visit.session->facts().publicId : QByteArray(),
            .transport = visit.exchange->transport().toByteArray(),
            .peerAddress = visit.http().peerAddress,
            .received = visit.http().received,
            .stop = {},
            .notify = {},
            .clientCapabilities = visit.session ? visit.session->facts().capabilities
                                                : visit.envelope.clientCapabilities,
            .logLevel = visit.logLevel(),
            .wantsLogs = visit.session ? visit.session->choseLogLevel()
                                       : visit.envelope.logLevel.has_value()};
}

QByteArray McpLoop::Visit::logLevel() const
{
    const auto level = session ? std::optional(session->logLevel()) : envelope.logLevel;
    return level ? protocol::nameOf(*level).toByteArray() : QByteArray();
}

std::shared_ptr<EventLog> McpLoop::Visit::events() const
{
    if (!session || exchange->transport() != "http")
        return nullptr;
    return {session, &session->events()};
}

QByteArray McpLoop::Visit::agent() const
{
    QByteArray claimed = session ? session->facts().agent : envelope.agent;
    if (claimed.isEmpty())
        claimed = protocol::asciiOf(http().header("User-Agent"), agentBytesMax);
    return claimed;
}

void McpLoop::reply(const Visit &visit, McpAnswer answer) const
{
    HttpReply http{answer.httpStatus, {{"X-Request-Id", visit.in.requestId.value}}, {}};
    if (!answer.body.isEmpty())
        http.headers.push_back({"Content-Type", "application/json"});
    if (answer.httpStatus == 405)
        http.headers.push_back({"Allow", "GET, POST, DELETE"});
    http.headers.insert(http.headers.end(), answer.headers.begin(), answer.headers.end());
    http.body = std::move(answer.body);
    visit.exchange->reply(std::move(http));
}

void McpLoop::replyError(const Visit &visit, const protocol::RpcError &error, const Json &id) const
{
    reply(visit, answerError(id, error));
}

RequestId McpLoop::newRequestId()
{
    return RequestId(m_requestIdPrefix + '-' + QByteArray::number(++m_requests));
}

} // namespace provost::gateway
