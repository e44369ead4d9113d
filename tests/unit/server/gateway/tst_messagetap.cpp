#include "server/gateway/messagetap.h"

#include "tests/support/testing.h"
#include "tests/unit/server/gateway/mcpfixture.h"

#include <QTest>

using namespace provost;
using namespace provost::gateway;
using namespace provost::testing;
using Direction = MessageTap::Direction;

namespace {

const SessionOwner alice{TenantId("acme-corp"), UserId("alice")};

MessageTap::Subject agent(const char *name)
{
    return {alice, {}, name};
}

} // namespace

class TstMessageTap : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void offUntilSomebodyLooks();
    void onlyTheOneThatIsLookedAt();
    void boundedByCountAndBytes();
    void endsWhenNobodyFetches();
    void fewMayBeLookedAt();
    void secretsAreTakenOut();
    void sessionsThroughTheEndpoint();
    void aStreamThatWasOpenBeforeIsFollowed();
};

void TstMessageTap::offUntilSomebodyLooks()
{
    const FakeClock clock;
    MessageTap tap(clock);
    QVERIFY(!tap.isOn());
    tap.note(agent("a"), Direction::FromAgent, "{}");
    FakeExchange::Answer answer;
    HttpRequest request;
    request.method = "POST";
    const auto exchange = std::make_shared<FakeExchange>(request, answer);
    QCOMPARE(tap.follow(exchange, alice, {}).get(), exchange.get()); // nothing stands between
    QVERIFY(tap.read(agent("a"), 0)->messages.empty());
    QVERIFY(tap.isOn());
    QVERIFY(tap.follow(exchange, alice, {}).get() != exchange.get());
}

void TstMessageTap::onlyTheOneThatIsLookedAt()
{
    const FakeClock clock;
    MessageTap tap(clock);
    QVERIFY(!tap.isWatched(agent("a")));
    QVERIFY(tap.read(agent("a"), 0));
    QVERIFY(tap.isWatched(agent("a")));
    tap.note(agent("a"), Direction::FromAgent, R"({"method":"ping","id":1})");
    tap.note(agent("b"), Direction::FromAgent, R"({"method":"ping","id":2})");
    tap.note({{TenantId("beta"), UserId("alice")}, {}, "a"}, Direction::FromAgent, "{}");
    tap.note(agent("a"), Direction::ToAgent, R"({"id":1,"result":{}})");
    const auto read = tap.read(agent("a"), 0).value();
    QCOMPARE(read.messages.size(), std::size_t(2));
    QCOMPARE(read.messages[0].method, "ping");
    QVERIFY(!read.messages[0].toAgent);
    QVERIFY(read.messages[1].toAgent);
    QCOMPARE(read.messages[1].bytes, qint64(20));
    const auto later = tap.read(agent("a"), read.messages[0].sequence).value();
    QCOMPARE(later.messages.size(), std::size_t(1));
}

void TstMessageTap::boundedByCountAndBytes()
{
    const FakeClock clock;
    MessageTap tap(clock);
    QVERIFY(tap.read(agent("a"), 0));
    for (std::size_t i = 0; i < MessageTap::messagesMax + 50; ++i)
        tap.note(agent("a"), Direction::FromAgent, "{}");
    auto read = tap.read(agent("a"), 0).value();
    QCOMPARE(read.messages.size(), MessageTap::messagesMax);
    QCOMPARE(read.dropped, std::int64_t(50));
    QCOMPARE(read.messages.back().sequence - read.messages.front().sequence,
             std::int64_t(MessageTap::messagesMax - 1));
    // A hundred texts of each 16 KiB are more than a mebibyte.
    Json::Array words;
    for (int i = 0; i < 40; ++i)
        words.push_back(QByteArray(1000, 'x'));
    const QByteArray large = Json(std::move(words)).toBytes();
    for (int i = 0; i < 100; ++i)
        tap.note(agent("a"), Direction::FromAgent, large);
    read = tap.read(agent("a"), 0).value();
    qsizetype bytes = 0;
    for (const TappedMessage &message : read.messages) {
        QVERIFY(message.text.size() <= MessageTap::textBytesMax + 3);
        bytes += message.text.size();
    }
    QVERIFY(bytes <= MessageTap::bytesMax);
}

