// SseTransport: HTTP with SSE, the transport of revision 2024-11-05. A GET stream brings all that the server says; its
// first event names the address that messages are posted to.
// INVARIANT: messages go to the origin of the configured address only, whatever the server names.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/httpexchange.h"
#include "server/tools/adapters/mcp/httptransport.h"

#include <unordered_map>

namespace provost::tools::mcp {

class SseTransport final : public Transport
{
    Q_OBJECT

public:
    explicit SseTransport(HttpOptions options);
    ~SseTransport() override;

    void open() override;
    [[nodiscard]] Result<void> send(const Outgoing &message) override;
    void release(RequestId) override {}
    void handshakeBegins() override {}
    void handshakeEnded(const QByteArray &) override {}
    void close() override;
    [[nodiscard]] QByteArray name() const override { return "sse"; }
    [[nodiscard]] QByteArray lastWords() const override { return {}; }

private:
    using PostKey = quint64;

    [[nodiscard]] QByteArray headText(QByteArrayView method, const QUrl &url) const;
    void onEvent(const SseEvent &event);
    void onStreamEnded(const std::optional<Error> &error);
    void post(const Outgoing &message);
    void drop(PostKey key);
    void onPosted(PostKey key, RequestId id, const std::optional<Error> &error);
    void end(const Error &error);

    const HttpOptions m_options;
    LaterPtr<HttpExchange> m_stream;
    QUrl m_endpoint; // empty until the server has named it
    std::vector<Outgoing> m_early;
    std::unordered_map<PostKey, LaterPtr<HttpExchange>> m_posts;
    PostKey m_nextKey = 1;
    IdleConnections m_idle;
    bool m_isClosing = false;
    bool m_isClosed = false;
};

} // namespace provost::tools::mcp
