// Tools of a legacy server that work as tasks of 2025-11-25: they are called, ask, and are cancelled like any other.
#include "tests/support/testing.h"
#include "tests/unit/server/tools/legacyserver.h"

#include <atomic>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::testing;

class TstMcpTaskTools : public QObject
{
    Q_OBJECT

private:
    static void transports()
    {
        QTest::addColumn<QByteArray>("transport");
        for (const char *transport : {"stdio", "http", "http, session", "sse"})
            QTest::newRow(transport) << QByteArray(transport);
    }

    // Of the server's tasks, each with a blank behind it.
    static QByteArray statusesAt(const Legacy &legacy, const CallContext &context)
    {
        QByteArray all;
        const Json details = legacy.details("tasks", context);
        for (const Json &status : details["statuses"].items())
            all += status.toByteArray() + ' ';
        return all;
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (python().isEmpty())
            QSKIP("python3 is not installed");
    }

    void callsWhatWorksAsATask_data() { transports(); }

    void callsWhatWorksAsATask()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport, {QStringLiteral("--tasks")});
        Adapter &adapter = legacy.adapter();
        QVERIFY(await(adapter.catalog()));
        const CallContext context = from("alice", canAll);
        const auto done = call(adapter, "long", Json::object({{"polls", 2}}), context);
        QCOMPARE(textOf(done), QByteArray("done"));
        QVERIFY(!done->contains("_meta"));

        const Json arguments = Json::object({{"question", question("elicitation/create")}});
        const auto asked = await(adapter.call("long", arguments, context));
        QVERIFY(asked && asked->needs);
        const Json::Member &request = asked->needs->requests.members()[0];
        QCOMPARE(request.value["params"].toBytes(), QByteArray(R"({"message":"?"})"));
        CallContext next = context;
        next.requestState = asked->needs->state;
        next.inputResponses = Json::object({{request.key, Json::object({{"action", "decline"}})}});
        CallContext bob = next;
        bob.user = UserId("bob");
        QCOMPARE(await(adapter.call("long", arguments, bob)).error().code, ErrorCode::InvalidInput);
        const auto answered = call(adapter, "long", arguments, next);
        QCOMPARE((*answered)["structuredContent"]["result"]["action"], Json("decline"));
        QVERIFY(!answered->contains("_meta"));
    }

    void workThatMayBeATaskIsOne()
    {
        const Legacy legacy("stdio", {QStringLiteral("--tasks")});
        Adapter &adapter = legacy.adapter();
        QVERIFY(await(adapter.catalog()));
        CallContext context = from("alice", canAll);
        QCOMPARE(textOf(call(adapter, "long_or_not", Json::object(), context)),
                 QByteArray("plain"));
        std::atomic<bool> became = false;
        context.becomeTask = [&became] { became = true; };
        QCOMPARE(textOf(call(adapter, "long_or_not", Json::object(), context)), QByteArray("done"));
        QVERIFY(became);
        became = false;
        QCOMPARE(textOf(call(adapter, "echo", Json::object(), context)), QByteArray("echo"));
        QVERIFY(!became);
    }

    void aServerWithoutTheCapabilityGetsNoTasks()
    {
        const Legacy legacy("stdio",
                            {QStringLiteral("--tasks"), QStringLiteral("--no-capability")});
        QVERIFY(await(legacy.adapter().catalog()));
        QVERIFY(textOf(call(legacy.adapter(), "long")).startsWith("error: "));
    }

    void cancelsTheTaskWithTheCall_data() { transports(); }

    void cancelsTheTaskWithTheCall()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport, {QStringLiteral("--tasks")});
        Adapter &adapter = legacy.adapter();
        QVERIFY(await(adapter.catalog()));
        const CallContext context = from("alice", canAll);
        const auto statuses = [&] { return statusesAt(legacy, context); };
        std::stop_source stop;
        CallContext stopped = context;
        stopped.stop = stop.get_token();
        Running<Result<Output>> running(
            adapter.call("long", Json::object({{"polls", 1'000'000}}), stopped));
        QTRY_COMPARE_WITH_TIMEOUT(statuses(), QByteArray("working "), patienceMs);
        stop.request_stop();
        QCOMPARE(running.wait().error().code, ErrorCode::Cancelled);
        QTRY_COMPARE_WITH_TIMEOUT(statuses(), QByteArray("cancelled "), patienceMs);

        CallContext hasty = context;
        hasty.deadline = std::chrono::milliseconds(300);
        QCOMPARE(
            await(adapter.call("long", Json::object({{"polls", 1'000'000}}), hasty)).error().code,
            ErrorCode::Timeout);
        QTRY_COMPARE_WITH_TIMEOUT(statuses(), QByteArray("cancelled cancelled "), patienceMs);

        const Json arguments = Json::object({{"question", question("elicitation/create")}});
        const auto asked = await(adapter.call("long", arguments, context));
        QVERIFY(asked && asked->needs);
        adapter.abandon(asked->needs->state, context.tenant, UserId("bob")); // not his
        adapter.abandon(asked->needs->state, context.tenant, context.user);
        QTRY_COMPARE_WITH_TIMEOUT(statuses(), QByteArray("cancelled cancelled cancelled "),
                                  patienceMs);
    }

    void cancelsTheTaskThatIsNotKnownYet_data() { transports(); }

    void cancelsTheTaskThatIsNotKnownYet()
    {
        QFETCH(QByteArray, transport);
        const Legacy legacy(transport, {QStringLiteral("--tasks")});
        Adapter &adapter = legacy.adapter();
        QVERIFY(await(adapter.catalog()));
        CallContext context = from("alice", canAll);
        QCOMPARE(textOf(call(adapter, "echo", Json::object(), context)), QByteArray("echo"));
        std::stop_source stop;
        stop.request_stop(); // its letter follows the call's at once
        context.stop = stop.get_token();
        QCOMPARE(
            await(adapter.call("long", Json::object({{"polls", 1'000'000}}), context)).error().code,
            ErrorCode::Cancelled);
        context.stop = {};
        QTRY_COMPARE_WITH_TIMEOUT(statusesAt(legacy, context), QByteArray("cancelled "),
                                  patienceMs);
        QCOMPARE(textOf(call(adapter, "echo", Json::object(), context)), QByteArray("echo"));
    }
};

PROVOST_TEST(TstMcpTaskTools)

#include "tst_mcptasktools.moc"
