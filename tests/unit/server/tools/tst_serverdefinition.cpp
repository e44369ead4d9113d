// loadServers() and substitute(): what a servers file may say, and where it is wrong.
#include "server/tools/serverdefinition.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::tools;

class TstServerDefinition : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsServers()
    {
        const auto loaded = loadServers(R"(
version: 1
servers:
  - id: analytics
    kind: sql
    tenants: [acme-corp, beta-inc]
    limits: {rows: 1000, ratio: 1.50}
    port: "5432"
    strict: true
    nothing: ~
  - id: memory
    kind: mcp
    command: [npx, -y]
  - id: bare
    kind: mcp
    prefix: ""
)",
                                        "servers/a.yaml");
        QVERIFY(loaded.diagnostics.empty());
        QCOMPARE(loaded.servers.size(), 3u);
        const ServerDefinition &analytics = loaded.servers[0];
        QCOMPARE(analytics.id, ServerId("analytics"));
        QCOMPARE(analytics.kind, "sql");
        QCOMPARE(analytics.tenants.size(), 2u);
        QCOMPARE(analytics.prefix, "");
        QCOMPARE(analytics.config["limits"].toBytes(), R"({"rows":1000,"ratio":1.50})");
        QCOMPARE(analytics.config["port"].toBytes(), R"("5432")");
        QCOMPARE(analytics.config["strict"].toBytes(), "true");
        QVERIFY(analytics.config["nothing"].isNull());
        QCOMPARE(analytics.where.line, 4);
        QCOMPARE(loaded.servers[1].prefix, "memory__");
        QCOMPARE(loaded.servers[2].prefix, "");
        QVERIFY(loaded.servers[1].tenants.empty());
    }

    void keepsTextThatOtherReadersTakeForNumbers_data()
    {
        QTest::addColumn<QByteArray>("written");
        QTest::addColumn<QByteArray>("json");
        QTest::newRow("integer") << QByteArray("12") << QByteArray("12");
        QTest::newRow("negative") << QByteArray("-12") << QByteArray("-12");
        QTest::newRow("zero") << QByteArray("0") << QByteArray("0");
        QTest::newRow("large") << QByteArray("123456789012345678901")
                               << QByteArray("123456789012345678901");
        QTest::newRow("decimal") << QByteArray("0.50") << QByteArray("0.50");
        QTest::newRow("exponent") << QByteArray("1e-3") << QByteArray("1e-3");
        QTest::newRow("octal look") << QByteArray("010") << QByteArray("\"010\"");
        QTest::newRow("hexadecimal") << QByteArray("0x10") << QByteArray("\"0x10\"");
        QTest::newRow("plus") << QByteArray("+1") << QByteArray("\"+1\"");
        QTest::newRow("no digit") << QByteArray(".5") << QByteArray("\".5\"");
        QTest::newRow("yes") << QByteArray("yes") << QByteArray("\"yes\"");
        QTest::newRow("no") << QByteArray("NO") << QByteArray("\"NO\"");
        QTest::newRow("true") << QByteArray("true") << QByteArray("true");
        QTest::newRow("quoted") << QByteArray("'true'") << QByteArray("\"true\"");
        QTest::newRow("date") << QByteArray("2026-01-01") << QByteArray("\"2026-01-01\"");
    }

    void keepsTextThatOtherReadersTakeForNumbers()
    {
        QFETCH(QByteArray, written);
        QFETCH(QByteArray, json);
        const auto loaded = loadServers(
            QByteArray("servers:\n  - id: a\n    kind: b\n    x: " + written + "\n"), "f.yaml");
        QVERIFY(loaded.diagnostics.empty());
        QCOMPARE(loaded.servers.front().config["x"].toBytes(), json);
    }

    void saysWhatIsWrongAndWhere_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("line");
        QTest::addColumn<QByteArray>("message");
        QTest::newRow("unknown key")
            << QByteArray("servers: []\nserver: []\n") << 2 << QByteArray("unknown key `server`");
        QTest::newRow("no servers")
            << QByteArray("version: 1\n") << 1 << QByteArray("the key `servers` is missing");
        QTest::newRow("empty") << QByteArray() << 1 << QByteArray("is a mapping");
        QTest::newRow("version") << QByteArray("version: 2\nservers: []\n") << 1
                                 << QByteArray("only version 1");
        QTest::newRow("no list") << QByteArray("servers: {}\n") << 1
                                 << QByteArray("must be a list");
        QTest::newRow("no mapping")
            << QByteArray("servers:\n  - x\n") << 2 << QByteArray("a server is a mapping");
        QTest::newRow("no id") << QByteArray("servers:\n  - kind: sql\n") << 2
                               << QByteArray("needs the text `id`");
        QTest::newRow("no kind") << QByteArray("servers:\n  - id: a\n") << 2
                                 << QByteArray("needs the text `kind`");
        QTest::newRow("bad id") << QByteArray("servers:\n  - kind: sql\n    id: A/B\n") << 3
                                << QByteArray("id is made of");
        QTest::newRow("twice") << QByteArray(
            "servers:\n  - {id: a, kind: b}\n  - {id: a, kind: b}\n")
                               << 3 << QByteArray("used twice");
        QTest::newRow("output validation")
            << QByteArray("servers:\n  - id: a\n    kind: b\n    output_validation: yes\n") << 4
            << QByteArray("off, warn or strict");
        QTest::newRow("empty tenants")
            << QByteArray("servers:\n  - id: a\n    kind: b\n    tenants: []\n") << 4
            << QByteArray("leave it out for every tenant");
        QTest::newRow("duplicate key")
            << QByteArray("servers:\n  - id: a\n    kind: b\n    id: c\n") << 4
            << QByteArray("duplicate key `id`");
        QTest::newRow("alias") << QByteArray("servers:\n  - id: &x a\n    kind: b\n") << 2
                               << QByteArray("anchors are not allowed");
        QTest::newRow("tag") << QByteArray("servers:\n  - id: !y a\n    kind: b\n") << 2
                             << QByteArray("tags are not allowed");
        QTest::newRow("second document") << QByteArray("servers: []\n---\nservers: []\n") << 2
                                         << QByteArray("a second YAML document");
        QTest::newRow("not YAML") << QByteArray("servers: [\n") << 2
                                  << QByteArray("not valid YAML");
    }

    void saysWhatIsWrongAndWhere()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, line);
        QFETCH(QByteArray, message);
        const auto loaded = loadServers(text, "servers/a.yaml");
        QCOMPARE(loaded.diagnostics.size(), 1u);
        const policy::Diagnostic &diagnostic = loaded.diagnostics.front();
        QCOMPARE(diagnostic.where.file, "servers/a.yaml");
        QCOMPARE(diagnostic.where.line, line);
        QVERIFY2(diagnostic.message.contains(message), diagnostic.message.constData());
    }

    void outputIsCheckedByDefaultForUpstreamsOnly()
    {
        const auto validationOf = [](const QByteArray &members) {
            const auto loaded =
                loadServers(QByteArray("servers:\n  - {id: a, " + members + "}\n"), "f.yaml");
            return loaded.servers.front().outputValidation;
        };
        QCOMPARE(validationOf("kind: mcp"), OutputValidation::Warn);
        QCOMPARE(validationOf("kind: sql"), OutputValidation::Off);
        QCOMPARE(validationOf("kind: mcp, output_validation: off"), OutputValidation::Off);
        QCOMPARE(validationOf("kind: sql, output_validation: warn"), OutputValidation::Warn);
        QCOMPARE(validationOf("kind: mcp, output_validation: strict"), OutputValidation::Strict);
    }

    void replacesVariables()
    {
        const Json config = Json::object({{"path", "sqlite:${data}/${tenant.id}.db"},
                                          {"list", Json::array({"${org}", 1, nullptr})},
                                          {"sql", "WHERE region = ${user.region}"}});
        const auto replaced = substitute(
            config,
            {{"data", "/d"}, {"tenant.id", "acme"}, {"org", "${data}"}, {"user.region", "x"}});
        QVERIFY(replaced.has_value());
        // What a variable holds is not looked at again, and user.… is left to be bound at the call.
        QCOMPARE(replaced->toBytes(), R"({"path":"sqlite:/d/acme.db","list":["${data}",1,null],)"
                                      R"("sql":"WHERE region = ${user.region}"})");
    }

    void refusesUnknownVariables()
    {
        const auto unknown = substitute(Json::array({"${env.HOME}"}), {{"data", "/d"}});
        QCOMPARE(unknown.error().code, ErrorCode::InvalidInput);
        QVERIFY(unknown.error().message.contains(QStringLiteral("`env.HOME`")));
        QVERIFY(!substitute(Json("${data"), {{"data", "/d"}}).has_value());
    }
};

PROVOST_TEST(TstServerDefinition)
#include "tst_serverdefinition.moc"