void TstMessageTap::endsWhenNobodyFetches()
{
    FakeClock clock;
    MessageTap tap(clock);
    QVERIFY(tap.read(agent("a"), 0));
    clock.advance(std::chrono::seconds(9));
    QVERIFY(tap.read(agent("a"), 0)); // renewed
    clock.advance(std::chrono::seconds(9));
    tap.note(agent("a"), Direction::FromAgent, "{}");
    QVERIFY(tap.isOn());
    clock.advance(std::chrono::seconds(2));
    tap.note(agent("a"), Direction::FromAgent, "{}");
    QVERIFY(!tap.isOn());
    QVERIFY(!tap.isWatched(agent("a")));
    QVERIFY(tap.read(agent("a"), 0)->messages.empty()); // what was kept is gone
}

void TstMessageTap::fewMayBeLookedAt()
{
    const FakeClock clock;
    MessageTap tap(clock);
    for (std::size_t i = 0; i < MessageTap::watchesMax; ++i)
        QVERIFY(tap.read({alice, QByteArray::number(qulonglong(i)), {}}, 0));
    const auto more = tap.read(agent("a"), 0);
    QVERIFY(!more && more.error().code == ErrorCode::RateLimited);
}

void TstMessageTap::secretsAreTakenOut()
{
    const FakeClock clock;
    MessageTap tap(clock);
    QVERIFY(tap.read(agent("a"), 0));
    tap.note(agent("a"), Direction::FromAgent,
             R"({"method":"tools/call","params":{"arguments":{"password":"hunter2"}}})");
    tap.note(agent("a"), Direction::FromAgent, "no JSON: ghp_0123456789abcdefghijABCDEFGHIJ012345");
    const auto read = tap.read(agent("a"), 0).value();
    QVERIFY(!read.messages[0].text.contains("hunter2"));
    QVERIFY(read.messages[0].text.contains("tools/call"));
    QVERIFY(!read.messages[1].text.contains("ghp_0123"));
}

void TstMessageTap::sessionsThroughTheEndpoint()
{
    McpFixture f;
    MessageTap tap(f.clock);
    f.services.tap = &tap;
    const QByteArray id = f.session();
    const MessageTap::Subject subject{alice, publicIdOf(SessionId(id)), {}};
    QVERIFY(tap.read(subject, 0));
    const Sent sent =
        f.send("POST", f.body("tools/call", Json::object({{"name", "echo"}})), f.inSession(id));
    QCOMPARE(sent.status(), 200);
    const auto read = tap.read(subject, 0).value();
    QCOMPARE(read.messages.size(), std::size_t(2));
    QCOMPARE(read.messages[0].method, "tools/call");
    QVERIFY(read.messages[1].toAgent);
    QVERIFY(read.messages[1].text.contains("ok"));
    // Whoever is not let in is not followed.
    QCOMPARE(f.send("POST", f.body("ping"), f.inSession(id, "bob-key")).status(), 404);
    QCOMPARE(tap.read(subject, 0)->messages.size(), std::size_t(2));
    QVERIFY(f.sessions.endByPublicId(subject.sessionId));
    QVERIFY(!f.sessions.endByPublicId(subject.sessionId));
    QCOMPARE(f.send("POST", f.body("ping"), f.inSession(id)).status(), 404);
}

void TstMessageTap::aStreamThatWasOpenBeforeIsFollowed()
{
    McpFixture f;
    MessageTap tap(f.clock);
    f.services.tap = &tap;
    const QByteArray id = f.session();
    const Sent stream = f.send("GET", {}, f.inSession(id));
    QTRY_VERIFY(stream.answer->streaming);
    const MessageTap::Subject subject{alice, publicIdOf(SessionId(id)), {}};
    QVERIFY(tap.read(subject, 0));
    f.sessions.broadcast(TenantId("acme-corp"), f.note("notifications/tools/list_changed"));
    QTRY_COMPARE(tap.read(subject, 0)->messages.size(), std::size_t(1));
    QCOMPARE(tap.read(subject, 0)->messages[0].method, "notifications/tools/list_changed");
}

PROVOST_TEST(TstMessageTap)
#include "tst_messagetap.moc"
