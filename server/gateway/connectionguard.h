// Stands between one client and QtHttpServer, whose parser is lenient and has no limits. The guard takes every byte
// off the socket first, reads it with the strict scanner, and tells QtHttpServer of a request only when it is whole and
// well-formed. It tells it no more than that there is one, so that each byte is read once and framed by one reader.
// What is not well-formed is answered and closed here.
// INVARIANT: one request at a time is handed on; what a client sends ahead waits until the answer is complete, so
// answers keep their order. Every wait has a time-out.
// Thread: the loop of the connection.
#pragma once

#include "server/gateway/exchange.h"
#include "server/gateway/framingscanner.h"

#include <QByteArray>
#include <QTcpSocket>

#include <memory>

namespace provost::gateway {

class HttpExchange;
class LoopCore;
class GuardedSocket;

class ConnectionGuard
{
public:
    ConnectionGuard(GuardedSocket &socket, LoopCore &core, QByteArray peerAddress);
    ~ConnectionGuard();
    ConnectionGuard(const ConnectionGuard &) = delete;
    ConnectionGuard &operator=(const ConnectionGuard &) = delete;

    // The first slot of the socket's readyRead.
    void onReadyRead();
    void onDisconnected();

    // The request that was let through. REQUIRES: QtHttpServer has just reported it.
    [[nodiscard]] std::shared_ptr<HttpExchange> makeExchange();

    // Time-outs; called by the loop's timer.
    void tick(MonotonicTime now);
    // Closes now if nothing is being answered, else after that answer.
    void drain();
    void abort();

    // For HttpExchange.
    void write(const QByteArray &bytes);
    void closeAfterAnswer() { m_keepAlive = false; }
    void finishAnswer(); // the answer is complete
    void dropExchange(); // the exchange goes, its answer incomplete
    // See Exchange::upgrade(). False if the client has sent ahead, which it must not before it knows the answer.
    [[nodiscard]] bool giveAway(QByteArray head, Exchange::SocketTaker taker);
    [[nodiscard]] bool keepsAlive() const;
    [[nodiscard]] qint64 bytesWaiting() const;
    [[nodiscard]] QByteArrayView date() const;

    std::size_t place = 0; // in the loop's table of connections

private:
    enum class State {
        Receiving,  // a request, or nothing yet
        LetThrough, // a whole request is on its way through QtHttpServer
        Answering,
        GivenAway, // another protocol has the socket; the guard only counts it
        Lingering  // the last answer is out; input is thrown away until the client closes
    };

    void receive(QByteArrayView bytes);
    void scan(QByteArrayView bytes);
    void keepAhead(QByteArrayView bytes);
    void letThrough();
    void refuse(const HttpRefusal &refusal);
    void close();
    void linger();
    void checkWriting(MonotonicTime now);

    GuardedSocket &m_socket;
    LoopCore &m_core;
    const QByteArray m_peerAddress;
    FramingScanner m_scanner;
    State m_state = State::Receiving;
    QByteArray m_ahead; // sent before the answer to the request before it was complete
    bool m_inBody = false;
    ScannedRequest m_request;
    bool m_keepAlive = true;
    HttpExchange *m_exchange = nullptr;
    MonotonicTime m_deadline;
    qint64 m_written = 0;         // by us, in total
    qint64 m_taken = 0;           // by the client, when last looked
    MonotonicTime m_stalledSince; // the client has taken nothing since
};

// The socket that QtHttpServer is given. It hands out nothing but a stand-in of each request that its
// guard has let through: nothing that QtHttpServer reads is used.
class GuardedSocket final : public QTcpSocket
{
public:
    GuardedSocket(LoopCore &core, QByteArray peerAddress, std::function<void()> onGone);
    ~GuardedSocket() override;

    [[nodiscard]] ConnectionGuard &guard() { return *m_guard; }

    // For the guard: bytes from the client.
    [[nodiscard]] qint64 readRaw(char *data, qint64 bytesMax);
    // For the guard: QtHttpServer reads of one request, in the readyRead that is going on.
    void announce() { m_announced = standIn; }
    // For the guard: from now on nobody is connected to the socket, and it reads as any other, `head` first.
    void release(const QByteArray &head);

protected:
    qint64 readData(char *data, qint64 bytesMax) override;

private:
    static constexpr QByteArrayView standIn = "GET / HTTP/1.1\r\n\r\n";

    std::unique_ptr<ConnectionGuard> m_guard;
    const std::function<void()> m_onGone;          // the socket is destroyed
    QByteArrayView m_announced = standIn.first(0); // what is left of it
    bool m_readingRaw = false;
};

} // namespace provost::gateway
