// The cells of a block: what goes in comes out, and what is damaged is noticed.
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include "server/audit/blockcodec.h"
#include "server/audit/indexschema.h"

#include <QTest>

using namespace provost;
using namespace provost::audit;

namespace {

using Limits = std::numeric_limits<std::int64_t>;

Texts textsOf(std::initializer_list<const char *> values)
{
    Texts texts;
    for (const char *value : values)
        texts.append(value);
    return texts;
}

} // namespace

class TstBlockCodec : public QObject
{
    Q_OBJECT

private:
    provost::testing::SeededRandom m_random{3};

    // Of a random spread, with or without gaps.
    Numbers randomNumbers(std::size_t rows)
    {
        const auto bits = m_random.below(63);
        const auto base = std::int64_t(m_random.below(UINT64_MAX)) >> m_random.below(64);
        const bool hasGaps = m_random.below(2) == 0;
        Numbers numbers(rows);
        for (std::int64_t &number : numbers) {
            const std::uint64_t distance = m_random.below(std::uint64_t(2) << bits);
            number = hasGaps && m_random.below(4) == 0
                         ? none
                         : std::int64_t(std::uint64_t(base) + distance);
        }
        return numbers;
    }
    QByteArray randomText()
    {
        QByteArray text;
        for (auto left = m_random.below(m_random.below(8) == 0 ? 400 : 12); left > 0; --left)
            text.append(char(m_random.below(256)));
        return text;
    }

private Q_SLOTS:
    void givesBackNumbers_data()
    {
        QTest::addColumn<Numbers>("numbers");
        QTest::addColumn<int>("bytesEach");
        QTest::newRow("one") << Numbers{7} << 0;
        QTest::newRow("the same") << Numbers{-5, -5, -5} << 0;
        QTest::newRow("none") << Numbers{none, none} << 1;
        QTest::newRow("none and one") << Numbers{none, 9} << 1;
        QTest::newRow("one byte") << Numbers{1000, 1254} << 1;
        QTest::newRow("two bytes") << Numbers{1000, 1255} << 2;
        QTest::newRow("two bytes, most") << Numbers{0, 65534, none} << 2;
        QTest::newRow("four bytes") << Numbers{0, 65535} << 4;
        QTest::newRow("four bytes, most") << Numbers{-1, 0xffff'fffd} << 4;
        QTest::newRow("eight bytes") << Numbers{-1, 0xffff'fffe} << 8;
        QTest::newRow("the ends") << Numbers{Limits::max(), none + 1, none, 0} << 8;
        QTest::newRow("most") << Numbers{Limits::max(), none} << 1;
    }

    void givesBackNumbers()
    {
        QFETCH(Numbers, numbers);
        QFETCH(int, bytesEach);
        const QByteArray cell = encode(std::span<const std::int64_t>(numbers));
        QCOMPARE(cell.size(), 9 + qsizetype(numbers.size()) * bytesEach);
        QCOMPARE(decodeNumbers(cell, numbers.size()), numbers);
    }

    void givesBackWhateverItIs()
    {
        for (int round = 0; round < 2000; ++round) {
            const auto rows = std::size_t(1 + m_random.below(40));
            const Numbers numbers = randomNumbers(rows);
            const QByteArray cell = encode(std::span<const std::int64_t>(numbers));
            QCOMPARE(decodeNumbers(cell, rows), numbers);
            QVERIFY(!decodeNumbers(cell.chopped(1), rows));
            Texts texts;
            std::vector<QByteArray> expected;
            for (std::size_t row = 0; row < rows; ++row) {
                expected.push_back(randomText());
                texts.append(expected.back());
            }
            const std::size_t changed = m_random.below(rows);
            expected[changed] = randomText();
            texts.set(changed, expected[changed]);
            const auto decoded = decodeTexts(encode(texts), rows);
            QCOMPARE(decoded, texts);
            for (std::size_t row = 0; row < rows; ++row)
                QCOMPARE(decoded->at(row), expected[row]);
        }
    }

    void joinsTexts()
    {
        Texts texts = textsOf({"a", "", "ccc"});
        texts.append(textsOf({"d", ""}));
        QCOMPARE(texts, textsOf({"a", "", "ccc", "d", ""}));
        QVERIFY(!texts.isAllEmpty());
        QVERIFY(Texts(3).isAllEmpty());
        QCOMPARE(Texts(2), textsOf({"", ""}));
    }

    // SQLite's comparisons read up to a zero byte.
    void endsTextsWithZero()
    {
        const auto decoded = decodeTexts(encode(textsOf({"ab", "c"})), 2);
        QCOMPARE(qstrlen(decoded->at(0).data()), 2U);
        QCOMPARE(qstrlen(decoded->at(1).data()), 1U);
    }

    // Any bytes at all: no crash, and texts stay within their cell.
    void noticesDamage()
    {
        QVERIFY(!decodeNumbers({}, 1));
        QVERIFY(!decodeNumbers(QByteArray(9, '\3'), 0)); // no such width
        QVERIFY(!decodeTexts("x", 1));
        QVERIFY(!decodeTexts(encode(textsOf({"a", "b"})), 3));
        const QByteArray cell = encode(textsOf({"one", "", "three"}));
        for (int round = 0; round < 5000; ++round) {
            QByteArray damaged = cell;
            damaged[qsizetype(m_random.below(std::uint64_t(cell.size())))] =
                char(m_random.below(256));
            damaged.truncate(cell.size() - qsizetype(m_random.below(3)));
            const auto decoded = decodeTexts(damaged, 3);
            qsizetype bytes = 0;
            for (std::size_t row = 0; decoded && row < 3; ++row)
                bytes += decoded->at(row).size() + 1;
            QVERIFY(bytes <= damaged.size());
        }
    }
};

PROVOST_TEST(TstBlockCodec)
#include "tst_blockcodec.moc"
