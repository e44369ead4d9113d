#include "server/gateway/connectionguard.h"

#include "server/base/assert.h"
#include "server/gateway/httpexchange.h"
#include "server/gateway/loopcore.h"
#include "server/gateway/replyencoder.h"

#include <sys/socket.h>

#include <algorithm>
#include <cstring>

namespace provost::gateway {

namespace {

constexpr MonotonicTime never = MonotonicTime::max();

} // namespace

ConnectionGuard::ConnectionGuard(GuardedSocket &socket, LoopCore &core, QByteArray peerAddress)
    : m_socket(socket)
    , m_core(core)
    , m_peerAddress(std::move(peerAddress))
    , m_scanner(core.options().limits)
{
    m_deadline = m_core.clock().monotonic() + m_core.options().timeouts.idle;
    m_core.enter(*this);
}

ConnectionGuard::~ConnectionGuard()
{
    onDisconnected();
    m_core.leave(*this);
}

void ConnectionGuard::onReadyRead()
{
    // QtHttpServer opens a transaction whenever it looks for a request; while one is open, reading keeps the bytes.
    if (m_socket.isTransactionStarted())
        m_socket.commitTransaction();
    if (m_state == State::Receiving && !m_ahead.isEmpty())
        scan(std::exchange(m_ahead, {}));
    const auto scratch = m_core.scratch();
    while (m_socket.bytesAvailable() > 0) {
        const qint64 count = m_socket.readRaw(scratch.data(), qint64(scratch.size()));
        if (count <= 0)
            break;
        receive({scratch.data(), qsizetype(count)});
    }
}

void ConnectionGuard::receive(QByteArrayView bytes)
{
    switch (m_state) {
    case State::Receiving: scan(bytes); break;
    case State::LetThrough:
    case State::Answering: keepAhead(bytes); break;
    case State::GivenAway:
    case State::Lingering: break;
    }
}

void ConnectionGuard::scan(QByteArrayView bytes)
{
    const bool wasEmpty = m_scanner.isEmpty();
    const qsizetype taken = m_scanner.feed(bytes);
    if (m_scanner.refusal())
        return refuse(*m_scanner.refusal());
    if (m_scanner.isComplete()) {
        keepAhead(bytes.sliced(taken));
        return letThrough();
    }
    const auto &timeouts = m_core.options().timeouts;
    if (wasEmpty && !m_scanner.isEmpty())
        m_deadline = m_core.clock().monotonic() + timeouts.header;
    if (m_scanner.isInBody() && !m_inBody) {
        m_inBody = true;
        m_deadline = m_core.clock().monotonic() + timeouts.body;
        if (m_scanner.awaitsContinue())
            write(QByteArrayLiteral("HTTP/1.1 100 Continue\r\n\r\n"));
    }
}

void ConnectionGuard::keepAhead(QByteArrayView bytes)
{
    const qsizetype room = m_core.options().limits.pipelinedBytesMax - m_ahead.size();
    m_ahead.append(bytes.first(std::min(room, bytes.size())));
    // RFC 9112 9.3.2: a client that pipelines must bear that the connection ends after any answer.
    if (bytes.size() > room)
        m_keepAlive = false;
}

void ConnectionGuard::letThrough()
{
    m_request = m_scanner.take();
    m_request.request.peerAddress = m_peerAddress;
    m_request.request.received = m_core.clock().monotonic();
    m_keepAlive = m_keepAlive && m_request.keepAlive && !m_core.isDraining();
    m_inBody = false;
    m_deadline = never;
    m_state = State::LetThrough;

    m_socket.announce();
}

std::shared_ptr<HttpExchange> ConnectionGuard::makeExchange()
{
    // Whatever QtHttpServer made of the stand-in: exactly the request that was let through is answered, and nothing of
    // the stand-in is left for the next.
    PROVOST_ASSERT(m_state == State::LetThrough && m_socket.bytesAvailable() == 0, {
        abort();
        return nullptr;
    });
    m_state = State::Answering;
    auto exchange = std::make_shared<HttpExchange>(*this, std::move(m_request));
    m_exchange = exchange.get();
    return exchange;
}

void ConnectionGuard::write(const QByteArray &bytes)
{
    m_written += bytes.size();
    if (m_socket.write(bytes) == bytes.size())
        m_socket.flush(); // now, instead of one turn of the loop later
    if (m_socket.bytesToWrite() > m_core.options().limits.unsentBytesMax)
        abort();
}

void ConnectionGuard::finishAnswer()
{
    m_exchange = nullptr;
    if (m_socket.state() != QAbstractSocket::ConnectedState)
        return;
    if (!m_keepAlive || m_core.isDraining())
        return close();
    m_state = State::Receiving;
    m_deadline = m_core.clock().monotonic() + m_core.options().timeouts.idle;
    // Not from here: QtHttpServer may still be in the handleRequest() of this very answer.
    if (!m_ahead.isEmpty())
        QMetaObject::invokeMethod(&m_socket, &QIODevice::readyRead, Qt::QueuedConnection);
}

void ConnectionGuard::dropExchange()
{
    m_exchange = nullptr;
    abort(); // the client must not take half an answer for a whole one
}

bool ConnectionGuard::giveAway(QByteArray head, Exchange::SocketTaker taker)
{
    if (!m_ahead.isEmpty())
        return false;
    m_exchange = nullptr;
    m_state = State::GivenAway;
    // Not from here: QtHttpServer is still in the handleRequest() of this very request.
    QMetaObject::invokeMethod(
        &m_socket,
        [this, head = std::move(head), taker = std::move(taker)] {
            if (m_state != State::GivenAway || m_socket.bytesAvailable() > 0)
                return abort(); // the client has gone, or was ahead of the answer
            m_socket.release(head);
            taker(m_socket);
        },
        Qt::QueuedConnection);
    return true;
}

void ConnectionGuard::onDisconnected()
{
    m_state = State::Lingering;
    if (HttpExchange *exchange = std::exchange(m_exchange, nullptr))
        exchange->clientGone();
}

void ConnectionGuard::refuse(const HttpRefusal &refusal)
{
    ReplyFraming framing;
    framing.date = m_core.date();
    framing.keepAlive = false;
    write(encodeReply(refusalReply(refusal.status, refusal.reason), framing));
    linger();
}

void ConnectionGuard::close()
{
    // Input that arrives after closing makes the system reset the connection, which may overtake the answer.
    if (m_ahead.isEmpty())
        m_socket.disconnectFromHost();
    else
        linger();
}

void ConnectionGuard::linger()
{
    m_state = State::Lingering;
    m_ahead.clear();
    m_deadline = m_core.clock().monotonic() + m_core.options().timeouts.linger;
    if (m_socket.bytesToWrite() == 0)
        ::shutdown(int(m_socket.socketDescriptor()), SHUT_WR);
    else
        m_socket.disconnectFromHost(); // once the client has taken them
}

void ConnectionGuard::tick(MonotonicTime now)
{
    if (m_state == State::GivenAway)
        return;
    checkWriting(now);
    PROVOST_ASSERT(m_state != State::LetThrough, return abort()); // QtHttpServer did not report it
    if (now < m_deadline || m_socket.state() != QAbstractSocket::ConnectedState)
        return;
    m_deadline = never;
    if (m_state == State::Receiving && !m_scanner.isEmpty())
        refuse({408, "the request took too long"});
    else
        abort();
}

void ConnectionGuard::checkWriting(MonotonicTime now)
{
    const qint64 waiting = m_socket.bytesToWrite();
    const qint64 taken = m_written - waiting;
    if (waiting == 0 || taken != m_taken) {
        m_taken = taken;
        m_stalledSince = now;
    } else if (now - m_stalledSince >= m_core.options().timeouts.write) {
        abort();
    }
}

void ConnectionGuard::drain()
{
    m_keepAlive = false;
    if (m_state == State::Receiving && m_scanner.isEmpty() && m_ahead.isEmpty())
        m_socket.disconnectFromHost();
}

void ConnectionGuard::abort()
{
    m_socket.abort();
}

bool ConnectionGuard::keepsAlive() const
{
    return m_keepAlive && !m_core.isDraining();
}

qint64 ConnectionGuard::bytesWaiting() const
{
    return m_socket.bytesToWrite();
}

QByteArrayView ConnectionGuard::date() const
{
    return m_core.date();
}

GuardedSocket::GuardedSocket(LoopCore &core, QByteArray peerAddress, std::function<void()> onGone)
    : m_guard(std::make_unique<ConnectionGuard>(*this, core, std::move(peerAddress)))
    , m_onGone(std::move(onGone))
{
    connect(this, &QIODevice::readyRead, this, [this] { m_guard->onReadyRead(); });
    connect(this, &QAbstractSocket::disconnected, this, [this] { m_guard->onDisconnected(); });
}

GuardedSocket::~GuardedSocket()
{
    abort(); // while there is still a guard to hear of it
    m_onGone();
}

qint64 GuardedSocket::readRaw(char *data, qint64 bytesMax)
{
    m_readingRaw = true;
    // No more than is buffered: asking for more costs a system call that finds nothing.
    const qint64 count = read(data, std::min(bytesMax, bytesAvailable()));
    m_readingRaw = false;
    return count;
}

void GuardedSocket::release(const QByteArray &head)
{
    disconnect(this, &QIODevice::readyRead, nullptr, nullptr);
    disconnect(this, &QAbstractSocket::disconnected, nullptr, nullptr);
    // QtHttpServer frees what it keeps for the socket when this is emitted. Now, because QWebSocket takes all
    // connections off its socket before the socket is destroyed.
    Q_EMIT destroyed(this);
    disconnect(this, &QObject::destroyed, nullptr, nullptr);
    if (isTransactionStarted())
        commitTransaction();
    m_readingRaw = true;
    std::for_each(head.crbegin(), head.crend(), [this](char byte) { ungetChar(byte); });
}

qint64 GuardedSocket::readData(char *data, qint64 bytesMax)
{
    if (m_readingRaw)
        return QTcpSocket::readData(data, bytesMax);
    const qint64 count = std::min(bytesMax, qint64(m_announced.size()));
    std::memcpy(data, m_announced.data(), std::size_t(count));
    m_announced = m_announced.sliced(count);
    return count;
}

} // namespace provost::gateway
