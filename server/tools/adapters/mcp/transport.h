// Transport: carries JSON-RPC messages to one upstream server and back; a pipe to a child process, Streamable HTTP or
// HTTP with SSE. It knows nothing of what the messages mean.
// INVARIANT: no signal is emitted from within a call of a member function, and none after closed().
// Thread: the adapter's event loop.
#pragma once

#include "server/base/json.h"

#include <QObject>

#include <cstdint>
#include <utility>
#include <vector>

namespace provost::tools::mcp {

using NamedText = std::pair<QByteArray, QByteArray>;

// What a message is to its transport. Over pipes all are alike.
enum class Role {
    Session,    // of a session, after its handshake
    Initialize, // begins a session, which its answer may name
    Stateless,  // stands for itself: no session, and what is lost is not asked for again
    Listen,     // stateless, and its answer goes on for as long as the server likes
};

struct Outgoing
{
    std::int64_t id = 0; // Transport::NoRequest for notifications and answers to the server
    QByteArray text;
    Role role = Role::Session;
    std::vector<NamedText> headers{}; // of stateless messages, over HTTP
};

// What an exchange that failed means for the rest of the connection.
enum class Failure {
    Exchange, // this one only
    Session,  // the server no longer knows our session and did not execute the message
};

// An exchange that ended without an answer.
struct FailedExchange
{
    Error error;
    Failure failure = Failure::Exchange;
    int httpStatus = 0; // 0: none came
    Json rpcError{};    // that the response brought without the request's id; null if none
};

class Transport : public QObject
{
    Q_OBJECT

public:
    using RequestId = std::int64_t;
    static constexpr RequestId NoRequest = 0; // of notifications and of answers to the server

    // Called once, before the first send().
    virtual void open() = 0;
    // Sends one message. Errors: Unavailable if the server does not take messages fast enough.
    [[nodiscard]] virtual Result<void> send(const Outgoing &message) = 0;
    // No answer to `id` is waited for any longer. Where each request has a stream of its own, this ends it.
    virtual void release(RequestId id) = 0;
    // A handshake begins (again); what belonged to the old session is forgotten.
    virtual void handshakeBegins() = 0;
    // The handshake ended with a session of this version of the protocol; empty: without a session.
    virtual void handshakeEnded(const QByteArray &protocolVersion) = 0;
    // Ends in order; closed() tells when it is done, at most a few seconds later.
    virtual void close() = 0;

    // Each request has a stream of its own, which tells what belongs to it and whose end cancels it.
    [[nodiscard]] virtual bool hasStreams() const { return false; }
    // What the server says outside of any request's stream reaches us. False while the way for it is being opened, for
    // a second at most; canHear() follows.
    [[nodiscard]] virtual bool hears() const { return true; }
    [[nodiscard]] virtual QByteArray name() const = 0; // "stdio", "http", "sse"
    // What the server last said beside the protocol (stderr), for people; one line, may be empty.
    [[nodiscard]] virtual QByteArray lastWords() const = 0;

Q_SIGNALS:
    // One message as it came. `stream` is the request on whose stream it came, NoRequest if that is not known.
    void received(const QByteArray &message, provost::tools::mcp::Transport::RequestId stream);
    // The server sent something that is no message; so many bytes of it were dropped.
    void garbage(qsizetype bytes);
    // The answer to `id` was larger than the limit and was dropped.
    void tooLarge(provost::tools::mcp::Transport::RequestId id);
    // The exchange of `id` ended without an answer.
    void failed(provost::tools::mcp::Transport::RequestId id,
                const provost::tools::mcp::FailedExchange &exchange);
    void canHear(); // hears() has become true
    void missed();  // for a while, now over, what the server said unasked was lost
    // The end. `error` says why; of code Cancelled after close().
    void closed(const provost::Error &error);
};

} // namespace provost::tools::mcp
