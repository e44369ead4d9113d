// The filter language: what it means, what it refuses and where, and that it reads back what it writes.
#include "tests/support/testing.h"

#include "server/audit/filter.h"

#include <QTest>

using namespace provost;
using namespace provost::audit;

namespace {

const WallTime now = fromRfc3339("2026-01-15T14:23:45Z").value();

Record sample()
{
    Record record;
    record.phase = Phase::Outcome;
    record.callId = "c-1";
    record.timestamp = fromRfc3339("2026-01-15T13:00:00Z").value();
    record.tenant = TenantId("acme-corp");
    record.user = UserId("alice@acme.com");
    record.roles = {"data-analyst", "auditor"};
    record.credential = CredentialId("k7Fq2");
    record.agent = "claude-code/2.0";
    record.action = "tool_call";
    record.tool = "db.read_[all]";
    record.status = "success";
    record.decision = "allow";
    record.reason = "allowed by `data-analyst-access`";
    record.policy = "data-analyst-access";
    record.recordsReturned = 42;
    record.durationUs = 234567;
    record.costMicroUsd = 500000;
    record.workflowId = "wf_12345";
    record.arguments = Json::object({{"query", "SELECT \"x\" FROM Customers"}});
    return record;
}

} // namespace

class TstFilter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judgesARecord_data()
    {
        QTest::addColumn<QByteArray>("filter");
        QTest::addColumn<bool>("expected");
        const auto add = [](const char *filter, bool expected) {
            QTest::newRow(filter) << QByteArray(filter) << expected;
        };
        add("", true);
        add("  ", true);
        add("tenant:acme-corp", true);
        add("tenant_id:acme-corp", true);
        add("TENANT:acme-corp", true);
        add("tenant:beta-inc", false);
        add("tenant!=beta-inc", true);
        add("user:\"alice@acme.com\"", true);
        add("user:alice@acme.com", true);
        add("user:ALICE@acme.com", false);
        add("user:*@acme.com", true);
        add("user=*@acme.com", false);
        add("user:\"*@acme.com\"", false);
        add("tool:db.*", true);
        add("tool:db.read_[a*", true);
        add("tool:db.rea?_*", true);
        add("tool:db.rea?", false);
        add("tool:*", true);
        add("resource:*", false);
        add("resource:\"\"", true);
        add("-resource:*", true);
        add("role:auditor", true);
        add("roles:data-*", true);
        add("role:admin", false);
        add("-role:admin", true);
        add("decision:deny", false);
        add("-status:success", false);
        add("NOT status:error", true);
        add("- - status:success", true);
        add("status:success decision:allow", true);
        add("status:success AND decision:deny", false);
        add("status:error OR decision:allow", true);
        add("status:error OR status:denied", false);
        add("status:success (tool:x OR tool:db.*)", true);
        add("-(status:success tool:x)", true);
        add("status:error tool:x OR user:alice@acme.com", true);
        add("cost>0.4", true);
        add("cost>0.5", false);
        add("cost>=0.5", true);
        add("cost:0.5", true);
        add("cost_usd:<=0.500000", true);
        add("cost!=0.5", false);
        add("ms:234.567", true);
        add("ms>234", true);
        add("duration_ms:200..300", true);
        add("ms:300..200", false);
        add("records>10 records<=42", true);
        add("records:*", true);
        add("modified>=0", false);
        add("-modified>=0", true);
        add("modified!=3", true);
        add("modified:*", false);
        add("seq:7", true);
        add("seq>7", false);
        add("rpc:-32602", false);
        add("time:2026-01-15", true);
        add("time:2026-01-15T13:00", true);
        add("time:2026-01-15T13:00:01", false);
        add("time>2026-01-15", false);
        add("time>=2026-01-15", true);
        add("time<2026-01-15T13:00:00Z", false);
        add("time<=2026-01-15T14:00:00+01:00", true);
        add("time>-2h", true);
        add("time:>-1h", false);
        add("time:-2h..-1h", true);
        add("customers", true);
        add("\"from customers\"", true);
        add("DATA-ANALYST", true);
        add("100%", false);
        add("k7fq2", true);
        add("missing", false);
        add("-missing", true);
        add("\"tool:x\"", false);
        add("phase:outcome", true);
        add("tool_error:false", true);
    }

    void judgesARecord()
    {
        QFETCH(QByteArray, filter);
        QFETCH(bool, expected);
        const auto parsed = Filter::parse(filter, now);
        QVERIFY2(parsed, parsed ? "" : qPrintable(parsed.error().message));
        QCOMPARE(parsed->matches(sample(), 7), expected);
    }

    void readsWhatItWrites_data() { judgesARecord_data(); }

    void readsWhatItWrites()
    {
        QFETCH(QByteArray, filter);
        const auto parsed = Filter::parse(filter, now).value();
        const auto again = Filter::parse(parsed.canonical(), WallTime());
        QVERIFY2(again, parsed.canonical().constData());
        QVERIFY2(*again == parsed, parsed.canonical().constData());
        QCOMPARE(again->canonical(), parsed.canonical());
    }

    void saysWhereAndWhatIsWrong_data()
    {
        QTest::addColumn<QByteArray>("filter");
        QTest::addColumn<int>("position");
        QTest::addColumn<QString>("words");
        const auto add = [](const char *filter, int position, const char *words) {
            QTest::newRow(filter) << QByteArray(filter) << position << QString::fromUtf8(words);
        };
        add("tol:x", 0, "similar: time, tenant, tool");
        add("a nonsense:x", 2, "there is no field `nonsense`");
        add("tool:", 5, "a value is missing after `tool`");
        add("tool: x", 5, "a value is missing");
        add("tool>x", 5, "holds text");
        add("cost>much", 5, "asks for a number");
        add("cost>0.0000001", 5, "6 decimal places");
        add("ms:1.", 3, "asks for a number");
        add("ms:1.2.3", 3, "number");
        add("ms:.5", 3, "asks for a number");
        add("records:99999999999999999999", 8, "too large");
        add("time:yesterday", 5, "asks for a time");
        add("time:2026-02-30", 5, "asks for a time");
        add("(a", 0, "not closed");
        add("a)", 1, "without a `(`");
        add("()", 1, "missing");
        add("a OR", 4, "missing");
        add("OR a", 0, "between two terms");
        add("a OR OR b", 5, "between two terms");
        add("-", 1, "missing");
        add("\"abc", 0, "not closed");
        add("user:\"abc", 5, "not closed");
        add("\xff", 0, "not UTF-8");
    }

    void saysWhereAndWhatIsWrong()
    {
        QFETCH(QByteArray, filter);
        QFETCH(int, position);
        QFETCH(QString, words);
        const auto parsed = Filter::parse(filter, now);
        QVERIFY(!parsed);
        QCOMPARE(parsed.error().position, position);
        QVERIFY2(parsed.error().message.contains(words), qPrintable(parsed.error().message));
        const auto result = Filter::fromText(filter, now);
        QCOMPARE(result.error().code, ErrorCode::InvalidInput);
        QVERIFY(result.error().message.contains(QString::number(position + 1)));
    }

    void boundsItsInput()
    {
        QVERIFY(!Filter::parse(QByteArray(10000, 'a'), now));
        QVERIFY(!Filter::parse(QByteArray(2000, '('), now));
        QVERIFY(!Filter::parse(QByteArray(2000, '-').append('a'), now));
    }

    void completes_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("from");
        QTest::addColumn<QByteArray>("candidate"); // one that must be there
        QTest::addColumn<bool>("asksTheLog");
        const auto add = [](const char *text, int from, const char *candidate, bool asksTheLog) {
            QTest::newRow(text) << QByteArray(text) << from << QByteArray(candidate) << asksTheLog;
        };
        add("", 0, "tool:", false);
        add("to", 0, "tool:", false);
        add("a (us", 3, "user:", false);
        add("-dec", 1, "decision:", false);
        add("tenant_", 0, "tenant:", false);
        add("cos", 0, "cost>", false);
        add("decision:d", 9, "deny", false);
        add("status!=", 8, "rate_limited", false);
        add("time:>", 6, "-1h", false);
        add("a O", 2, "OR", false);
        add("tool:db", 5, "", true);
        add("user:\"ali", 5, "", true);
        add("nonsense:x", 0, "", false);
    }

    void completes()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, from);
        QFETCH(QByteArray, candidate);
        QFETCH(bool, asksTheLog);
        const FilterCompletion completion =
            completeFilter(QByteArray(text + " trailing"), int(text.size()));
        QCOMPARE(completion.from, from);
        QCOMPARE(completion.valuesOf.has_value(), asksTheLog);
        const bool isThere = std::any_of(completion.candidates.begin(), completion.candidates.end(),
                                         [&](const FilterCandidate &one) {
                                             return one.text == candidate && !one.hint.isEmpty();
                                         });
        QCOMPARE(isThere, !candidate.isEmpty());
        if (asksTheLog)
            QVERIFY(text.endsWith(completion.prefix) && !completion.prefix.contains('"'));
    }

    void quotesOnlyWhereNeeded()
    {
        QCOMPARE(quotedValue("alice@acme.com"), "alice@acme.com");
        QCOMPARE(quotedValue(""), "\"\"");
        for (const QByteArray &value : {QByteArray("a b"), QByteArray("a*"), QByteArray("a\"b\\"),
                                        QByteArray("a(b)"), QByteArray("-1h"), QByteArray(">x")}) {
            const auto filter =
                Filter::parse(QByteArray("user:" + quotedValue(value)), now).value();
            Record record;
            record.user = UserId(value);
            QVERIFY(filter.matches(record, 1));
            record.user = UserId(value + 'x');
            QVERIFY(!filter.matches(record, 1));
        }
    }
};

PROVOST_TEST(TstFilter)
#include "tst_filter.moc"
