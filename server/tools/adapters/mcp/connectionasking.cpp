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
    Pending *call = m_session.era == Era::Legacy ? callOf(stream, rankForQuestion) : nullptr;
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
    const auto scope =
        stream == Transport::NoRequest ? Questions::Scope::Session : Questions::Scope::Call;
    if (!call->questions.add(message, scope)) {
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

// First come those whose agent can be asked at once.
int Connection::rankForQuestion(const Pending &pending)
{
    if (pending.early)
        return 3;
    if (pending.isParked)
        return 2;
    return pending.questions.isEmpty() ? 0 : 1;
}

Connection::Pending *Connection::callOf(Transport::RequestId stream, const Rank &rank)
{
    if (stream != Transport::NoRequest) {
        const auto entry = m_pending.find(stream);
        return entry != m_pending.end() && entry->second.request.caller ? &entry->second : nullptr;
    }
    if (!m_options.ofOnePrincipal)
        return nullptr;
    if (hasStreams())
        Q_EMIT ambiguous();
    Pending *best = nullptr;
    std::pair<int, Transport::RequestId> bestRank;
    for (auto &[id, pending] : m_pending) {
        if (!isUnderWay(pending))
            continue;
        if (const std::pair mine(rank(pending), id); best == nullptr || mine < bestRank) {
            best = &pending;
            bestRank = mine;
        }
    }
    return best;
}

void Connection::park(Transport::RequestId id)
{
    const auto entry = m_pending.find(id);
    if (entry == m_pending.end() || entry->second.isParked || entry->second.early
        || entry->second.questions.isEmpty())
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
                   .requests = pending.questions.ask(),
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
    // Even if the call has its answer: the question may have been another one's.
    for (const Questions::Answered &answered : pending.questions.takeAnswered(round.inputResponses))
        sendUnasked(protocol::encodeResult(answered.serverId, answered.result));
    if (pending.early) {
        endEarly(id);
        return;
    }
    // Only the time in which the server works counts.
    const std::chrono::milliseconds given(round.deadline.remainingTime());
    pending.request.deadline = QDeadlineTimer(std::min(pending.left, given), Qt::PreciseTimer);
    startDeadline(id, pending);
    if (!pending.questions.isEmpty())
        QTimer::singleShot(0, this, [this, id] { park(id); });
}

// What the server asked on its session's stream may be for another call than that which has ended. What the agent was
// asked in vain is not asked once more.
void Connection::passOn(Questions &questions)
{
    if (m_state != State::Ready)
        return;
    for (const Questions::Leftover &leftover : questions.takeOfSession()) {
        if (leftover.wasAsked)
            refuseServerRequest(
                leftover.serverRequest["id"],
                {.code = protocol::code::InternalError, .message = "nobody answered"});
        else
            onServerRequest(leftover.serverRequest, Transport::NoRequest);
    }
}

void Connection::endEarly(Transport::RequestId id)
{
    const auto entry = m_pending.find(id);
    if (entry != m_pending.end() && entry->second.early && !entry->second.isParked)
        finish(id, {*std::exchange(entry->second.early, {})});
}

bool Connection::hasParked() const
{
    return std::any_of(m_pending.begin(), m_pending.end(),
                       [](const auto &keyed) { return keyed.second.isParked; });
}

} // namespace provost::tools::mcp
