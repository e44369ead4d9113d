#include "server/gateway/router.h"
#include "tests/support/testing.h"
#include "tests/unit/server/gateway/fakeexchange.h"

#include <QTest>

using namespace provost::gateway;

class TstRouter final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void finds_data();
    void finds();
    void refuses_data();
    void refuses();
    void tellsItsRoutes();

private:
    // Routes the request and gives what answered it: a route's name with its parameters, or a status.
    QByteArray answerTo(const QByteArray &method, const QByteArray &path);

    Router m_router;
    FakeExchange::Answer m_answer;
    QByteArray m_called;
};

void TstRouter::init()
{
    m_router = {};
    const auto add = [this](const char *method, const char *pattern) {
        m_router.add(method, pattern,
                     [this, pattern](const std::shared_ptr<Exchange> &, const PathParameters &p) {
                         m_called = QByteArray(pattern) + ' ' + p["tenant"] + ' ' + p["id"];
                     });
    };
    add("GET", "/");
    add("POST", "/mcp");
    add("GET", "/mcp");
    add("POST", "/t/{tenant}/mcp");
    add("DELETE", "/t/{tenant}/keys/{id}");
}

QByteArray TstRouter::answerTo(const QByteArray &method, const QByteArray &path)
{
    m_called.clear();
    m_answer = {};
    HttpRequest request;
    request.method = method;
    request.path = path;
    m_router.route(std::make_shared<FakeExchange>(request, m_answer));
    return m_called.isEmpty() ? QByteArray::number(m_answer.reply.status) : m_called;
}

void TstRouter::finds_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("answer");
    const auto row = [](const char *method, const char *path, const char *answer) {
        QTest::newRow(path) << QByteArray(method) << QByteArray(path) << QByteArray(answer);
    };
    row("GET", "/", "/  ");
    row("POST", "/mcp", "/mcp  ");
    row("POST", "/t/acme/mcp", "/t/{tenant}/mcp acme ");
    row("POST", "/t/a%2Db/mcp", "/t/{tenant}/mcp a-b ");
    row("DELETE", "/t/acme/keys/k%C3%A4", "/t/{tenant}/keys/{id} acme k\xc3\xa4");
    QTest::newRow("HEAD") << QByteArray("HEAD") << QByteArray("/mcp") << QByteArray("/mcp  ");
}

void TstRouter::finds()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QTEST(answerTo(method, path), "answer");
}

void TstRouter::refuses_data()
{
    QTest::addColumn<QByteArray>("method");
    QTest::addColumn<QByteArray>("path");
    QTest::addColumn<QByteArray>("status");
    QTest::addColumn<QByteArray>("allow");
    const auto row = [](const char *name, const char *method, const QByteArray &path,
                        const char *status, const char *allow) {
        QTest::newRow(name) << QByteArray(method) << path << QByteArray(status)
                            << QByteArray(allow);
    };
    row("unknown path", "GET", "/nothing", "404", "");
    row("trailing slash", "POST", "/mcp/", "404", "");
    row("doubled slash", "POST", "//mcp", "404", "");
    row("other case", "POST", "/MCP", "404", "");
    row("prefix", "POST", "/t/acme", "404", "");
    row("longer", "POST", "/t/acme/mcp/x", "404", "");
    row("empty parameter", "POST", "/t//mcp", "404", "");
    row("encoded slash in a parameter", "POST", "/t/a%2Fmcp/mcp", "404", "");
    row("encoded NUL in a parameter", "POST", "/t/a%00/mcp", "404", "");
    row("broken escape in a parameter", "POST", "/t/a%2/mcp", "404", "");
    row("literal that is encoded", "POST", "/%6dcp", "404", "");
    row("dots are not resolved", "POST", "/x/../mcp", "404", "");
    row("asterisk", "OPTIONS", "*", "404", "");
    row("other method", "PUT", "/mcp", "405", "POST, GET, HEAD, OPTIONS");
    row("HEAD without GET", "HEAD", "/t/acme/mcp", "405", "POST, OPTIONS");
    row("options", "OPTIONS", "/t/acme/mcp", "204", "POST, OPTIONS");
}

void TstRouter::refuses()
{
    QFETCH(QByteArray, method);
    QFETCH(QByteArray, path);
    QTEST(answerTo(method, path), "status");
    QTEST(m_answer.header("Allow"), "allow");
}

void TstRouter::tellsItsRoutes()
{
    const auto routes = m_router.routes();
    QCOMPARE(routes.size(), std::size_t(5));
    QCOMPARE(routes.back().first, QByteArray("DELETE"));
    QCOMPARE(routes.back().second, QByteArray("/t/{tenant}/keys/{id}"));
}

PROVOST_TEST(TstRouter)
#include "tst_router.moc"
