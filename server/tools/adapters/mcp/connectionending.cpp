// The part of Connection by which requests end: with an answer, at their deadline, or because nobody waits any more.
#include "server/protocol/jsonrpc.h"
#include "server/tools/adapters/mcp/connection.h"

#include <QTimer>
#include <QTimerEvent>

namespace provost::tools::mcp {

namespace {

constexpr std::chrono::milliseconds cancelPatience{10'000}; // for the answer to tasks/cancel

} // namespace

void Connection::cancel(Transport::RequestId id)
{
    const auto entry = std::find_if(m_pending.begin(), m_pending.end(), [id](const auto &keyed) {
        const Pending &pending = keyed.second;
        return !pending.isParked
               && id == (pending.round != Transport::NoRequest ? pending.round : keyed.first);
    });
    if (entry != m_pending.end())
        abandon(entry->first, "the caller cancelled the request",
                {ErrorCode::Cancelled, QStringLiteral("the caller cancelled the call")});
}

void Connection::giveUp(Transport::RequestId id)
{
    const auto entry = m_pending.find(id);
    if (entry != m_pending.end() && entry->second.isParked)
        abandon(id, "nobody answered the server's questions",
                {ErrorCode::Timeout, QStringLiteral("nobody answered in time")});
}

void Connection::timerEvent(QTimerEvent *event)
{
    const auto timer = m_timers.find(event->timerId());
    if (timer != m_timers.end())
        abandon(timer->second, "the deadline of the request passed",
                {ErrorCode::Timeout, QStringLiteral("the server did not answer in time")});
}

// What the server does for the request shall end with it, and a task is no part of the request that made it.
void Connection::abandon(Transport::RequestId id, QByteArrayView reason, Error why)
{
    const Pending &pending = m_pending.at(id);
    const Request &request = pending.request;
    const bool serverHasIt = m_state == State::Ready && pending.handshake != 0;
    if (serverHasIt && pending.early) {
        if (const Result<Answer> &early = *pending.early; early && early->taskOn)
            cancelTask(early->result["taskId"].toByteArray());
    } else if (serverHasIt && m_session.era == Era::Legacy && request.params.contains("task")) {
        // `notifications/cancelled` would not end a task that there is already, but might keep its id from us.
        awaitTask(id);
    } else if (serverHasIt) {
        tellCancelled(id, reason);
        if (m_session.era == Era::Modern && !hasStreams() && request.method == "tools/call")
            awaitTask(id); // its answer may be on its way
    }
    // The task goes on whether or not the server was asked for its result yet.
    if (m_session.era == Era::Legacy && request.method == "tasks/result" && !pending.early)
        cancelTask(request.params["taskId"].toByteArray());
    finish(id, {fail(std::move(why))});
}

void Connection::awaitTask(Transport::RequestId id)
{
    m_awaited.insert(id);
    QTimer::singleShot(m_options.taskPatience, this, [this, id] {
        if (m_awaited.count(id) != 0 && m_session.era == Era::Legacy)
            tellCancelled(id, "nobody waits for the answer");
        endWaiting(id);
    });
}

bool Connection::endWaiting(Transport::RequestId id)
{
    if (m_awaited.erase(id) == 0)
        return false;
    m_transport->release(id);
    return true;
}

void Connection::onLateResult(const Json &result)
{
    const bool isModern = m_session.era == Era::Modern;
    const Json &task = isModern ? result : result["task"];
    if (task["taskId"].isString() && (!isModern || result["resultType"].toByteArray() == "task"))
        cancelTask(task["taskId"].toByteArray());
}

void Connection::cancelTask(const QByteArray &taskId)
{
    request({
        .id = m_ids++,
        .method = "tasks/cancel",
        .params = Json::object({{"taskId", taskId}}),
        .deadline = QDeadlineTimer(cancelPatience),
        .notify = {},
        .resolver = {},
    });
}

void Connection::tellCancelled(Transport::RequestId id, QByteArrayView reason)
{
    if (m_session.era == Era::Modern && hasStreams())
        return; // the end of its stream says it
    sendUnasked(protocol::encodeNotification(
        "notifications/cancelled", Json::object({{"requestId", id}, {"reason", Json(reason)}})));
}

void Connection::finish(Transport::RequestId id, Outcome outcome)
{
    auto entry = m_pending.extract(id);
    if (entry.empty())
        return;
    Pending &pending = entry.mapped();
    stopDeadline(pending);
    if (m_awaited.count(id) == 0)
        m_transport->release(id);
    if (pending.step) {
        if (pending.step == Step::Initialize)
            m_initializeStatus = outcome.httpStatus;
        Reply reply{fail(ErrorCode::Internal, {}), std::move(outcome.rpcError), outcome.httpStatus};
        if (outcome.answer)
            reply.result = std::move(outcome.answer->result);
        else
            reply.result = fail(std::move(outcome.answer).error());
        pending.reply.resolve(std::move(reply));
    } else {
        pending.request.resolver.resolve(std::move(outcome.answer));
    }
    Q_EMIT answered();
    passOn(pending.questions);
    const bool levelIsKnown = id == m_levelRequest;
    if (levelIsKnown)
        m_levelRequest = Transport::NoRequest;
    if (pending.request.caller || levelIsKnown)
        transmitHeld();
}

void Connection::finishAll(const Error &error)
{
    m_awaited.clear();
    while (!m_pending.empty())
        finish(m_pending.begin()->first, {fail(error)});
}

} // namespace provost::tools::mcp
