// Tokens are of the 62 symbols, evenly, and never the same twice.
#include "server/base/random.h"

#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QSet>
#include <QTest>

#include <array>
#include <cctype>

using namespace provost;

class TstRandom : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tokensHaveTheirLength();
    void symbolsAreEvenlySpread();
    void systemRandomDiffers();
    void aSeedRepeats();
    void orderedTokensSortByTime();
};

void TstRandom::tokensHaveTheirLength()
{
    SystemRandom random;
    for (const int length : {0, 1, 8, 30, 64, 65, 500}) {
        const QByteArray token = randomToken(random, length);
        QCOMPARE(token.size(), length);
        QVERIFY(std::all_of(token.begin(), token.end(), [](char c) {
            return std::isalnum(static_cast<unsigned char>(c)) != 0;
        }));
    }
}

void TstRandom::symbolsAreEvenlySpread()
{
    testing::SeededRandom random(23);
    std::array<int, 256> counts{};
    constexpr int symbols = 620'000;
    for (const char c : randomToken(random, symbols))
        ++counts[static_cast<unsigned char>(c)];
    int seen = 0;
    for (const int count : counts) {
        if (count == 0)
            continue;
        ++seen;
        QVERIFY(std::abs(count - 10'000) < 500); // five standard deviations
    }
    QCOMPARE(seen, 62);
}

void TstRandom::systemRandomDiffers()
{
    SystemRandom random;
    QSet<QByteArray> tokens;
    for (int i = 0; i < 1000; ++i)
        tokens.insert(randomToken(random, 8));
    QCOMPARE(tokens.size(), 1000);
}

void TstRandom::aSeedRepeats()
{
    testing::SeededRandom a(5);
    testing::SeededRandom b(5);
    QCOMPARE(randomToken(a, 100), randomToken(b, 100));
}

void TstRandom::orderedTokensSortByTime()
{
    SystemRandom random;
    QByteArray last;
    for (const std::int64_t micros : {0LL, 1LL, 61LL, 62LL, 1'700'000'000'000'000LL,
                                      1'700'000'000'000'001LL, 9'000'000'000'000'000LL}) {
        const QByteArray token = orderedToken(random, WallTime(Microseconds(micros)));
        QCOMPARE(token.size(), 22);
        QVERIFY(token > last);
        QVERIFY(token != orderedToken(random, WallTime(Microseconds(micros))));
        last = token;
    }
}

PROVOST_TEST(TstRandom)
#include "tst_random.moc"
