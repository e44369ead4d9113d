// An upstream's metadata and an authorization server on one loopback port, for the tests of the OAuth client: right in
// everything until a test changes a document or a route. The upstream itself is not there.
#pragma once

#include "server/base/json.h"

#include <QTcpServer>
#include <QTcpSocket>
#include <QUrlQuery>

#include <functional>
#include <map>
#include <vector>

namespace provost::tools::mcp::testing {

class FakeAuthorization
{
public:
    struct Request
    {
        QByteArray method;
        QByteArray path;
        QUrlQuery query; // of the URL, or of the form in the body
        QByteArray authorization;
        QByteArray body;
    };
    struct Reply
    {
        int status = 200;
        QByteArray body;
        QByteArray location;
        QByteArray challenge;
    };
    using Route = std::function<Reply(const Request &)>;

    FakeAuthorization()
    {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] { accept(); });
        resource = Json::object({
            {"resource", at("/mcp")},
            {"authorization_servers", Json::array({base()})},
        });
        server = Json::object({
            {"issuer", base()},
            {"authorization_endpoint", at("/authorize")},
            {"token_endpoint", at("/token")},
            {"registration_endpoint", at("/register")},
            {"response_types_supported", Json::array({"code"})},
            {"code_challenge_methods_supported", Json::array({"S256"})},
            {"authorization_response_iss_parameter_supported", true},
            {"token_endpoint_auth_methods_supported",
             Json::array({"none", "client_secret_basic", "client_secret_post", "private_key_jwt"})},
        });
        routes["/.well-known/oauth-protected-resource/mcp"] = [this](const Request &) -> Reply {
            return {.body = resource.toBytes()};
        };
        routes["/.well-known/oauth-authorization-server"] = [this](const Request &) -> Reply {
            return {.body = server.toBytes()};
        };
        routes["/register"] = [](const Request &) -> Reply {
            return {.status = 201, .body = R"({"client_id":"registered"})"};
        };
        routes["/authorize"] = [this](const Request &request) -> Reply {
            return {.status = 302, .location = redirect(request, {{"iss", base()}})};
        };
        routes["/token"] = [this](const Request &) -> Reply {
            return {.body = nextToken().toBytes()};
        };
    }

    [[nodiscard]] QByteArray base() const
    {
        return "http://127.0.0.1:" + QByteArray::number(m_server.serverPort());
    }
    [[nodiscard]] QByteArray at(const char *path) const { return base() + path; }
    [[nodiscard]] QUrl upstream() const { return QUrl(QString::fromUtf8(at("/mcp"))); }

    // Where /authorize sends the browser: with a code, the state, and `more`.
    [[nodiscard]] static QByteArray redirect(const Request &request,
                                             std::vector<std::pair<QByteArray, QByteArray>> more,
                                             const QByteArray &state = {})
    {
        QByteArray to =
            request.query.queryItemValue(QStringLiteral("redirect_uri"), decoded).toUtf8();
        to += "?code=the-code&state="
              + (state.isEmpty() ? request.query.queryItemValue(QStringLiteral("state")).toUtf8()
                                 : state);
        for (const auto &[name, value] : more)
            to += '&' + name + '=' + value.toPercentEncoding();
        return to;
    }

    // the-token-1, the-token-2, …
    [[nodiscard]] Json nextToken()
    {
        const QByteArray number = QByteArray::number(++m_tokens);
        return Json::object({
            {"access_token", QByteArray("the-token-" + number)},
            {"token_type", "Bearer"},
            {"expires_in", 3600},
            {"refresh_token", QByteArray("refresh-" + number)},
        });
    }

    [[nodiscard]] int count(QByteArrayView path) const
    {
        return int(std::count_if(seen.begin(), seen.end(),
                                 [path](const Request &request) { return request.path == path; }));
    }
    // Of the last request to `path`.
    [[nodiscard]] QByteArray parameter(QByteArrayView path, const char *name) const
    {
        const auto request = std::find_if(seen.rbegin(), seen.rend(), [path](const Request &known) {
            return known.path == path;
        });
        return request == seen.rend()
                   ? QByteArray()
                   : request->query.queryItemValue(QLatin1StringView(name), decoded).toUtf8();
    }

    Json resource; // metadata of the upstream
    Json server;   // metadata of the authorization server
    std::map<QByteArray, Route> routes;
    std::vector<Request> seen;
    QByteArrayList mute; // paths that are never answered

private:
    static constexpr auto decoded = QUrl::FullyDecoded;

    void accept()
    {
        while (QTcpSocket *socket = m_server.nextPendingConnection()) {
            QObject::connect(socket, &QTcpSocket::readyRead, socket,
                             [this, socket] { onReadable(*socket); });
            QObject::connect(socket, &QTcpSocket::disconnected, socket, &QObject::deleteLater);
        }
    }

    void onReadable(QTcpSocket &socket)
    {
        const QByteArray text = socket.peek(1 << 20);
        const qsizetype headEnd = text.indexOf("\r\n\r\n");
        const qsizetype bodyBytes = headerOf(text, "Content-Length").toLongLong();
        if (headEnd < 0 || text.size() < headEnd + 4 + bodyBytes)
            return;
        socket.readAll();
        const QUrl url(QString::fromUtf8(text.left(text.indexOf('\r')).split(' ').value(1)));
        Request request{
            .method = text.left(text.indexOf(' ')),
            .path = url.path().toUtf8(),
            .query = QUrlQuery(url),
            .authorization = headerOf(text, "Authorization"),
            .body = text.mid(headEnd + 4),
        };
        if (!request.body.isEmpty())
            request.query = QUrlQuery(QString::fromUtf8(request.body));
        seen.push_back(request);
        if (mute.contains(request.path))
            return;
        const auto route = routes.find(request.path);
        const Reply reply =
            route == routes.end() ? Reply{.status = 404, .body = "{}"} : route->second(request);
        QByteArray answer = "HTTP/1.1 " + QByteArray::number(reply.status)
                            + " x\r\nContent-Type: application/json\r\nConnection: close\r\n";
        if (!reply.location.isEmpty())
            answer += "Location: " + reply.location + "\r\n";
        if (!reply.challenge.isEmpty())
            answer += "WWW-Authenticate: " + reply.challenge + "\r\n";
        socket.write(answer + "Content-Length: " + QByteArray::number(reply.body.size())
                     + "\r\n\r\n" + reply.body);
        socket.disconnectFromHost();
    }

    static QByteArray headerOf(const QByteArray &text, const QByteArray &name)
    {
        const QByteArray before = "\r\n" + name + ": ";
        const qsizetype found = text.indexOf(before);
        if (found < 0)
            return {};
        const qsizetype from = found + before.size();
        return text.mid(from, text.indexOf("\r\n", from) - from);
    }

    QTcpServer m_server;
    int m_tokens = 0;
};

} // namespace provost::tools::mcp::testing
