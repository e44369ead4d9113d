// The half of Connection that reads: what the server sends is taken for nothing but what it proves to be.
#include "server/tools/adapters/mcp/connection.h"

#include "server/tools/adapters/mcp/idscanner.h"
#include "server/tools/adapters/mcp/requeststate.h"
#include "server/tools/adapters/mcp/untrusted.h"

#include <QTimer>

#include <array>

namespace provost::tools::mcp {

namespace {

constexpr std::size_t batchMessagesMax = 1000;
constexpr int notificationsMax = 10'000;       // of one call
constexpr qsizetype garbageBytesMax = 1 << 20; // between two messages
constexpr qsizetype garbageCost = 64;          // of an empty line, so that these end too
constexpr std::chrono::milliseconds logPatience{25};
constexpr int urlElicitationRequired =
    -32042; // 2025-11-25: the agent is asked, and the call made again
constexpr int badRequest = 400;
constexpr int notFound = 404;
constexpr int methodNotAllowed = 405;

// A server of the modern era would have answered otherwise, so it has been replaced by a legacy one.
bool contradictsModern(const FailedExchange &exchange)
{
    static constexpr std::array<std::int64_t, 8> modernCodes{-32700, -32600, -32601, -32602,
                                                             -32603, -32020, -32021, -32022};
    if (exchange.httpStatus != badRequest && exchange.httpStatus != notFound
        && exchange.httpStatus != methodNotAllowed)
        return false;
    const auto code = exchange.rpcError["code"].toInteger();
    return !code || std::find(modernCodes.begin(), modernCodes.end(), *code) == modernCodes.end();
}

bool mayNeedInput(const QByteArray &method)
{
    return method == "tools/call" || method == "resources/read" || method == "prompts/get";
}

// The questions of an error that says that the agent has to open addresses first.
Json urlQuestions(const Json &error)
{
    Json requests = Json::object();
    int count = 0;
    for (const Json &elicitation : error["data"]["elicitations"].items())
        requests.set(QByteArray("elicitation_" + QByteArray::number(++count)),
                     Json::object({{"method", "elicitation/create"}, {"params", elicitation}}));
    return requests;
}

} // namespace

void Connection::onReceived(const QByteArray &text, Transport::RequestId stream)
{
    const auto message = Json::parse(text, {.bytesMax = m_options.messageBytesMax});
    if (!message) {
        IdScanner scanner;
        scanner.feed(text);
        if (const auto id = scanner.id())
            conclude(*id,
                     {fail(ErrorCode::Upstream, QStringLiteral("the server's answer is not valid: ")
                                                    + message.error().message)});
        onGarbage(text.size());
        return;
    }
    if (!message->isArray()) {
        onMessage(*message, stream);
        return;
    }
    if (!m_session.batches || message->items().size() > batchMessagesMax) {
        onGarbage(text.size());
        return;
    }
    for (const Json &item : message->items())
        onMessage(item, stream);
}

void Connection::onMessage(const Json &message, Transport::RequestId stream)
{
    if (m_state == State::Closing || m_state == State::Closed)
        return;
    const bool isRequest = message["method"].isString();
    if (message["jsonrpc"].toByteArray() != "2.0" || (!isRequest && !message.contains("id"))) {
        onGarbage(garbageCost);
        return;
    }
    m_garbageBytes = 0;
    if (!isRequest)
        onAnswer(message);
    else if (message.contains("id"))
        onServerRequest(message, stream);
    else
        onNotification(message, stream);
}

void Connection::onAnswer(const Json &message)
{
    const auto id = message["id"].toInteger();
    const auto entry = id ? m_pending.find(*id) : m_pending.end();
    if (id && endWaiting(*id)) {
        onLateResult(message["result"]);
        return;
    }
    if (entry == m_pending.end() || entry->second.early) {
        const bool wasOurs = id && *id > Transport::NoRequest && *id < m_ids;
        ++(wasOurs ? m_irregularities.lateAnswers : m_irregularities.unknownAnswers);
        return;
    }
    Pending &pending = entry->second;
    const Json &error = message["error"];
    Outcome outcome{fail(ErrorCode::Upstream,
                         QStringLiteral("the server's answer has neither a result nor an error"))};
    if (!error.isNull()) {
        // The tool wants other headers than it did when the lists were read.
        if (error["code"].toInteger() == protocol::code::HeaderMismatch)
            Q_EMIT listChanged();
        // It was a legacy server when it was last asked.
        if (m_session.era == Era::Legacy && !pending.step && !pending.repeated
            && saysModern(error)) {
            m_era.reset();
            repeat(*id, pending);
            return;
        }
        const bool opensUrls =
            pending.request.caller && mayNeedInput(pending.request.method)
            && pending.request.caller->capabilities["elicitation"]["url"].isObject();
        const Json questions = error["code"].toInteger() == urlElicitationRequired && opensUrls
                                   ? urlQuestions(error)
                                   : Json();
        const Json &required = error["data"]["requiredCapabilities"];
        if (pending.request.caller && !required.members().empty()
            && error["code"].toInteger() == protocol::code::MissingClientCapability)
            outcome = {Answer{.result = {}, .requiredCapabilities = required}};
        else if (questions.members().empty())
            outcome = {fail(errorOf(error, m_options.secrets)), error};
        else
            outcome = {Answer{
                .result = {},
                .needs = InputNeeded{.requests = questions,
                                     .state = encodeState({.kind = RequestState::Kind::Repeat})}}};
    } else if (message["result"].isObject()) {
        outcome = {readResult(pending, message["result"])};
    }
    conclude(*id, std::move(outcome));
}

Result<Answer> Connection::readResult(const Pending &pending, Json result) const
{
    if (pending.step)
        return Answer{std::move(result)};
    if (m_session.era == Era::Legacy) {
        const bool isTask =
            pending.request.params.contains("task") && result["task"]["taskId"].isString();
        return isTask ? Answer{.result = result["task"], .taskOn = number()}
                      : Answer{.result = std::move(result)};
    }
    const QByteArray method = pending.request.method;
    const QByteArray type = result["resultType"].toByteArray();
    if (type == "task" && method == "tools/call")
        return Answer{std::move(result)};
    if (type == "input_required" && mayNeedInput(method)
        && (result["inputRequests"].isObject() || result["requestState"].isString())) {
        InputNeeded needs;
        if (const Json &requests = result["inputRequests"]; requests.isObject())
            needs.requests = requests;
        if (const Json &state = result["requestState"]; state.isString())
            needs.state =
                encodeState({.kind = RequestState::Kind::Server, .text = state.toByteArray()});
        return Answer{.result = {}, .needs = std::move(needs)};
    }
    // One that is missing means that the result is complete.
    if (!type.isEmpty() && type != "complete")
        return fail(ErrorCode::Upstream,
                    QStringLiteral("the server's answer is of a kind that is not known here"));
    result.remove("resultType");
    return Answer{std::move(result)};
}

void Connection::onNotification(const Json &message, Transport::RequestId stream)
{
    const QByteArray method = message["method"].toByteArray();
    const Json &params = message["params"];
    if (method == "notifications/progress") {
        onProgress(params);
    } else if (method == "notifications/tools/list_changed"
               || method == "notifications/resources/list_changed"
               || method == "notifications/prompts/list_changed") {
        Q_EMIT listChanged();
    } else if (method == "notifications/resources/updated") {
        Q_EMIT resourceUpdated(params["uri"].toByteArray());
    } else if (method == "notifications/cancelled") {
        for (auto &[id, pending] : m_pending)
            pending.questions.remove(params["requestId"]);
    } else if (method == "notifications/message"
               || method == "notifications/elicitation/complete") {
        onCallNotification(method, params, stream);
    } else if (method == "notifications/subscriptions/acknowledged") {
        const Json &id = params["_meta"]["io.modelcontextprotocol/subscriptionId"];
        Q_EMIT listening(id.toInteger().value_or(stream));
    } else {
        ++m_irregularities.strayNotifications;
    }
}

void Connection::onProgress(const Json &params)
{
    const auto token = params["progressToken"].toInteger();
    const auto entry = token ? m_pending.find(*token) : m_pending.end();
    if (entry == m_pending.end() || entry->second.agentToken.isNull()
        || entry->second.notified >= notificationsMax) {
        ++m_irregularities.strayNotifications;
        return;
    }
    Pending &pending = entry->second;
    ++pending.notified;
    Json forAgent = params;
    forAgent.set("progressToken", pending.agentToken);
    if (pending.request.notify)
        pending.request.notify("notifications/progress", std::move(forAgent));
}

void Connection::onCallNotification(const QByteArray &method, const Json &params,
                                    Transport::RequestId stream)
{
    const bool isLog = method == "notifications/message";
    m_logsOnCalls = m_logsOnCalls || (isLog && stream != Transport::NoRequest);
    const auto level = isLog ? protocol::logLevelOf(params["level"].toByteArray()) : std::nullopt;
    const auto wants = [isLog, level](const Pending &pending) {
        const auto wanted = protocol::logLevelOf(pending.request.caller->logLevel);
        return !isLog || (wanted && level && *level >= *wanted);
    };
    Pending *call = callOf(stream, [&wants](const Pending &pending) {
        return wants(pending) && !pending.isParked ? 0 : 1;
    });
    if (call == nullptr || call->notified >= notificationsMax) {
        ++m_irregularities.strayNotifications;
        return;
    }
    if (!wants(*call))
        return;
    ++call->notified;
    if (call->request.notify)
        call->request.notify(method, params);
}

// The server's last word on a request; the first one counts. A call that is parked learns it in its next round.
void Connection::conclude(Transport::RequestId id, Outcome outcome)
{
    const auto entry = m_pending.find(id);
    if (entry == m_pending.end() || entry->second.early)
        return;
    Pending &pending = entry->second;
    if (!pending.isParked && !mayBeFollowedByLogs(pending)) {
        finish(id, std::move(outcome));
        return;
    }
    stopDeadline(pending);
    m_transport->release(id);
    pending.early = std::move(outcome.answer);
    if (!pending.isParked)
        QTimer::singleShot(logPatience, this, [this, id] { endEarly(id); });
}

// A server that logs on its session's stream did so before it answered, but the two streams race each other here.
bool Connection::mayBeFollowedByLogs(const Pending &pending) const
{
    return m_options.ofOnePrincipal && m_session.era == Era::Legacy && hasStreams()
           && !m_logsOnCalls && m_session.can("logging") && pending.request.caller
           && pending.request.caller->wantsLogs;
}

void Connection::onGarbage(qsizetype bytes)
{
    ++m_irregularities.garbage;
    m_garbageBytes += bytes + garbageCost;
    if (m_garbageBytes > garbageBytesMax)
        close({ErrorCode::Upstream, QStringLiteral("the server writes what is not MCP")});
}

void Connection::onTooLarge(Transport::RequestId id)
{
    ++m_irregularities.tooLarge;
    conclude(
        id, {fail(ErrorCode::TooLarge, QStringLiteral("the server's answer is larger than %1 bytes")
                                           .arg(m_options.messageBytesMax))});
}

void Connection::onFailed(Transport::RequestId id, const FailedExchange &exchange)
{
    if (id == Transport::NoRequest && exchange.failure == Failure::Session
        && m_state == State::Ready)
        beginHandshake();
    endWaiting(id);
    const auto entry = m_pending.find(id);
    if (entry == m_pending.end())
        return;
    Pending &pending = entry->second;
    if (pending.isParked) {
        conclude(id, {fail(exchange.error)});
        return;
    }
    const bool wasReplaced =
        !pending.step && m_session.era == Era::Modern && contradictsModern(exchange);
    if (pending.step || pending.repeated || m_state == State::Closing
        || (exchange.failure == Failure::Exchange && !wasReplaced)) {
        finish(id, {fail(exchange.error), exchange.rpcError, exchange.httpStatus});
        return;
    }
    if (wasReplaced)
        m_era.reset();
    repeat(id, pending);
}

void Connection::onClosed(const Error &error)
{
    if (m_state == State::Closed)
        return;
    m_endedWhenProbed = m_state == State::Handshake
                        && std::any_of(m_pending.begin(), m_pending.end(), [](const auto &keyed) {
                               return keyed.second.step == Step::Probe;
                           });
    const Error reason = m_closeReason.value_or(error);
    if (m_state == State::Handshake)
        Q_EMIT handshakeFailed(reason);
    m_state = State::Closed;
    finishAll(reason);
    Q_EMIT closed(reason);
}

} // namespace provost::tools::mcp
