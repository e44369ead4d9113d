// HttpExchange: one request to an upstream over HTTP and its response, which is a JSON text or a stream of events. It
// is sent once: nothing is repeated, and redirects are not followed.
// INVARIANT: ended() comes at most once, and is the last signal; none comes from within start().
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/deletelater.h"
#include "server/tools/adapters/mcp/httpresponsereader.h"
#include "server/tools/adapters/mcp/sseparser.h"
#include "server/tools/adapters/mcp/transport.h"

#include <QSslSocket>
#include <QUrl>

namespace provost::tools::mcp {

struct HttpLimits
{
    qsizetype messageBytesMax = 16 << 20;
    qsizetype responseBytesMax = 0; // of all messages of a response; 0: as long as it wants
};

class HttpExchange final : public QObject
{
    Q_OBJECT

public:
    HttpExchange(Transport::RequestId id, HttpLimits limits);
    ~HttpExchange() override;

    // Sends `request`, the text with head and body, on `idle` if it is given, else on a new connection to `server`.
    void start(const QUrl &server, const QByteArray &request, LaterPtr<QSslSocket> idle);

    [[nodiscard]] Transport::RequestId id() const { return m_id; }
    [[nodiscard]] int status() const { return m_reader.status(); }
    [[nodiscard]] QByteArray header(QByteArrayView name) const { return m_reader.header(name); }
    [[nodiscard]] QByteArray headers(QByteArrayView name) const { return m_reader.headers(name); }
    [[nodiscard]] bool isStream() const { return m_kind == Kind::Stream; }
    [[nodiscard]] bool isJson() const { return m_kind == Kind::Json; }
    [[nodiscard]] const QByteArray &body() const { return m_body; } // unless it is a stream
    [[nodiscard]] const SseParser &events() const { return m_events; }
    // The connection, if another exchange can have it. REQUIRES: after ended().
    [[nodiscard]] LaterPtr<QSslSocket> takeConnection();

Q_SIGNALS:
    void headArrived();
    void message(const QByteArray &text);                        // of a stream
    void otherEvent(const provost::tools::mcp::SseEvent &event); // of a type other than "message"
    // `error` has no value if the response came completely, whatever its status.
    void ended(const std::optional<provost::Error> &error);

private:
    enum class Kind { Unknown, Json, Stream, Other };

    void onReadable();
    void onDisconnected();
    void onSocketError();
    [[nodiscard]] Result<void> onBytes(const QByteArray &bytes);
    [[nodiscard]] Result<void> onBody(const QByteArray &bytes);
    void onHead();
    void end(const std::optional<Error> &error);

    const Transport::RequestId m_id;
    const HttpLimits m_limits;
    LaterPtr<QSslSocket> m_socket;
    HttpResponseReader m_reader;
    SseParser m_events;
    Kind m_kind = Kind::Unknown;
    QByteArray m_body;
    qsizetype m_bytes = 0;
    bool m_wasConnected = false;
    bool m_hasEnded = false;
};

} // namespace provost::tools::mcp
