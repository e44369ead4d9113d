// The half of Connection that reads: what the server sends is taken for nothing but what it proves to be.
#include "server/tools/adapters/mcp/connection.h"

#include "server/protocol/jsonrpc.h"
#include "server/tools/adapters/mcp/idscanner.h"
#include "server/tools/adapters/mcp/untrusted.h"

namespace provost::tools::mcp {

namespace {

constexpr std::size_t batchMessagesMax = 1000;
constexpr int progressMax = 10'000;            // of one call
constexpr qsizetype garbageBytesMax = 1 << 20; // between two messages
constexpr qsizetype garbageCost = 64;          // of an empty line, so that these end too

} // namespace

void Connection::onReceived(const QByteArray &text)
{
    const auto message = Json::parse(text, {.bytesMax = m_options.messageBytesMax});
    if (!message) {
        IdScanner scanner;
        scanner.feed(text);
        if (const auto id = scanner.id())
            finish(*id,
                   fail(ErrorCode::Upstream, QStringLiteral("the server's answer is not valid: ")
                                                 + message.error().message));
        onGarbage(text.size());
        return;
    }
    if (!message->isArray()) {
        onMessage(*message);
        return;
    }
    if (!m_session.batches || message->items().size() > batchMessagesMax) {
        onGarbage(text.size());
        return;
    }
    for (const Json &item : message->items())
        onMessage(item);
}

void Connection::onMessage(const Json &message)
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
        onServerRequest(message);
    else
        onNotification(message);
}

void Connection::onAnswer(const Json &message)
{
    const auto id = message["id"].toInteger();
    if (!id || !m_pending.contains(*id)) {
        const bool wasOurs = id && *id > Transport::NoRequest && *id < m_ids;
        ++(wasOurs ? m_irregularities.lateAnswers : m_irregularities.unknownAnswers);
        return;
    }
    if (message.contains("error"))
        finish(*id, fail(errorOf(message["error"])));
    else if (message["result"].isObject())
        finish(*id, message["result"]);
    else
        finish(*id, fail(ErrorCode::Upstream,
                         QStringLiteral("the server's answer has neither a result nor an error")));
}

void Connection::onServerRequest(const Json &message)
{
    const Json &id = message["id"];
    if (message["method"].toByteArray() == "ping") {
        sendUnasked(protocol::encodeResult(id, Json::object()));
        return;
    }
    ++m_irregularities.refusedRequests;
    const protocol::RpcError refusal{.code = protocol::code::MethodNotFound,
                                     .message = "method not found"};
    sendUnasked(protocol::encodeError(id, refusal));
}

void Connection::onNotification(const Json &message)
{
    const QByteArray method = message["method"].toByteArray();
    if (method == "notifications/progress") {
        onProgress(message["params"]);
    } else if (method == "notifications/tools/list_changed"
               || method == "notifications/resources/list_changed"
               || method == "notifications/prompts/list_changed") {
        Q_EMIT listChanged();
    } else {
        // Without a call that it belongs to (logging, updates): nobody may be told.
        ++m_irregularities.strayNotifications;
    }
}

void Connection::onProgress(const Json &params)
{
    const auto token = params["progressToken"].toInteger();
    const auto entry = token ? m_pending.find(*token) : m_pending.end();
    if (entry == m_pending.end() || entry->second.agentToken.isNull()
        || entry->second.progressSeen >= progressMax) {
        ++m_irregularities.strayNotifications;
        return;
    }
    Pending &pending = entry->second;
    ++pending.progressSeen;
    Json forAgent = params;
    forAgent.set("progressToken", pending.agentToken);
    if (pending.notify)
        pending.notify("notifications/progress", std::move(forAgent));
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
    finish(id,
           fail(ErrorCode::TooLarge, QStringLiteral("the server's answer is larger than %1 bytes")
                                         .arg(m_options.messageBytesMax)));
}

void Connection::onFailed(Transport::RequestId id, const Error &error, Failure failure)
{
    if (id == Transport::NoRequest && failure == Failure::Session && m_state == State::Ready)
        beginHandshake();
    const auto entry = m_pending.find(id);
    if (entry == m_pending.end())
        return;
    Pending &pending = entry->second;
    if (failure == Failure::Exchange || pending.repeated || m_state == State::Closing) {
        finish(id, fail(error));
        return;
    }
    // The server refused before doing anything, so the request may be sent once more under a new session.
    pending.repeated = true;
    const bool sessionIsCurrent = pending.handshake == m_handshake;
    pending.handshake = 0;
    m_transport->release(id);
    if (m_state == State::Ready && sessionIsCurrent)
        beginHandshake();
    else if (m_state == State::Ready)
        transmit(id, pending);
}

void Connection::onClosed(const Error &error)
{
    if (m_state == State::Closed)
        return;
    m_state = State::Closed;
    const Error reason = m_closeReason.value_or(error);
    finishAll(reason);
    Q_EMIT closed(reason);
}

Error Connection::errorOf(const Json &error) const
{
    const auto code = error["code"].toInteger().value_or(0);
    const QString words = untrustedLine(error["message"].toByteArray(), m_options.secrets);
    const QString message =
        QStringLiteral("the server answered with error %1: %2").arg(QString::number(code), words);
    switch (code) {
    case protocol::code::InvalidParams: return {ErrorCode::InvalidInput, message};
    case protocol::code::MethodNotFound:
    case protocol::code::LegacyResourceNotFound: return {ErrorCode::NotFound, message};
    default: return {ErrorCode::Upstream, message};
    }
}

} // namespace provost::tools::mcp
