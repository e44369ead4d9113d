// ServerStream: the GET stream on which a server with sessions says what nobody asked for (its lists changed). It is
// opened again when it ends, with growing delays; a server that has none is left alone.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/httpexchange.h"

#include <QTimer>

#include <functional>

namespace provost::tools::mcp {

class ServerStream final : public QObject
{
    Q_OBJECT

public:
    // The text of the GET request that takes the stream up after `lastEventId`, or from now on if it is empty.
    using RequestText = std::function<QByteArray(const QByteArray &lastEventId)>;

    ServerStream(QUrl server, HttpLimits limits, RequestText requestText);

    void open(); // of a new session
    void close();
    // The server has not answered yet, and may still lose what it says here: for a second at most after open().
    [[nodiscard]] bool isOpening() const { return m_patience.isActive(); }

Q_SIGNALS:
    void opened(); // isOpening() is over; the server may have refused
    void missed(); // it works again, and brings nothing of what was said meanwhile
    void message(const QByteArray &text);
    void
    sessionLost(); // the stream worked in this session, and now the server does not know the session

private:
    void connectStream();
    void onEnded(const std::optional<Error> &error);
    void onOpened();

    const QUrl m_server;
    const HttpLimits m_limits;
    const RequestText m_requestText;
    LaterPtr<HttpExchange> m_exchange;
    QTimer m_timer{this};    // active: waits to open again
    QTimer m_patience{this}; // active: opens for the first time
    QByteArray m_lastEventId;
    int m_failures = 0;       // since the stream last worked
    bool m_hasWorked = false; // in this session
};

} // namespace provost::tools::mcp
