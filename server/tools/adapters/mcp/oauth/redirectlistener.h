// RedirectListener: the address on this machine to which an authorization server sends an administrator's browser
// back (RFC 8252, 7.3). It listens only while an authorization is awaited.
// Thread: the adapter's event loop.
#pragma once

#include "server/base/result.h"

#include <QTcpServer>
#include <QUrlQuery>

#include <functional>

class QTcpSocket;

namespace provost::tools::mcp::oauth {

class RedirectListener final : public QObject
{
    Q_OBJECT

public:
    // `onRedirect` says whether the redirect belonged to what is awaited.
    explicit RedirectListener(std::function<bool(const QUrlQuery &)> onRedirect);

    // Listens on 127.0.0.1 at `port`, or at any if it is 0. Errors: Unavailable if the port is taken.
    [[nodiscard]] Result<void> open(quint16 port);
    void close(); // answers that are under way are still sent
    [[nodiscard]] QByteArray uri() const;

private:
    void onConnection();
    void onReadable(QTcpSocket &socket);

    const std::function<bool(const QUrlQuery &)> m_onRedirect;
    QTcpServer m_server{this};
};

} // namespace provost::tools::mcp::oauth
