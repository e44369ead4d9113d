// The record as JSON: names, round trip, what is left out, and what a hostile value does to a line.
#include "tests/support/testing.h"

#include "server/audit/record.h"

#include <QTest>

using namespace provost;
using namespace provost::audit;

namespace {

Record fullRecord()
{
    Record record;
    record.phase = Phase::Outcome;
    record.callId = "c-7f3a91";
    record.timestamp = fromRfc3339("2026-01-15T14:23:45.000123Z").value();
    record.tenant = TenantId("acme-corp");
    record.user = UserId("alice@acme.com");
    record.roles = {"data-analyst", "on \"call\""};
    record.credential = CredentialId("k7Fq2");
    record.agent = "claude-code/2.0";
    record.action = "tool_call";
    record.tool = "read_customer_database";
    record.resource = "customers_table";
    record.permission = "read";
    record.arguments = Json::object({{"limit", 10}, {"exact", Json::number("1.0")}});
    record.attributes = Json::object({{"user", Json::object({{"region", "EU"}})}});
    record.status = "success";
    record.decision = "allow";
    record.reason = "allowed by `data-analyst-access`";
    record.policy = "data-analyst-access";
    record.policyFile = "tenants/acme-corp.yaml";
    record.policyLine = 7;
    record.policyRevision = "9f31c2";
    record.rowFilter = "region == \"EU\"";
    record.recordsReturned = 42;
    record.recordsModified = 0;
    record.bytesReturned = 1234;
    record.durationUs = 234567;
    record.costMicroUsd = 50000;
    record.workflowId = "wf_12345";
    record.requestId = "req_67890";
    record.sessionId = "s-1";
    record.transport = "http";
    record.httpStatus = 200;
    record.rpcError = -32602;
    record.toolError = true;
    record.details = Json::object({{"note", nullptr}});
    return record;
}

} // namespace

class TstRecord : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void usesTheNamesOfTheReferenceArchitecture()
    {
        const Json json = toJson(fullRecord());
        QCOMPARE(json["timestamp"].toByteArray(), "2026-01-15T14:23:45.000123Z");
        QCOMPARE(json["tenant_id"].toByteArray(), "acme-corp");
        QCOMPARE(json["user_id"].toByteArray(), "alice@acme.com");
        QCOMPARE(json["action"].toByteArray(), "tool_call");
        QCOMPARE(json["tool_name"].toByteArray(), "read_customer_database");
        QCOMPARE(json["resource"].toByteArray(), "customers_table");
        QCOMPARE(json["status"].toByteArray(), "success");
        QCOMPARE(json["records_returned"].toInteger(), 42);
        QCOMPARE(json["duration_ms"].numberText(), "234.567");
        QCOMPARE(json["cost_usd"].numberText(), "0.05");
        QCOMPARE(json["workflow_id"].toByteArray(), "wf_12345");
        QCOMPARE(json["request_id"].toByteArray(), "req_67890");
    }

    void comesBackAsItWas()
    {
        const Record record = fullRecord();
        const auto again = recordFromJson(toJson(record));
        QVERIFY2(again, again ? "" : qPrintable(again.error().message));
        QCOMPARE(*again, record);
        const Record event{.timestamp = record.timestamp, .action = "start"};
        QCOMPARE(*recordFromJson(toJson(event)), event);
    }

    void leavesOutWhatIsEmpty()
    {
        const Record event{.timestamp = WallTime{}, .action = "start"};
        QCOMPARE(toJson(event).toBytes(),
                 R"({"phase":"event","timestamp":"1970-01-01T00:00:00.000000Z","action":"start"})");
        Record outcome;
        outcome.phase = Phase::Outcome;
        QVERIFY(toJson(outcome).contains("cost_usd"));
    }

    void readsTheRecordOfTheReferenceArchitecture()
    {
        const auto record = recordFromLine(
            R"({"timestamp":"2026-01-15T14:23:45Z","tenant_id":"acme-corp","user_id":"alice@acme.com",)"
            R"("action":"tool_call","tool_name":"read_customer_database","resource":"customers_table",)"
            R"("status":"success","records_returned":42,"duration_ms":234,"cost_usd":0.05,)"
            R"("workflow_id":"wf_12345","request_id":"req_67890","new_member":[1]})");
        QVERIFY(record);
        QCOMPARE(record->durationUs, 234000);
        QCOMPARE(record->costMicroUsd, 50000);
        QCOMPARE(record->recordsReturned, 42);
    }

    void takesTheIntegerForTheTruth()
    {
        QCOMPARE(recordFromLine(R"({"duration_us":1,"duration_ms":9})")->durationUs, 1);
        QCOMPARE(recordFromLine(R"({"duration_ms":9,"duration_us":1})")->durationUs, 1);
        QCOMPARE(recordFromLine(R"({"cost_micro_usd":3,"cost_usd":9})")->costMicroUsd, 3);
    }

    void refusesWrongTypes_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::addColumn<QString>("member");
        QTest::newRow("text") << QByteArray(R"({"user_id":1})") << "user_id";
        QTest::newRow("phase") << QByteArray(R"({"phase":"later"})") << "phase";
        QTest::newRow("time") << QByteArray(R"({"timestamp":"now"})") << "timestamp";
        QTest::newRow("roles") << QByteArray(R"({"roles":["a",2]})") << "roles";
        QTest::newRow("fraction") << QByteArray(R"({"records_returned":0.5})")
                                  << "records_returned";
        QTest::newRow("too large") << QByteArray(R"({"http_status":4294967496})") << "http_status";
        QTest::newRow("huge cost") << QByteArray(R"({"cost_usd":1e300})") << "cost_usd";
        QTest::newRow("bool") << QByteArray(R"({"tool_error":"yes"})") << "tool_error";
    }

    void refusesWrongTypes()
    {
        QFETCH(QByteArray, line);
        QFETCH(QString, member);
        const auto record = recordFromLine(line);
        QVERIFY(!record);
        QCOMPARE(record.error().code, ErrorCode::InvalidInput);
        QVERIFY(record.error().message.contains(QLatin1Char('`') + member + QLatin1Char('`')));
    }

    void keepsAHostileValueInsideItsString()
    {
        Record record;
        record.phase = Phase::Intent;
        record.agent = QByteArray("evil\xff\"},{\"user_id\":\"root\"\n\0\x1b[31m", 32);
        record.arguments = Json(QByteArray("\xc3(")); // not UTF-8
        QByteArray line("{");
        appendMembers(line, record);
        line += '}';
        QVERIFY(!line.contains('\n') && !line.contains('\0'));
        const auto again = recordFromLine(line);
        QVERIFY2(again, again ? "" : qPrintable(again.error().message));
        QVERIFY(again->user.isEmpty());
        QVERIFY(again->agent.startsWith("evil\xef\xbf\xbd\"},"));
    }

    void showsSmallAndNegativeAmounts()
    {
        Record record;
        record.costMicroUsd = -1;
        record.durationUs = 1;
        QCOMPARE(toJson(record)["cost_usd"].numberText(), "-0.000001");
        QCOMPARE(toJson(record)["duration_ms"].numberText(), "0.001");
        record.costMicroUsd = -9'100'000'000'000'000'001;
        QCOMPARE(toJson(record)["cost_usd"].numberText(), "-9100000000000.000001");
        QCOMPARE(recordFromJson(toJson(record))->costMicroUsd, record.costMicroUsd);
    }
};

PROVOST_TEST(TstRecord)
#include "tst_record.moc"
