#include "server/tools/adapters/mcp/connection.h"

#include "server/base/assert.h"
#include "server/protocol/jsonrpc.h"
#include "server/protocol/meta.h"

#include <QTimerEvent>

namespace provost::tools::mcp {

namespace {

constexpr std::size_t requestsMax = 4096;
} // namespace

Connection::Connection(std::unique_ptr<Transport> transport, ConnectionOptions options, Ids &ids)
    : m_transport(std::move(transport))
    , m_options(std::move(options))
    , m_ids(ids)
{
    connect(m_transport.get(), &Transport::received, this, &Connection::onReceived);
    connect(m_transport.get(), &Transport::garbage, this, &Connection::onGarbage);
    connect(m_transport.get(), &Transport::tooLarge, this, &Connection::onTooLarge);
    connect(m_transport.get(), &Transport::failed, this, &Connection::onFailed);
    connect(m_transport.get(), &Transport::closed, this, &Connection::onClosed);
}

Connection::~Connection()
{
    m_transport->disconnect(this);
    finishAll({ErrorCode::Unavailable, QStringLiteral("the connection to the server was ended")});
}

void Connection::open()
{
    m_transport->open();
    beginHandshake();
}

void Connection::request(Request request)
{
    PROVOST_ASSERT_THREAD(this);
    const Transport::RequestId id = request.id;
    if (Pending *pending = keep(std::move(request)); pending != nullptr && m_state == State::Ready)
        transmit(id, *pending);
}

Connection::Pending *Connection::keep(Request request)
{
    const auto refuse = [&request](const QString &why) -> Pending * {
        request.resolver.resolve(fail(ErrorCode::Unavailable, why));
        return nullptr;
    };
    if (m_state == State::Closing || m_state == State::Closed)
        return refuse(QStringLiteral("the server is not running"));
    if (m_pending.size() >= requestsMax)
        return refuse(QStringLiteral("too many calls wait for the server"));
    const auto [entry, isNew] = m_pending.try_emplace(request.id);
    PROVOST_ASSERT(isNew, return refuse(QStringLiteral("the request's id is taken")));

    Pending &pending = entry->second;
    pending.method = std::move(request.method);
    pending.params = std::move(request.params);
    pending.agentToken = protocol::progressTokenOf(pending.params);
    pending.notify = std::move(request.notify);
    pending.resolver = std::move(request.resolver);
    pending.timer =
        startTimer(std::chrono::milliseconds(request.deadline.remainingTime()), Qt::PreciseTimer);
    m_timers.emplace(pending.timer, request.id);
    return &pending;
}

void Connection::cancel(Transport::RequestId id)
{
    if (!m_pending.contains(id))
        return;
    tellCancelled(id, "the caller cancelled the request");
    finish(id, fail(ErrorCode::Cancelled, QStringLiteral("the caller cancelled the call")));
}

void Connection::close(Error why)
{
    if (m_state == State::Closing || m_state == State::Closed)
        return;
    m_state = State::Closing;
    finishAll(why);
    m_closeReason = std::move(why);
    m_transport->close();
}

void Connection::timerEvent(QTimerEvent *event)
{
    const auto timer = m_timers.find(event->timerId());
    if (timer == m_timers.end())
        return;
    const Transport::RequestId id = timer->second;
    tellCancelled(id, "the deadline of the request passed");
    finish(id, fail(ErrorCode::Timeout, QStringLiteral("the server did not answer in time")));
}

void Connection::beginHandshake()
{
    m_state = State::Handshake;
    m_transport->handshakeBegins();
    spawn(shakeHands(this, ++m_handshake));
}

Task<> Connection::shakeHands(QPointer<Connection> self, int handshake)
{
    Ask askServer = [self](QByteArray method, Json params) {
        return ask(self, std::move(method), std::move(params));
    };
    Result<Session> session = co_await negotiate(std::move(askServer));
    if (self && self->m_state == State::Handshake && self->m_handshake == handshake)
        self->endHandshake(std::move(session));
}

Task<Result<Json>> Connection::ask(QPointer<Connection> self, QByteArray method, Json params)
{
    Completion<Json> answer;
    if (self) {
        const Transport::RequestId id = self->m_ids++;
        Pending *pending = self->keep({
            .id = id,
            .method = std::move(method),
            .params = std::move(params),
            .deadline = QDeadlineTimer(self->m_options.startTimeout, Qt::PreciseTimer),
            .notify = {},
            .resolver = answer.resolver(),
        });
        if (pending != nullptr)
            self->transmit(id, *pending);
    } else {
        answer.resolver().resolve(
            fail(ErrorCode::Unavailable, QStringLiteral("the connection to the server was ended")));
    }
    co_return co_await answer;
}

void Connection::endHandshake(Result<Session> session)
{
    if (!session) {
        close(session.error());
        return;
    }
    m_session = *std::move(session);
    m_state = State::Ready;
    m_transport->handshakeEnded(m_session.protocolVersion);
    if (const QByteArray closing = handshakeClosing(m_session); !closing.isEmpty())
        sendUnasked(closing);

    std::vector<Transport::RequestId> held;
    for (const auto &[id, pending] : m_pending) {
        if (pending.handshake == 0)
            held.push_back(id);
    }
    std::sort(held.begin(), held.end());
    for (const Transport::RequestId id : held)
        transmit(id, m_pending.at(id));
    Q_EMIT ready();
}

void Connection::transmit(Transport::RequestId id, Pending &pending)
{
    pending.handshake = m_handshake;
    Json params = pending.params;
    if (const Json *agentMeta = params.find("_meta")) {
        Json meta = metaForUpstream(m_session, *agentMeta);
        if (!pending.agentToken.isNull())
            meta.set("progressToken", id);
        if (meta.members().empty())
            params.remove("_meta");
        else
            params.set("_meta", std::move(meta));
    }
    const Json message = Json::object({
        {"jsonrpc", "2.0"},
        {"id", id},
        {"method", pending.method},
        {"params", std::move(params)},
    });
    if (const auto sent = m_transport->send(id, message.toBytes()); !sent)
        finish(id, fail(sent.error()));
}

void Connection::sendUnasked(const QByteArray &message)
{
    // The server learns less than it should if this fails; nobody waits for it.
    static_cast<void>(m_transport->send(Transport::NoRequest, message));
}

void Connection::tellCancelled(Transport::RequestId id, QByteArrayView reason)
{
    const Pending &pending = m_pending.at(id);
    if (m_state != State::Ready || pending.handshake == 0)
        return;
    sendUnasked(protocol::encodeNotification(
        "notifications/cancelled", Json::object({{"requestId", id}, {"reason", Json(reason)}})));
}

void Connection::finish(Transport::RequestId id, Result<Json> answer)
{
    auto entry = m_pending.extract(id);
    if (entry.empty())
        return;
    Pending &pending = entry.mapped();
    killTimer(pending.timer);
    m_timers.erase(pending.timer);
    m_transport->release(id);
    pending.resolver.resolve(std::move(answer));
    Q_EMIT answered();
}

void Connection::finishAll(const Error &error)
{
    while (!m_pending.empty())
        finish(m_pending.begin()->first, fail(error));
}

} // namespace provost::tools::mcp
