// What an agent keeps between two rounds: it opens for the same request of the same principal, in time, and else not.
#include "server/calls/roundstate.h"
#include "server/secrets/sealer.h"
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::calls;

class TstRoundState : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensForTheSameRequest();
    void theOrderOfArgumentsDoesNotMatter();
    void opensForNoOther_data();
    void opensForNoOther();
    void hasItsTime();
    void whatWasChangedDoesNotOpen();
    void anotherKeyOpensNothing();
    void whatIsTooLongIsNotTried();

private:
    static RoundOwner owner(const char *arguments = R"({"a":{"x":1,"y":[1,2]},"b":2})")
    {
        return {TenantId("acme"), UserId("alice"), Operation::CallTool, "tool",
                *Json::parse(arguments)};
    }

    testing::SeededRandom m_random;
    const secrets::Sealer m_sealer{QByteArray(secrets::Sealer::keyBytes, 'k'), m_random};
    const WallTime m_now{std::chrono::hours(500'000)};
    const Round m_round{2, "first", "previous", QByteArray("\0\xff state", 8)};
};

PROVOST_TEST(TstRoundState)

void TstRoundState::opensForTheSameRequest()
{
    const QByteArray sealed = sealRound(m_sealer, owner(), m_round, m_now);
    QVERIFY(!sealed.contains("state"));
    QCOMPARE(*openRound(m_sealer, owner(), sealed, m_now), m_round);
    QCOMPARE(*openRound(m_sealer, owner(), sealed, m_now), m_round); // a lost answer is tried again
    QVERIFY(sealRound(m_sealer, owner(), m_round, m_now) != sealed);
}

void TstRoundState::theOrderOfArgumentsDoesNotMatter()
{
    const QByteArray sealed = sealRound(m_sealer, owner(), m_round, m_now);
    QVERIFY(openRound(m_sealer, owner(R"({"b":2,"a":{"y":[1,2],"x":1}})"), sealed, m_now));
    QVERIFY(!openRound(m_sealer, owner(R"({"b":2,"a":{"y":[2,1],"x":1}})"), sealed, m_now));
}

void TstRoundState::opensForNoOther_data()
{
    QTest::addColumn<int>("what");
    QTest::newRow("tenant") << 0;
    QTest::newRow("user") << 1;
    QTest::newRow("operation") << 2;
    QTest::newRow("name") << 3;
    QTest::newRow("arguments") << 4;
    QTest::newRow("a letter moved from one to the next") << 5;
}

void TstRoundState::opensForNoOther()
{
    QFETCH(int, what);
    RoundOwner other = owner();
    switch (what) {
    case 0: other.tenant = TenantId("beta"); break;
    case 1: other.user = UserId("bob"); break;
    case 2: other.operation = Operation::GetPrompt; break;
    case 3: other.name = "tool2"; break;
    case 4: other.arguments = *Json::parse(R"({"a":{"x":1,"y":[1,2]},"b":3})"); break;
    default: other.tenant = TenantId("acmea"), other.user = UserId("lice"); break;
    }
    const auto opened =
        openRound(m_sealer, other, sealRound(m_sealer, owner(), m_round, m_now), m_now);
    QVERIFY(!opened);
    QVERIFY(opened.error().code == ErrorCode::InvalidInput);
}

void TstRoundState::hasItsTime()
{
    const QByteArray sealed = sealRound(m_sealer, owner(), m_round, m_now);
    QVERIFY(openRound(m_sealer, owner(), sealed, m_now + Round::lifetime - Microseconds(1)));
    const auto late = openRound(m_sealer, owner(), sealed, m_now + Round::lifetime);
    QVERIFY(!late);
    QVERIFY(late.error().message.contains(QStringLiteral("too old")));
}

void TstRoundState::whatWasChangedDoesNotOpen()
{
    const QByteArray sealed = sealRound(m_sealer, owner(), m_round, m_now);
    for (qsizetype i = 0; i < sealed.size(); ++i) {
        QByteArray changed = sealed;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        QVERIFY(!openRound(m_sealer, owner(), changed, m_now));
    }
    QVERIFY(!openRound(m_sealer, owner(), sealed + "-TAMPERED", m_now));
    QVERIFY(!openRound(m_sealer, owner(), sealed.chopped(1), m_now));
    QVERIFY(!openRound(m_sealer, owner(), {}, m_now));
}

void TstRoundState::anotherKeyOpensNothing()
{
    const secrets::Sealer other(QByteArray(secrets::Sealer::keyBytes, 'o'), m_random);
    QVERIFY(!openRound(other, owner(), sealRound(m_sealer, owner(), m_round, m_now), m_now));
}

void TstRoundState::whatIsTooLongIsNotTried()
{
    Round large = m_round;
    large.adapterState = QByteArray(Round::stateBytesMax, 'x');
    QVERIFY(openRound(m_sealer, owner(), sealRound(m_sealer, owner(), large, m_now), m_now));
    large.adapterState = QByteArray(2 * Round::stateBytesMax, 'x');
    QVERIFY(!openRound(m_sealer, owner(), sealRound(m_sealer, owner(), large, m_now), m_now));
}

#include "tst_roundstate.moc"
