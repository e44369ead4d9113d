#include "server/gateway/acceptor.h"

#include "server/gateway/replyencoder.h"

#include <QHostAddress>

#include <sys/socket.h>

#include <algorithm>
#include <numeric>

namespace provost::gateway {

namespace {

constexpr std::chrono::milliseconds retryAfter{100};

QHostAddress peerOf(int descriptor)
{
    sockaddr_storage storage{};
    socklen_t size = sizeof storage;
    auto *address = reinterpret_cast<sockaddr *>(&storage);
    if (::getpeername(descriptor, address, &size) != 0)
        return {};
    const QHostAddress peer(address);
    bool isIpv4 = false;
    const quint32 ipv4 =
        peer.toIPv4Address(&isIpv4); // IPv4 that came in through an IPv6 socket, too
    return isIpv4 ? QHostAddress(ipv4) : peer;
}

// Tells the client to come back, without ever waiting for it.
void turnAway(const Descriptor &descriptor)
{
    static const QByteArray text = QByteArrayLiteral(
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 1\r\n"
        "Connection: close\r\nContent-Length: 34\r\n\r\n{\"error\":\"too many connections\"}\r\n");
    static_cast<void>(::send(descriptor.get(), text.constData(), std::size_t(text.size()),
                             MSG_DONTWAIT | MSG_NOSIGNAL));
    ::shutdown(descriptor.get(), SHUT_WR);
}

} // namespace

Acceptor::Acceptor(Accept accept, const FrontDoorOptions &options)
    : m_loops(std::move(accept.loops))
    , m_options(options)
    , m_open(*accept.open)
    , m_load(m_loops.size())
    , m_gone([this](const ConnectionGone &gone) { onGone(gone); })
{
    m_retry.setSingleShot(true);
    m_retry.setInterval(retryAfter);
    connect(&m_retry, &QTimer::timeout, this, &QTcpServer::resumeAccepting);
    connect(this, &QTcpServer::acceptError, &m_retry, [this] { m_retry.start(); });
    if (setSocketDescriptor(accept.listening.get()))
        static_cast<void>(accept.listening.release());
}

Acceptor::~Acceptor()
{
    close();
}

void Acceptor::incomingConnection(qintptr accepted)
{
    Descriptor descriptor{int(accepted)};
    const QHostAddress peer = peerOf(descriptor.get());
    QByteArray peerAddress = peer.toString().toLatin1();
    if (!mayEnter(peer, peerAddress))
        return turnAway(descriptor);

    const auto least = std::min_element(m_load.begin(), m_load.end());
    ++*least;
    ++m_perAddress[peerAddress];
    ++m_open;
    m_loops[std::size_t(least - m_load.begin())].post(
        NewConnection{std::move(descriptor), std::move(peerAddress), m_gone.sender()});
}

bool Acceptor::mayEnter(const QHostAddress &peer, const QByteArray &peerAddress) const
{
    if (peerAddress.isEmpty() || m_open >= m_options.connectionsMax)
        return false;
    const int most = peer.isLoopback() ? m_options.connectionsPerLoopbackAddressMax
                                       : m_options.connectionsPerAddressMax;
    return m_perAddress.value(peerAddress) < most;
}

void Acceptor::onGone(const ConnectionGone &gone)
{
    --m_load[std::size_t(gone.loop.value)];
    --m_open;
    const auto count = m_perAddress.find(gone.peerAddress);
    if (count != m_perAddress.end() && --*count == 0)
        m_perAddress.erase(count);
}

} // namespace provost::gateway
