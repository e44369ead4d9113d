// Transport: carries JSON-RPC messages to one upstream server and back; a pipe to a child process or Streamable HTTP.
// It knows nothing of what the messages mean.
// INVARIANT: no signal is emitted from within a call of a member function, and none after closed().
// Thread: the adapter's event loop.
#pragma once

#include "server/base/result.h"

#include <QObject>

#include <cstdint>

namespace provost::tools::mcp {

// What an exchange that failed means for the rest of the connection.
enum class Failure {
    Exchange, // this one only
    Session,  // the server no longer knows our session and did not execute the message
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
    [[nodiscard]] virtual Result<void> send(RequestId id, const QByteArray &message) = 0;
    // No answer to `id` is waited for any longer.
    virtual void release(RequestId id) = 0;
    // A handshake begins (again); what belonged to the old session is forgotten.
    virtual void handshakeBegins() = 0;
    // The handshake ended with this version of the protocol.
    virtual void handshakeEnded(const QByteArray &protocolVersion) = 0;
    // Ends in order; closed() tells when it is done, at most a few seconds later.
    virtual void close() = 0;

    // What the server last said beside the protocol (stderr), for people; one line, may be empty.
    [[nodiscard]] virtual QByteArray lastWords() const = 0;

Q_SIGNALS:
    // One message as it came.
    void received(const QByteArray &message);
    // The server sent something that is no message; so many bytes of it were dropped.
    void garbage(qsizetype bytes);
    // The answer to `id` was larger than the limit and was dropped.
    void tooLarge(provost::tools::mcp::Transport::RequestId id);
    // The exchange of `id` ended without an answer.
    void failed(provost::tools::mcp::Transport::RequestId id, const provost::Error &error,
                provost::tools::mcp::Failure failure);
    // The end. `error` says why; of code Cancelled after close().
    void closed(const provost::Error &error);
};

} // namespace provost::tools::mcp
