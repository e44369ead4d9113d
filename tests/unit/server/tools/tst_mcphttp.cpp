// McpAdapter over Streamable HTTP with a server that misbehaves: sessions, streams, and every way in which an answer
// can fail to come. No tool runs twice for one call.
#include "server/tools/adapters/mcp/ssetransport.h"
#include "tests/support/testing.h"
#include "tests/unit/server/tools/eventserver.h"
#include "tests/unit/server/tools/fakehttpserver.h"
#include "tests/unit/server/tools/processcount.h"

#include <QElapsedTimer>
#include <QSslConfiguration>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>

#include <atomic>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::testing;
using namespace provost::testing;
using namespace std::chrono_literals;

namespace {

std::int64_t executed(Adapter &adapter)
{
    return (*call(adapter, "count"))["structuredContent"]["executed"].toInteger().value_or(-1);
}

} // namespace

class TstMcpHttp : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (python().isEmpty())
            QSKIP("python3 is not installed");
    }

    void listsAndCalls_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("streams") << QStringList();
        QTest::newRow("json") << QStringList{QStringLiteral("--json")};
        QTest::newRow("no stream of its own") << QStringList{QStringLiteral("--no-stream")};
        QTest::newRow("old") << QStringList{QStringLiteral("--version=2025-03-26")};
    }

    void listsAndCalls()
    {
        QFETCH(QStringList, options);
        const FakeHttpServer server(options);
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        const auto catalog = await(adapter->catalog());
        QVERIFY(catalog);
        QVERIFY(catalog->tools.size() > 20);
        QCOMPARE(call(*adapter, "raw")->toBytes(),
                 QByteArray(R"({"zeta":1,"content":[{"type":"future_kind","x":1.0}],)"
                            R"("structuredContent":{"b":12345678901234567890,"a":1e2},)"
                            R"("isError":false,"_meta":{"com.example/k":[null]},"alpha":{}})"));
        QCOMPARE(adapter->status().state, AdapterState::Ready);
    }

    void sendsTheHeadersOfTheProtocol()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        const auto seen = call(*adapter, "words");
        const Json &headers = (*seen)["structuredContent"]["headers"];
        QCOMPARE(headers["Authorization"].toByteArray(), QByteArray("Bearer hunter2-secret"));
        QCOMPARE(headers["MCP-Protocol-Version"].toByteArray(), QByteArray("2025-11-25"));
        QCOMPARE(headers["Accept"].toByteArray(),
                 QByteArray("application/json, text/event-stream"));
        QVERIFY(headers["Mcp-Session-Id"].toByteArray().startsWith('s'));
        QVERIFY(headers["Host"].toByteArray().startsWith("127.0.0.1:"));
    }

    void manyCallsAtOnce()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        QVERIFY(call(*adapter, "echo"));
        std::stop_source stop;
        CallContext context;
        context.stop = stop.get_token();
        std::vector<Running<Result<Output>>> hanging;
        for (int i = 0; i < 50; ++i)
            hanging.emplace_back(adapter->call("hang", Json::object(), context));
        std::int64_t asked = 0;
        const auto executed = [&adapter, &asked] { // but for the questions about it
            const auto counted = call(*adapter, "count");
            return *(*counted)["structuredContent"]["executed"].toInteger() - ++asked;
        };
        QTRY_COMPARE(executed(), 51); // none waits for another
        for (int i = 0; i < 100; ++i) {
            const auto echoed = call(*adapter, "echo", Json::object({{"i", i}}));
            QCOMPARE((*echoed)["structuredContent"]["i"].toInteger(), i);
        }
        stop.request_stop();
        for (auto &one : hanging)
            QCOMPARE(one.wait().error().code, ErrorCode::Cancelled);
    }

    void failsWithTheRightErrorAndOnlyOnce_data()
    {
        QTest::addColumn<QByteArray>("tool");
        QTest::addColumn<int>("status");
        QTest::addColumn<ErrorCode>("want");
        QTest::newRow("reset in mid-body") << QByteArray("reset") << 0 << ErrorCode::Upstream;
        QTest::newRow("closed without an answer")
            << QByteArray("silent_close") << 0 << ErrorCode::Upstream;
        QTest::newRow("accepted, no answer") << QByteArray("status") << 202 << ErrorCode::Upstream;
        QTest::newRow("not json") << QByteArray("status") << 200 << ErrorCode::Upstream;
        QTest::newRow("redirected") << QByteArray("redirect") << 0 << ErrorCode::Upstream;
        QTest::newRow("credential") << QByteArray("status") << 401 << ErrorCode::Upstream;
        QTest::newRow("too many") << QByteArray("status") << 429 << ErrorCode::Unavailable;
        QTest::newRow("broken") << QByteArray("status") << 500 << ErrorCode::Upstream;
    }

    void failsWithTheRightErrorAndOnlyOnce()
    {
        QFETCH(QByteArray, tool);
        QFETCH(int, status);
        QFETCH(ErrorCode, want);
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        const std::int64_t before = executed(*adapter);
        Running<Result<Output>> other(adapter->call("slow", Json::object({{"ms", 300}}), {}));
        const auto result = call(*adapter, tool.constData(), Json::object({{"status", status}}));
        QVERIFY(!result);
        QCOMPARE(result.error().code, want);
        QVERIFY(!result.error().message.contains(u"hunter2"));
        QVERIFY(other.wait());
        const int own = tool == "reset" || tool == "silent_close" ? 1 : 0;
        QCOMPARE(executed(*adapter) - before, own + 2); // itself, the slow one and this question
        QCOMPARE(adapter->status().state, AdapterState::Ready);
    }

    void keepsTheDeadline_data()
    {
        QTest::addColumn<QByteArray>("tool");
        QTest::newRow("hangs") << QByteArray("hang");
        QTest::newRow("a byte at a time") << QByteArray("drip");
    }

    void keepsTheDeadline()
    {
        QFETCH(QByteArray, tool);
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        QVERIFY(call(*adapter, "echo"));
        CallContext context;
        context.deadline = 300ms;
        QElapsedTimer elapsed;
        elapsed.start();
        const auto result = call(*adapter, tool.constData(), Json::object(), context);
        QCOMPARE(result.error().code, ErrorCode::Timeout);
        QVERIFY2(elapsed.elapsed() >= 295, QByteArray::number(elapsed.elapsed()).constData());
        QTRY_COMPARE((*call(*adapter, "cancelled"))["structuredContent"]["ids"].items().size(), 1u);
    }

    void slowBytesThatCompleteInTimeAreFine()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        QCOMPARE(textOf(call(*adapter, "drip")), QByteArray("drip"));
    }

    void cutsAnswersThatAreTooLarge_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("stream") << QStringList();
        QTest::newRow("json") << QStringList{QStringLiteral("--json")};
    }

    void cutsAnswersThatAreTooLarge()
    {
        QFETCH(QStringList, options);
        const FakeHttpServer server(options);
        Loop loop;
        Json config = server.config();
        config.set("message_bytes_max", 100'000);
        const auto adapter = makeAdapter(config, loop.thread());
        QCOMPARE(call(*adapter, "huge", Json::object({{"bytes", 5'000'000}})).error().code,
                 ErrorCode::TooLarge);
        QCOMPARE(textOf(call(*adapter, "huge", Json::object({{"bytes", 90'000}}))).size(), 90'000);
    }

    void beginsANewSessionWhenTheOldOneIsLost()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        const std::int64_t before = executed(*adapter);
        QVERIFY(call(*adapter, "lose_sessions"));
        std::vector<Running<Result<Output>>> running;
        for (int i = 0; i < 10; ++i)
            running.emplace_back(adapter->call("echo", Json::object(), {}));
        for (auto &one : running)
            QVERIFY(one.wait());
        QCOMPARE(executed(*adapter) - before, 12);
        QCOMPARE((*call(*adapter, "sessions"))["structuredContent"]["open"].toInteger(), 1);
        QCOMPARE(adapter->status().restarts, 0);
    }

    void comesBackForTheRestOfAnAnswer()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        QCOMPARE(textOf(call(*adapter, "resume")), QByteArray("resume"));
    }

    void readsChangedListsAgain()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        std::atomic<int> changes = 0;
        adapter->setOnCatalogChanged([&changes] { ++changes; });
        QVERIFY(await(adapter->catalog()));
        // The server's own stream may open after the first list was read.
        for (int i = 0; i < 100 && changes == 0; ++i) {
            QVERIFY(call(*adapter, "change_tools",
                         Json::object({{"add", QByteArray("fresh" + QByteArray::number(i))}})));
            (void)QTest::qWaitFor([&changes] { return changes > 0; }, 500);
        }
        const auto catalog = await(adapter->catalog());
        QVERIFY(catalog->tools.back().name.startsWith("fresh"));
    }

    void givesProgressToItsCall()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        std::atomic<int> seen = 0;
        CallContext context;
        context.meta = Json::object({{"progressToken", 7}});
        context.notify = [&seen](const QByteArray &, const Json &params) {
            if (params["progressToken"].toInteger() == 7)
                ++seen;
        };
        QVERIFY(call(*adapter, "progress", Json::object(), context));
        QCOMPARE(seen.load(), 3);
    }

    void answersPing()
    {
        const FakeHttpServer server;
        Loop loop;
        const auto adapter = makeAdapter(server.config(), loop.thread());
        const auto ping = call(*adapter, "ask", Json::object({{"method", "ping"}}));
        QVERIFY((*ping)["structuredContent"]["result"].isObject());
    }

    void endsItsSession()
    {
        const FakeHttpServer server;
        Loop loop;
        auto first = makeAdapter(server.config(), loop.thread());
        QVERIFY(call(*first, "echo"));
        first.reset();
        const auto second = makeAdapter(server.config(), loop.thread());
        QTRY_COMPARE((*call(*second, "sessions"))["structuredContent"]["ended"].toInteger(), 1);
    }

    void unreachableServers()
    {
        QTcpServer nobody; // accepts and never answers
        QVERIFY(nobody.listen(QHostAddress::LocalHost));
        const auto config = [](quint16 port) {
            return Json::object({
                {"url", QByteArray("http://127.0.0.1:" + QByteArray::number(port) + "/mcp")},
                {"start_timeout", "200ms"},
                {"restart", Json::object({{"first", "10s"}})},
            });
        };
        Loop loop;
        const auto silent = makeAdapter(config(nobody.serverPort()), loop.thread());
        QCOMPARE(await(silent->catalog()).error().code, ErrorCode::Unavailable);
        QCOMPARE(silent->status().detail, QByteArray("the server did not answer in time"));
        const quint16 port = nobody.serverPort();
        nobody.close();
        const auto refused = makeAdapter(config(port), loop.thread());
        QVERIFY(await(refused->catalog()).error().message.contains(u"cannot be reached"));
        QCOMPARE(refused->status().state, AdapterState::Failed);
    }

    void refusesACertificateThatIsNotTrusted()
    {
        const QTemporaryDir directory;
        const QString pem = directory.filePath(QStringLiteral("server.pem"));
        QProcess openssl;
        openssl.start(QStringLiteral("openssl"),
                      {QStringLiteral("req"), QStringLiteral("-x509"), QStringLiteral("-nodes"),
                       QStringLiteral("-newkey"), QStringLiteral("rsa:2048"),
                       QStringLiteral("-keyout"), pem, QStringLiteral("-out"),
                       directory.filePath(QStringLiteral("c.pem")), QStringLiteral("-subj"),
                       QStringLiteral("/CN=localhost"), QStringLiteral("-addext"),
                       QStringLiteral("subjectAltName=IP:127.0.0.1")});
        if (!openssl.waitForFinished() || openssl.exitCode() != 0)
            QSKIP("the program openssl is not installed");
        QFile certificate(directory.filePath(QStringLiteral("c.pem")));
        QVERIFY(certificate.open(QFile::ReadOnly));
        QFile both(pem);
        QVERIFY(both.open(QFile::Append));
        both.write(certificate.readAll());
        both.close();

        const FakeHttpServer server({QStringLiteral("--certificate"), pem});
        Json config = server.config();
        config.set("url", Json(config["url"].toText().replace(QStringLiteral("http:"),
                                                              QStringLiteral("https:"))));
        config.set("restart", Json::object({{"first", "10s"}}));
        {
            Loop loop;
            const auto adapter = makeAdapter(config, loop.thread());
            QVERIFY(!await(adapter->catalog()));
            QVERIFY2(adapter->status().detail.contains("certificate"),
                     adapter->status().detail.constData());
        }
        const QSslConfiguration usual = QSslConfiguration::defaultConfiguration();
        QSslConfiguration trusting = usual;
        trusting.addCaCertificates(certificate.fileName());
        QSslConfiguration::setDefaultConfiguration(trusting);
        {
            Loop loop;
            const auto adapter = makeAdapter(config, loop.thread());
            QVERIFY(await(adapter->catalog()));
            QCOMPARE(textOf(call(*adapter, "echo")), QByteArray("echo"));
        }
        QSslConfiguration::setDefaultConfiguration(usual);
    }

    void messagesThatAreNotAcknowledgedDoNotPileUp_data()
    {
        QTest::addColumn<bool>("overSse");
        QTest::newRow("http") << false;
        QTest::newRow("sse") << true;
    }

    void messagesThatAreNotAcknowledgedDoNotPileUp()
    {
        QFETCH(bool, overSse);
        QTcpServer nobody; // accepts and never answers
        QVERIFY(nobody.listen(QHostAddress::LocalHost));
        std::vector<QTcpSocket *> accepted;
        connect(&nobody, &QTcpServer::newConnection, this, [&] {
            while (QTcpSocket *socket = nobody.nextPendingConnection()) {
                accepted.push_back(socket);
                if (overSse && accepted.size() == 1)
                    socket->write("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
                                  "event: endpoint\ndata: /messages\n\n");
            }
        });
        HttpOptions options{
            .url = QUrl(QStringLiteral("http://127.0.0.1:%1/").arg(nobody.serverPort())),
            .headers = {},
            .postPatience = 20ms,
        };
        std::unique_ptr<Transport> transport;
        if (overSse)
            transport = std::make_unique<SseTransport>(std::move(options));
        else
            transport = std::make_unique<HttpTransport>(std::move(options));
        transport->open();
        const std::size_t before = overSse ? 1 : 0;
        QTRY_COMPARE(accepted.size(), before);
        QVERIFY(transport->send({.text = "{}"}));
        QTRY_VERIFY(accepted.size() > before);
        QTRY_VERIFY(std::all_of(accepted.begin() + qsizetype(before), accepted.end(),
                                [](const QTcpSocket *socket) {
                                    return socket->state() == QAbstractSocket::UnconnectedState;
                                }));
    }

    void aCancellationGetsThroughWhereNoFurtherCallDoes()
    {
        HttpTransport transport(
            {.url = QUrl(QStringLiteral("http://127.0.0.1:1/")), .headers = {}});
        Transport::RequestId id = 1;
        while (id < 10'000 && transport.send({.id = id, .text = "{}"}))
            ++id;
        QVERIFY(id > 100 && id < 10'000);
        QVERIFY(transport.send({.text = "{}"}));
        int more = 0;
        while (more < 10'000 && transport.send({.text = "{}"})) // as answers to a server's pings
            ++more;
        QVERIFY(more < 10'000);
    }

    void aReleasedCallIsNotTakenUpAgain()
    {
        const QByteArray events = "retry: 0\nid: 1\ndata: {}\n\n"; // and then the server's end
        const EventServer server(events);
        HttpTransport transport({.url = server.url(), .headers = {}});
        int heard = 0;
        connect(&transport, &Transport::received, this, [&heard] { ++heard; });
        int turnsSince = 0;
        QTimer everyTurn; // comes due before the timer by which the answer is taken up
        connect(&everyTurn, &QTimer::timeout, this, [&] {
            if (heard == 0)
                return;
            transport.release(1);
            ++turnsSince;
        });
        everyTurn.start(0);
        QVERIFY(transport.send({.id = 1, .text = "{}"}));
        QTRY_VERIFY(turnsSince > 10);
        QCOMPARE(heard, 1);
    }

    void leavesNothingBehind()
    {
        const FakeHttpServer server;
        Loop loop;
        auto adapter = makeAdapter(server.config(), loop.thread());
        QVERIFY(call(*adapter, "echo"));
        adapter.reset();
        const int descriptors = descriptorCount();
        adapter = makeAdapter(server.config(), loop.thread());
        for (int i = 0; i < 50; ++i) {
            QVERIFY(!call(*adapter, i % 2 == 0 ? "reset" : "silent_close"));
            CallContext context;
            context.deadline = 20ms;
            QVERIFY(!call(*adapter, "drip", Json::object(), context));
            QVERIFY(call(*adapter, "echo"));
        }
        adapter.reset();
        QTRY_VERIFY(descriptorCount() <= descriptors);
    }
};

PROVOST_TEST(TstMcpHttp)

#include "tst_mcphttp.moc"
