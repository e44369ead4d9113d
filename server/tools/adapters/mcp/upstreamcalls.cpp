// The part of Upstream that gives each call its connection.
#include "server/tools/adapters/mcp/upstream.h"

namespace provost::tools::mcp {

using std::chrono::milliseconds;

void Upstream::onRequest(Request request)
{
    if (request.delay > milliseconds(0)) {
        const Transport::RequestId id = request.id;
        const milliseconds delay = std::exchange(request.delay, milliseconds(0));
        m_delayed.emplace(id, std::move(request));
        QTimer::singleShot(delay, this, [this, id] { onDelayOver(id); });
        return;
    }
    if (!request.handle.isEmpty()) {
        const auto place = m_parked.take(request.handle, *request.caller);
        if (place)
            place->connection->resume(place->id, std::move(request));
        else
            request.resolver.resolve(fail(place.error()));
        updateStatus();
        return;
    }
    const QByteArray tool =
        request.method == "tools/call" ? request.params["name"].toByteArray() : QByteArray();
    const auto &invalid = m_headerWishes.invalid;
    if (!tool.isEmpty() && std::find(invalid.begin(), invalid.end(), tool) != invalid.end()) {
        request.resolver.resolve(
            fail(ErrorCode::NotFound, u"unknown tool `" % QString::fromUtf8(tool) % u'`'));
        return;
    }
    if (const auto wish = m_headerWishes.tools.find(tool); wish != m_headerWishes.tools.end())
        request.parameterHeaders = wish->second;
    if (m_taskTools.required.contains(tool)
        || (request.mayBeTask && m_taskTools.optional.contains(tool)))
        request.params.set("task", Json::object());
    connectIfNeeded();
    if (!m_connection) {
        request.resolver.resolve(fail(unavailable()));
        return;
    }
    route(std::move(request));
    updateStatus();
}

void Upstream::onAbandoned(const AbandonLetter &letter)
{
    const auto place = m_parked.take(letter.handle, letter.caller);
    if (place)
        place->connection->giveUp(place->id);
    updateStatus();
}

void Upstream::onDelayOver(Transport::RequestId id)
{
    if (auto entry = m_delayed.extract(id))
        onRequest(std::move(entry.mapped()));
}

// Those who must wait for the handshake to know do so on the shared connection; see onReady().
void Upstream::route(Request request)
{
    if (request.connection)
        routeAboutTask(std::move(request));
    else if (const Transport::RequestId id = request.id; m_connectsAgain)
        m_held.emplace(id, std::move(request));
    else if (wantsOwnConnection(request))
        m_own.request(std::move(request), era());
    else
        m_connection->request(std::move(request));
}

// A server is one process or session for each connection, and none knows the tasks of another.
void Upstream::routeAboutTask(Request request)
{
    Connection *connection = m_connection && m_connection->number() == *request.connection
                                 ? m_connection.get()
                                 : m_own.find(*request.connection);
    if (connection != nullptr)
        connection->request(std::move(request));
    else
        request.resolver.resolve(
            fail(ErrorCode::Upstream,
                 QStringLiteral("the server was restarted, and knows nothing of its task")));
}

// By default where the server may say something for the call that does not come on the call's own stream: a modern one
// over HTTP has no other way, over pipes there is no stream, and a legacy one may use its session's.
bool Upstream::wantsOwnConnection(const Request &request) const
{
    if (!request.caller || m_config.connection == ConnectionRule::Shared)
        return false;
    if (m_config.connection == ConnectionRule::Principal)
        return m_connection->isReady() || m_verdict;
    if (!m_connection->isReady())
        return false;
    const Session &session = m_connection->session();
    if (session.era == Era::Modern && m_connection->hasStreams())
        return false;
    return (request.caller->wantsLogs && session.can("logging"))
           || (session.era == Era::Legacy && canBeAsked(request.caller->capabilities));
}

// By default a call for which there is no connection goes on without being asked or told anything.
void Upstream::onTurnedAway(Request request, const Error &why)
{
    if (m_config.connection == ConnectionRule::Auto && m_connection)
        m_connection->request(std::move(request));
    else
        request.resolver.resolve(fail(why));
}

Era Upstream::era() const
{
    if (m_connection && m_connection->isReady())
        return m_connection->session().era;
    return m_verdict ? m_verdict->era : Era::Legacy;
}

void Upstream::onCancel(Transport::RequestId id)
{
    for (auto *waiting : {&m_delayed, &m_held}) {
        if (auto entry = waiting->extract(id)) {
            entry.mapped().resolver.resolve(
                fail(ErrorCode::Cancelled, QStringLiteral("the caller cancelled the call")));
            return;
        }
    }
    if (m_connection)
        m_connection->cancel(id);
    m_own.cancel(id);
}

} // namespace provost::tools::mcp
