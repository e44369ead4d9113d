// The quick way to read a line against the full one: the same fields, whatever stands in the line.
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include "server/audit/journalformat.h"
#include "server/audit/linefields.h"

#include <QTest>

using namespace provost;
using namespace provost::audit;

namespace {

QByteArray sealed(QByteArrayView members)
{
    QByteArray line;
    sealLine(line, {12, 3}, members);
    return line.chopped(1);
}

QByteArray lineOf(const Record &record)
{
    QByteArray members;
    appendMembers(members, record);
    return sealed(members);
}

// The first field in which they differ; empty if there is none.
QByteArray difference(const LineFields &fields, QByteArrayView line, const Record &record)
{
    for (const FieldInfo &info : allFields().first(fields.texts.size())) {
        const auto at = std::size_t(info.field);
        const bool isSame = info.isText()
                                ? fields.texts[at] == info.text(record)
                                : fields.numbers[at] == info.number(record).value_or(none);
        if (!isSame)
            return {info.name.data(), qsizetype(info.name.size())};
    }
    return fields.arguments == searchedArguments(line) ? QByteArray() : QByteArray("arguments");
}

} // namespace

class TstLineFields : public QObject
{
    Q_OBJECT

private:
    provost::testing::SeededRandom m_random{11};
    LineFieldReader m_reader; // one for all lines: what it remembers must not show

    QByteArray oneOf(std::initializer_list<const char *> values)
    {
        return *(values.begin() + m_random.below(values.size()));
    }
    Record randomRecord()
    {
        Record record;
        for (const FieldInfo &info : allFields()) {
            if (m_random.below(3) == 0)
                continue;
            if (info.isText() && info.field != Field::Phase && info.field != Field::Role)
                info.setText(record, oneOf({"", "x", "db.read", "\"q\"", "a\\b", "caf\xc3\xa9",
                                            "line\nbreak", "\x01", "true"}));
            else if (info.setNumber != nullptr)
                info.setNumber(record, std::int64_t(m_random.below(4)) * 1'000'003 - 1'000'003);
        }
        record.phase = Phase(m_random.below(3));
        for (const char *role : {"analyst", "on \"call\"", "admin", "a]b,"}) {
            if (m_random.below(3) == 0)
                record.roles.emplace_back(role);
        }
        if (m_random.below(2) == 0)
            record.arguments = Json::object({{"query", oneOf({"SELECT", "}\"]{"})}});
        if (m_random.below(2) == 0)
            record.details = Json::object({{"tool_name", "not this one"}});
        return record;
    }

private Q_SLOTS:
    void readsWhatTheFullWayReads()
    {
        for (int round = 0; round < 3000; ++round) {
            const QByteArray line = lineOf(randomRecord());
            const auto record = recordFromLine(line);
            QVERIFY(record);
            const QByteArray field = difference(m_reader.read(line), line, *record);
            if (!field.isEmpty())
                QFAIL(QByteArray(field + " of " + line).constData());
        }
    }

    void readsUnusualLines_data()
    {
        QTest::addColumn<QByteArray>("members");
        const auto row = [](const char *name, const char *members) {
            QTest::newRow(name) << QByteArray(members);
        };
        row("nothing", R"("phase":"event")");
        row("only the duration for reading", R"("duration_ms":2.5)");
        row("only the cost for reading", R"("cost_usd":0.5)");
        row("the duration for reading last", R"("duration_us":7,"duration_ms":2)");
        row("the same member twice", R"("tool_name":"a","tool_name":"b")");
        row("unknown members", R"("colour":{"tool_name":"x"},"tool_name":"a")");
        row("blanks", R"("tool_name" : "a", "roles": ["x", "y"])");
        row("roles with blanks", R"("roles":["x", "y"])");
        row("no roles", R"("roles":[])");
        row("roles with a comma", R"("roles":["x,y",""])");
        row("escapes", R"("tool_name":"\u0041")");
        row("an escaped name", R"("tool\u005fname":"a")");
        row("a number with an exponent", R"("records_returned":1e2)");
        row("minus zero", R"("records_returned":-0)");
        row("the largest number", R"("records_returned":9223372036854775807)");
        row("codes of zero", R"("http_status":0,"rpc_error":0,"policy_line":0)");
        row("a time with an offset", R"("timestamp":"2026-01-15T10:00:00+02:00")");
        row("another order", R"("tool_error":true,"phase":"outcome","call_id":"c")");
    }

    void readsUnusualLines()
    {
        QFETCH(QByteArray, members);
        const QByteArray line = sealed(members);
        const auto record = recordFromLine(line);
        QVERIFY(record);
        QCOMPARE(difference(m_reader.read(line), line, *record), QByteArray());
    }

    void remembersOnlyWhatIsTheSame()
    {
        for (const char *members :
             {R"("tool_name":"a","status":"success")", R"("tool_name":"a","status":"error")",
              R"("status":"success","tool_name":"a")", R"("tool_name":"ab")", R"("tool_name":"")",
              R"("roles":["a"],"tool_error":true)", R"("roles":["a","b"],"tool_error":false)",
              R"("tool_name":"a","tool_name":"b","tool_name":"a")", R"("phase":"event")"}) {
            const QByteArray line = sealed(members);
            const auto record = recordFromLine(line);
            QVERIFY(record);
            QCOMPARE(difference(m_reader.read(line), line, *record), QByteArray());
        }
        QCOMPARE(
            m_reader.read(sealed(R"("tool_error":true)")).texts.at(std::size_t(Field::ToolError)),
            QByteArrayView("true"));
        QCOMPARE(
            m_reader.read(sealed(R"("tool_error":truex)")).texts.at(std::size_t(Field::Action)),
            QByteArrayView("unreadable"));
    }

    void marksUnreadableLines_data()
    {
        QTest::addColumn<QByteArray>("members");
        for (const char *members :
             {R"("tool_name":7)", R"("phase":"dream")", R"("roles":["a",7])", R"("roles":["a",])",
              R"("roles":["a")", R"("tool_error":"true")", R"("records_returned":"many")",
              R"("http_status":99999999999)", R"("timestamp":"yesterday")",
              R"("records_returned":01)", "\"tool_name\":\"a\nb\"", "\"tool_name\":\"\xff\""})
            QTest::newRow(members) << QByteArray(members);
    }

    void marksUnreadableLines()
    {
        QFETCH(QByteArray, members);
        const QByteArray line = sealed(members);
        QVERIFY(!recordFromLine(line));
        const LineFields &fields = m_reader.read(line);
        QCOMPARE(fields.texts.at(std::size_t(Field::Action)), QByteArrayView("unreadable"));
        QVERIFY(!fields.texts.at(std::size_t(Field::Reason)).isEmpty());
        QVERIFY(fields.texts.at(std::size_t(Field::Tool)).isEmpty());
    }
};

PROVOST_TEST(TstLineFields)
#include "tst_linefields.moc"
