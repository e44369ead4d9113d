// An OAuth client under test with a clock that stands still, and an administrator with a browser.
#pragma once

#include "server/tools/adapters/mcp/oauth/authorizer.h"
#include "tests/support/fakeclock.h"
#include "tests/unit/server/tools/fakeauthorization.h"

#include <QEventLoop>
#include <QSignalSpy>
#include <QTimer>

namespace provost::tools::mcp::oauth::testing {

using mcp::testing::FakeAuthorization;

constexpr std::chrono::seconds patience{20};

// An authorizer whose answers and failures are kept, and an administrator with a browser.
struct Session
{
    explicit Session(FakeAuthorization &server, OauthConfig config = {},
                     std::shared_ptr<CredentialFile> file = nullptr)
        : authorizer(server.upstream(), std::move(config), clock, random, std::move(file))
        , failures(&authorizer, &HttpAuthorizer::failed)
        , authorizations(&authorizer, &HttpAuthorizer::authorized)
    {
    }

    // What comes of a refusal.
    Result<void> refuse(int status = 401, QByteArray challenge = {})
    {
        const HttpAuthorizer::Refusal refusal{status, std::move(challenge),
                                              authorizer.credential()};
        return refuse(refusal);
    }
    Result<void> refuse(const HttpAuthorizer::Refusal &refusal)
    {
        Result<void> answer = fail(ErrorCode::Internal, QStringLiteral("no answer"));
        QEventLoop loop;
        authorizer.refused(refusal, [&](Result<void> given) {
            answer = std::move(given);
            loop.quit();
        });
        QTimer::singleShot(patience, &loop, &QEventLoop::quit);
        loop.exec();
        return answer;
    }

    // The page that the browser ends on.
    static QByteArray browse(QByteArray url)
    {
        for (int hops = 0; hops < 3; ++hops) {
            const QUrl to(QString::fromUtf8(url));
            QTcpSocket socket;
            socket.connectToHost(to.host(), quint16(to.port()));
            socket.write("GET " + to.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority)
                         + " HTTP/1.1\r\nHost: x\r\n\r\n");
            QEventLoop loop;
            QObject::connect(&socket, &QTcpSocket::disconnected, &loop, &QEventLoop::quit);
            QObject::connect(&socket, &QTcpSocket::errorOccurred, &loop, &QEventLoop::quit);
            QTimer::singleShot(patience, &loop, &QEventLoop::quit);
            loop.exec();
            const QByteArray answer = socket.readAll();
            const qsizetype location = answer.indexOf("\r\nLocation: ");
            if (location < 0)
                return answer;
            url = answer.mid(location + 12, answer.indexOf("\r\n", location + 2) - location - 12);
        }
        return "too many redirects";
    }

    // What comes of an administrator who authorises: empty if there are tokens, else why not.
    QString authorize()
    {
        QEventLoop loop;
        QObject::connect(&authorizer, &HttpAuthorizer::failed, &loop, &QEventLoop::quit);
        QObject::connect(&authorizer, &HttpAuthorizer::authorized, &loop, &QEventLoop::quit);
        QTimer::singleShot(patience, &loop, &QEventLoop::quit);
        const qsizetype before = failures.count() + authorizations.count();
        browse(authorizer.authorizeAt());
        if (failures.count() + authorizations.count() == before)
            loop.exec();
        return authorizer.credential().isEmpty() ? lastFailure() : QString();
    }

    [[nodiscard]] QString lastFailure() const
    {
        return failures.isEmpty() ? QString() : failures.back().front().value<Error>().message;
    }

    provost::testing::FakeClock clock;
    SystemRandom random;
    Authorizer authorizer;
    QSignalSpy failures;
    QSignalSpy authorizations;
};

inline OauthConfig clientCredentials()
{
    return {.grant = Grant::ClientCredentials, .clientId = "machine", .clientSecret = "hush: hush"};
}

} // namespace provost::tools::mcp::oauth::testing
