#include "server/gateway/originpolicy.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::gateway;

class TstOriginPolicy final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void checks_data();
    void checks();
    void checksEveryOrigin();
    void knowsOnlyItsAddressBeyondLoopback();
};

void TstOriginPolicy::checks_data()
{
    QTest::addColumn<QByteArray>("host");
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<bool>("passes");
    const auto row = [](const char *host, const char *origin, bool passes) {
        QTest::addRow("%s from %s", host, origin)
            << QByteArray(host) << QByteArray(origin) << passes;
    };
    row("127.0.0.1:8080", "", true);
    row("localhost:8080", "", true);
    row("LocalHost", "", true);
    row("[::1]:8080", "", true);
    row("localhost:9999", "", true); // a forwarded port
    row("gateway.example.com", "", true);
    row("gateway.example.com:443", "", true);
    row("exact.example.com:8443", "", true);
    row("exact.example.com:8444", "", false);
    row("exact.example.com", "", false);
    row("", "", false);
    row("evil.example.com", "", false);
    row("localhost.evil.example.com", "", false);
    row("evil.example.com:8080", "", false);
    row("127.0.0.1.evil.example.com", "", false);
    row("127.0.0.2", "", false);
    row("localhost@evil.example.com", "", false);

    row("localhost:8080", "http://localhost:8080", true);
    row("localhost:8080", "HTTP://localhost:8080", false);           // browsers send small letters
    row("gateway.example.com", "https://gateway.example.com", true); // TLS ends at a proxy
    row("localhost:8080", "https://inspector.example.com", true);
    row("localhost:8080", "http://inspector.example.com", false);
    row("localhost:8080", "http://localhost:3000", false);
    row("localhost:8080", "http://127.0.0.1:8080", false);
    row("localhost:8080", "http://localhost", false);
    row("localhost:8080", "http://evil.example.com", false);
    row("localhost:8080", "http://localhost:8080.evil.example.com", false);
    row("localhost:8080", "null", false);
    row("localhost:8080", "file://", false);
    row("evil.example.com", "http://evil.example.com", false); // rebinding
}

void TstOriginPolicy::checks()
{
    QFETCH(QByteArray, host);
    QFETCH(QByteArray, origin);
    const OriginPolicy policy(
        {"127.0.0.1", 8080},
        {{"gateway.example.com", "exact.example.com:8443"}, {"https://inspector.example.com"}});
    HttpRequest request;
    if (!host.isEmpty())
        request.headers.add("host", host);
    if (!origin.isEmpty())
        request.headers.add("origin", origin);
    const auto checked = policy.check(request);
    QTEST(checked.has_value(), "passes");
    if (!checked)
        QCOMPARE(checked.error().code, ErrorCode::Denied);
}

void TstOriginPolicy::checksEveryOrigin()
{
    const OriginPolicy policy({"127.0.0.1", 80}, {});
    HttpRequest request;
    request.headers = {{"Host", "localhost"}, {"Origin", "http://localhost"}};
    QVERIFY(policy.check(request));
    request.headers.add("Origin", "http://evil.example.com");
    QVERIFY(!policy.check(request));
    request.headers = {{"Host", "localhost"}, {"Origin", ""}};
    QVERIFY(!policy.check(request));
}

void TstOriginPolicy::knowsOnlyItsAddressBeyondLoopback()
{
    const OriginPolicy policy({"2001:db8::1", 443}, {});
    HttpRequest request;
    request.headers = {{"Host", "[2001:db8::1]"}};
    QVERIFY(policy.check(request));
    request.headers = {{"Host", "localhost"}};
    QVERIFY(!policy.check(request));
}

PROVOST_TEST(TstOriginPolicy)
#include "tst_originpolicy.moc"
