// HttpTransport: Streamable HTTP. Each message is a POST; its answer comes as JSON or as a stream of events. Where the
// revision has sessions, a GET stream brings what the server says unasked, and an answer may be taken up again.
// INVARIANT: a message is sent once; or again after the server refused it for want of an authorization, so did not
// execute it. Else only the *answer* is asked for again, where the server gave an event id for it.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/httpauthorizer.h"
#include "server/tools/adapters/mcp/httpexchange.h"
#include "server/tools/adapters/mcp/idleconnections.h"
#include "server/tools/adapters/mcp/serverstream.h"

#include <QPointer>
#include <QTimer>
#include <QUrl>

#include <functional>
#include <unordered_map>

namespace provost::tools::mcp {

struct HttpOptions
{
    QUrl url;
    std::vector<NamedText> headers;
    qsizetype messageBytesMax = 16 << 20;
    QPointer<HttpAuthorizer> authorizer{}; // null: none
    // How long a message that nobody waits for an answer to may stay unacknowledged.
    std::chrono::milliseconds postPatience{30'000};
};

class HttpTransport final : public Transport
{
    Q_OBJECT

public:
    explicit HttpTransport(HttpOptions options);
    ~HttpTransport() override;

    void open() override {} // each exchange connects for itself
    [[nodiscard]] Result<void> send(const Outgoing &message) override;
    void release(RequestId id) override;
    void handshakeBegins() override;
    void handshakeEnded(const QByteArray &protocolVersion) override;
    void close() override;
    [[nodiscard]] bool hasStreams() const override { return true; }
    [[nodiscard]] bool hears() const override { return !m_stream.isOpening(); }
    [[nodiscard]] QByteArray name() const override { return "http"; }
    [[nodiscard]] QByteArray lastWords() const override { return {}; }

private:
    using CallKey = quint64;
    // Makes the text of a request, each time with what is valid then.
    using RequestText = std::function<QByteArray()>;

    struct Call
    {
        LaterPtr<HttpExchange> exchange;
        RequestId id = NoRequest;
        Role role = Role::Session;
        bool hadSession = false;
        bool wasReleased = false;
        int resumptions = 0;
        RequestText text{};
        QByteArray credential{};      // that the request went out with
        bool wasUnauthorized = false; // 401 once
        int stepUps = 0;              // after 403
    };

    [[nodiscard]] QByteArray postText(const Outgoing &message) const;
    // A request of the session without a body.
    [[nodiscard]] QByteArray sessionText(QByteArrayView method,
                                         QByteArrayView lastEventId = {}) const;
    [[nodiscard]] QByteArray headText(QByteArrayView method, QByteArrayView accepted) const;
    void addSessionHeaders(QByteArray &text) const;
    void begin(CallKey key, RequestText makeText);
    void onHead(CallKey key);
    void deliver(CallKey key, const QByteArray &text);
    void onEnded(CallKey key, const std::optional<Error> &error);
    [[nodiscard]] bool resumeLater(CallKey key);
    [[nodiscard]] bool authorizeLater(CallKey key);
    void onAuthorized(CallKey key, const Result<void> &result);
    [[nodiscard]] QByteArray credential() const;
    void drop(CallKey key);
    void finishClosing();

    const HttpOptions m_options;
    QByteArray m_sessionId;
    QByteArray m_protocolVersion; // empty during the handshake
    std::unordered_map<CallKey, Call> m_calls;
    CallKey m_nextKey = 1;
    CallKey m_delivering = 0; // whose message is being handed on; 0: none
    IdleConnections m_idle;
    ServerStream m_stream;
    QTimer m_closeTimer{this};
    bool m_isClosing = false;
    bool m_isClosed = false;
};

} // namespace provost::tools::mcp
