// What servers/*.yaml may say about an upstream, the policy of its tools, and words that come from it.
#include "server/tools/adapters/mcp/listing.h"
#include "server/tools/adapters/mcp/untrusted.h"

#include "tests/support/testing.h"

#include <QFile>
#include <QTest>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp;
using namespace std::chrono_literals;

namespace {

Result<Config> read(const QByteArray &json)
{
    return readConfig({.id = ServerId("memory"), .kind = "mcp"}, *Json::parse(json));
}

} // namespace

class TstMcpConfig : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsAll()
    {
        const auto config = read(R"({"id":"memory","kind":"mcp","tenants":["a"],"prefix":"m__",
            "command":["npx","-y","x"],"env":{"A":"b","N":3},"cwd":"/tmp/x","timeout":"1500ms","start_timeout":"2m",
            "restart":{"first":"1s","max":"10s","stable_after":"5s"},"message_bytes_max":2048,"permission":"write",
            "tools":{"get":{"permission":"read","resource":"memory.graph","capture":"metadata","timeout":"1s"},
                     "*":{"hidden":true}}})");
        QVERIFY(config);
        QCOMPARE(config->command, (std::vector<QByteArray>{"npx", "-y", "x"}));
        QCOMPARE(config->environment, (std::vector<NamedText>{{"A", "b"}, {"N", "3"}}));
        QCOMPARE(config->callTimeout, 1500ms);
        QCOMPARE(config->startTimeout, 2min);
        QCOMPARE(config->restart.max, 10s);
        QCOMPARE(config->messageBytesMax, 2048);
        QCOMPARE(config->resource, QByteArray("memory"));
        QCOMPARE(config->tools.size(), 2u);
        QVERIFY(config->tools[1].hidden);
    }

    void readsHowToConnect()
    {
        const auto plain = read(R"({"command":["a"]})");
        QCOMPARE(plain->connection, ConnectionRule::Auto);
        QCOMPARE(plain->limits, ChildLimits());
        const auto command =
            read(R"({"command":["a"],"connection":"principal",)"
                 R"("limits":{"memory":"1GiB","files":256,"cpu_time":"10m","processes":50}})");
        QVERIFY(command);
        QCOMPARE(command->connection, ConnectionRule::Principal);
        const ChildLimits wanted{
            .memoryBytes = 1 << 30, .files = 256, .cpuTime = 10min, .processes = 50};
        QCOMPARE(command->limits, wanted);
        QCOMPARE(read(R"({"command":["a"],"limits":{"memory":33554432}})")->limits.memoryBytes,
                 std::optional<std::int64_t>(32 << 20));
        const auto address =
            read(R"({"url":"http:\/\/h","transport":"sse","connection":"shared"})");
        QVERIFY(address);
        QCOMPARE(address->transport, HttpKind::Sse);
        QCOMPARE(address->connection, ConnectionRule::Shared);
    }

    void refuses_data()
    {
        QTest::addColumn<Json>("given");
        QTest::addColumn<QByteArray>("want");
        QFile file(QStringLiteral(PROVOST_SOURCE_DIR "/tests/data/tools/mcp/refused.json"));
        QVERIFY(file.open(QFile::ReadOnly));
        const auto cases = Json::parse(file.readAll());
        QVERIFY(cases);
        for (const Json &item : cases->items())
            QTest::newRow(item["name"].toByteArray().constData())
                << item["given"] << item["want"].toByteArray();
    }

    void refuses()
    {
        QFETCH(Json, given);
        QFETCH(QByteArray, want);
        const auto config = read(given.toBytes());
        QVERIFY(!config);
        QCOMPARE(config.error().code, ErrorCode::InvalidInput);
        const QByteArray message = config.error().message.toUtf8();
        QVERIFY2(message.contains(QByteArray('`' + want + '`')), message.constData());
    }

    void firstMatchingRuleCounts_data()
    {
        QTest::addColumn<QByteArray>("tool");
        QTest::addColumn<QByteArray>("want");
        QTest::newRow("name") << QByteArray("get") << QByteArray("get");
        QTest::newRow("glob") << QByteArray("get_all") << QByteArray("get*");
        QTest::newRow("one character") << QByteArray("put1") << QByteArray("put?");
        QTest::newRow("stars") << QByteArray("axbxc") << QByteArray("a*b*c");
        QTest::newRow("none") << QByteArray("put") << QByteArray("");
        QTest::newRow("case") << QByteArray("GET") << QByteArray("");
        QTest::newRow("empty") << QByteArray("") << QByteArray("");
    }

    void firstMatchingRuleCounts()
    {
        QFETCH(QByteArray, tool);
        QFETCH(QByteArray, want);
        const auto config =
            read(R"({"command":["a"],"tools":{"get":{},"get*":{},"put?":{},"a*b*c":{}}})");
        const ToolRule *rule = ruleFor(*config, tool);
        QCOMPARE(rule != nullptr ? rule->pattern : QByteArray(), want);
    }

    void annotationsCountOnlyWhereTheyAreTrusted()
    {
        Listing listing;
        listing.tools.push_back(
            *Json::parse(R"({"name":"t","annotations":{"readOnlyHint":true}})"));
        listing.tools.push_back(
            *Json::parse(R"({"name":"u","annotations":{"readOnlyHint":"yes"}})"));
        listing.tools.push_back(*Json::parse(R"({"title":"no name"})"));
        const Catalog doubted = catalogOf(listing, *read(R"({"command":["a"]})"));
        QCOMPARE(doubted.tools.size(), 2u);
        QCOMPARE(doubted.tools[0].policy.permission, QByteArray("run"));
        const Catalog trusted =
            catalogOf(listing, *read(R"({"command":["a"],"trust_annotations":true})"));
        QCOMPARE(trusted.tools[0].policy.permission, QByteArray("read"));
        QCOMPARE(trusted.tools[1].policy.permission, QByteArray("run"));
        const Catalog bound = catalogOf(
            listing,
            *read(
                R"({"command":["a"],"trust_annotations":true,"tools":{"t":{"permission":"write"}}})"));
        QCOMPARE(bound.tools[0].policy.permission, QByteArray("write"));
    }

    void secretsAreTakenOutOfWords()
    {
        const auto config =
            read(R"({"url":"http:\/\/h","headers":{"Authorization":"Bearer abcdef123","X":"1"}})");
        const auto secrets = config->secrets();
        QCOMPARE(untrustedLine("token abcdef123 refused, 1 left", secrets),
                 QStringLiteral("token *** refused, 1 left"));
        QCOMPARE(untrustedLine("Bearer abcdef123", secrets), QStringLiteral("***"));
        const QString cut =
            untrustedLine(QByteArray(QByteArray(4'090, ' ') + "abcdef123"), secrets);
        QCOMPARE(cut, QStringLiteral("***"));
        QCOMPARE(untrustedLine("a\r\n\tb\x1b[31m\xE2\x80\x8B\xE2\x80\xAE"
                               "c\x7f",
                               {}),
                 QStringLiteral("a b [31m c"));
        QCOMPARE(untrustedLine(QByteArray(1'000'000, 'x'), {}).size(), 300);
        QCOMPARE(untrustedLine("\xff\xfe ok", {}).endsWith(QStringLiteral("ok")), true);
    }
};

PROVOST_TEST(TstMcpConfig)

#include "tst_mcpconfig.moc"
