// The part of Connection that lets a server ask: its requests become questions to the agent, and the call waits.
#include "server/tools/adapters/mcp/connection.h"

#include "server/protocol/jsonrpc.h"
#include "server/tools/adapters/mcp/requeststate.h"

#include <QTimer>

namespace provost::tools::mcp {

void Connection::onServerRequest(const Json &message, Transport::RequestId stream)
{
    const Json &id = message["id"];
    const QByteArray method = message["method"].toByteArray();
    if (method == "ping") {
        sendUnasked(protocol::encodeResult(id, Json::object()));
        return;
    }
    Pending *call = m_session.era == Era::Legacy ? callOf(stream) : nullptr;
    if (call == nullptr) {
        refuseServerRequest(id,
                            {.code = protocol::code::MethodNotFound,
                             .message = "method not found: nobody can be asked outside of a call"});
        return;
    }
    if (const auto refusal =
            Questions::refusalOf(call->request.caller->capabilities, method, message["params"])) {
        refuseServerRequest(id, *refusal);
        return;
    }
    const bool isFirst = call->questions.isEmpty();
    if (!call->questions.add(message)) {
        refuseServerRequest(
            id, {.code = protocol::code::InternalError, .message = "the call asks too much"});
        return;
    }
    // What the server asks together becomes one round.
    if (isFirst && !call->isParked)
        QTimer::singleShot(0, this, [this, callId = call->request.id] { park(callId); });
}

void Connection::refuseServerRequest(const Json &id, const protocol::RpcError &error)
{
    ++m_irregularities.refusedRequests;
    sendUnasked(protocol::encodeError(id, error));
}

// The agent's call that a message belongs to; null if that is not certain.
Connection::Pending *Connection::callOf(Transport::RequestId stream)
{
    if (stream != Transport::NoRequest) {
        const auto entry = m_pending.find(stream);
        return entry != m_pending.end() && entry->second.request.caller ? &entry->second : nullptr;
    }
    if (!m_options.ofOnePrincipal)
        return nullptr;
    Pending *only = nullptr;
    for (auto &[id, pending] : m_pending) {
        if (!pending.request.caller || pending.handshake == 0)
            continue;
        if (only != nullptr)
            return nullptr;
        only = &pending;
    }
    return only;
}

void Connection::park(Transport::RequestId id)
{
    const auto entry = m_pending.find(id);
    if (entry == m_pending.end() || entry->second.isParked || entry->second.questions.isEmpty())
        return;
    Pending &pending = entry->second;
    const auto handle = m_parkedCalls.park({this, id}, *pending.request.caller);
    if (!handle) {
        for (const Json &serverId : pending.questions.takeServerIds())
            refuseServerRequest(serverId, {.code = protocol::code::InternalError,
                                           .message = handle.error().message.toUtf8()});
        return;
    }
    pending.left = std::chrono::milliseconds(pending.request.deadline.remainingTime());
    stopDeadline(pending);
    pending.isParked = true;
    pending.request.notify = {};
    pending.request.resolver.resolve(
        Answer{.result = {},
               .needs = InputNeeded{
                   .requests = pending.questions.asked(),
                   .state = encodeState({.kind = RequestState::Kind::Parked, .text = *handle}),
               }});
    Q_EMIT answered();
}

void Connection::resume(Transport::RequestId id, Request round)
{
    const auto entry = m_pending.find(id);
    if (entry == m_pending.end() || !entry->second.isParked) {
        round.resolver.resolve(
            fail(ErrorCode::InvalidInput,
                 QStringLiteral("the call that these answers belong to has ended: make it again "
                                "without `requestState`")));
        return;
    }
    Pending &pending = entry->second;
    pending.isParked = false;
    pending.round = round.id;
    pending.agentToken = protocol::progressTokenOf(round.params);
    pending.request.notify = std::move(round.notify);
    pending.request.resolver = std::move(round.resolver);
    pending.request.caller = std::move(round.caller);
    if (pending.early) {
        finish(id, {*std::exchange(pending.early, {})});
        return;
    }
    // Only the time in which the server works counts.
    const std::chrono::milliseconds given(round.deadline.remainingTime());
    pending.request.deadline = QDeadlineTimer(std::min(pending.left, given), Qt::PreciseTimer);
    startDeadline(id, pending);
    for (const Questions::Answered &answered : pending.questions.takeAnswered(round.inputResponses))
        sendUnasked(protocol::encodeResult(answered.serverId, answered.result));
    if (!pending.questions.isEmpty())
        QTimer::singleShot(0, this, [this, id] { park(id); });
}

bool Connection::hasParked() const
{
    return std::any_of(m_pending.begin(), m_pending.end(),
                       [](const auto &keyed) { return keyed.second.isParked; });
}

} // namespace provost::tools::mcp
