#include "server/tools/adapters/mcp/oauth/fetch.h"

#include "server/tools/adapters/mcp/httpresponsereader.h"

#include <QHostInfo>
#include <QNetworkProxy>
#include <QSslSocket>
#include <QTimer>

namespace provost::tools::mcp::oauth {

namespace {

constexpr quint16 httpPort = 80;
constexpr quint16 httpsPort = 443;
constexpr int redirectFirst = 300;
constexpr int badRequest = 400;
constexpr int depthMax = 32;

QByteArray requestText(const FetchRequest &request)
{
    const auto encoded = QUrl::FullyEncoded;
    const QByteArray path = request.url.path(encoded).toUtf8();
    const QByteArray query = request.url.query(encoded).toUtf8();
    QByteArray text = (request.body.isEmpty() ? "GET " : "POST ")
                      + (path.isEmpty() ? QByteArray("/") : path)
                      + (query.isEmpty() ? QByteArray() : '?' + query) + " HTTP/1.1\r\n";
    const auto add = [&text](QByteArrayView name, QByteArrayView value) {
        text.append(name).append(": ").append(value).append("\r\n");
    };
    add("Host", request.url.authority(encoded).toUtf8());
    add("User-Agent", "provost/" PROVOST_VERSION);
    add("Accept", "application/json");
    add("Accept-Encoding", "identity");
    add("Connection", "close");
    if (!request.authorization.isEmpty())
        add("Authorization", request.authorization);
    if (!request.body.isEmpty()) {
        add("Content-Type", request.contentType);
        add("Content-Length", QByteArray::number(request.body.size()));
    }
    return text + "\r\n" + request.body;
}

// One request; a child of its owner that deletes itself when it has answered.
class Exchange final : public QObject
{
public:
    Exchange(QObject &owner, FetchRequest request, AddressRule rule,
             Resolver<FetchResponse> resolver)
        : QObject(&owner)
        , m_request(std::move(request))
        , m_rule(std::move(rule))
        , m_resolver(std::move(resolver))
    {
    }

    void start()
    {
        QTimer::singleShot(fetchTimeout, this, [this] {
            end(fail(ErrorCode::Timeout,
                     QStringLiteral("`%1` did not answer in time").arg(m_request.url.host())));
        });
        if (const auto allowed = m_rule.check(m_request.url); !allowed) {
            end(fail(allowed.error()));
            return;
        }
        const QString host = m_request.url.host();
        const QHostAddress literal(host);
        if (literal.isNull())
            QHostInfo::lookupHost(host, this,
                                  [this](const QHostInfo &info) { onAddresses(info.addresses()); });
        else // Qt would ask for the name of the address
            QTimer::singleShot(0, this, [this, literal] { onAddresses({literal}); });
    }

private:
    void onAddresses(const QList<QHostAddress> &addresses)
    {
        m_addresses = addresses;
        for (const QHostAddress &address : m_addresses) {
            if (const auto allowed = m_rule.check(m_request.url, address); !allowed) {
                end(fail(allowed.error()));
                return;
            }
        }
        connectNext();
    }

    void connectNext()
    {
        if (m_addresses.isEmpty()) {
            end(fail(ErrorCode::Unavailable,
                     QStringLiteral("`%1` cannot be reached").arg(m_request.url.host())));
            return;
        }
        const QHostAddress address = m_addresses.takeFirst();
        m_socket.reset();
        m_socket = std::make_unique<QSslSocket>();
        m_wasConnected = false;
        QSslSocket &socket = *m_socket;
        socket.setProxy(QNetworkProxy::NoProxy);
        socket.setReadBufferSize(documentBytesMax);
        connect(&socket, &QSslSocket::readyRead, this, &Exchange::onReadable);
        connect(&socket, &QSslSocket::disconnected, this, &Exchange::onDisconnected,
                Qt::QueuedConnection);
        connect(&socket, &QSslSocket::errorOccurred, this, &Exchange::onFailed,
                Qt::QueuedConnection);
        const auto onConnected = [this] {
            m_wasConnected = true;
            m_socket->write(requestText(m_request));
        };
        const QUrl &url = m_request.url;
        if (url.scheme() == u"https") {
            connect(&socket, &QSslSocket::encrypted, this, onConnected);
            socket.connectToHostEncrypted(address.toString(),
                                          static_cast<quint16>(url.port(httpsPort)), url.host());
        } else {
            connect(&socket, &QSslSocket::connected, this, onConnected);
            socket.connectToHost(address, static_cast<quint16>(url.port(httpPort)));
        }
    }

    void onReadable()
    {
        const auto read = m_reader.feed(m_socket->readAll());
        m_body += m_reader.takeBody();
        if (!read)
            end(fail(read.error()));
        else if (m_body.size() > documentBytesMax)
            end(fail(ErrorCode::TooLarge,
                     QStringLiteral("the answer of `%1` is larger than %2 bytes")
                         .arg(m_request.url.host())
                         .arg(documentBytesMax)));
        else if (m_reader.isComplete())
            finish();
    }

    void onDisconnected()
    {
        if (!m_wasConnected || !m_resolver.isPending())
            return; // onFailed() tries the next address
        if (m_socket->bytesAvailable() > 0)
            onReadable();
        if (!m_resolver.isPending())
            return;
        if (const auto complete = m_reader.feedEnd(); !complete)
            end(fail(complete.error()));
        else
            finish();
    }

    void onFailed()
    {
        // Only a connection that was never made is tried elsewhere: a request is sent once.
        if (!m_wasConnected && m_resolver.isPending())
            connectNext();
    }

    void finish()
    {
        const int status = m_reader.status();
        if (status >= redirectFirst && status < badRequest) {
            end(fail(
                ErrorCode::Upstream,
                QStringLiteral("`%1` redirects, which is not followed").arg(m_request.url.host())));
            return;
        }
        FetchResponse response{.status = status, .body = {}};
        auto body = Json::parse(m_body, {.depthMax = depthMax, .bytesMax = documentBytesMax});
        if (body && body->isObject())
            response.body = *std::move(body);
        end(std::move(response));
    }

    void end(Result<FetchResponse> response)
    {
        if (m_socket)
            m_socket->disconnect(this);
        m_resolver.resolve(std::move(response));
        deleteLater();
    }

    const FetchRequest m_request;
    const AddressRule m_rule;
    Resolver<FetchResponse> m_resolver;
    QList<QHostAddress> m_addresses; // not tried yet
    std::unique_ptr<QSslSocket> m_socket;
    HttpResponseReader m_reader;
    QByteArray m_body;
    bool m_wasConnected = false;
};

} // namespace

Task<Result<FetchResponse>> fetch(QPointer<QObject> owner, FetchRequest request, AddressRule rule)
{
    Completion<FetchResponse> response;
    if (!owner)
        co_return fail(gone());
    auto *exchange = std::make_unique<Exchange>(*owner, std::move(request), std::move(rule),
                                                response.resolver())
                         .release(); // its owner's
    exchange->start();
    co_return co_await response;
}

} // namespace provost::tools::mcp::oauth
