#include "tests/support/testing.h"
#include "ui/kit/linediff.h"

#include <QRandomGenerator>
#include <QTest>

using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace {

QString sketch(const std::vector<DiffLine> &lines)
{
    QString text;
    for (const DiffLine &line : lines) {
        text += line.kind == DiffLine::Kind::Same    ? u' '
                : line.kind == DiffLine::Kind::Added ? u'+'
                                                     : u'-';
        text += line.text + u'|';
    }
    return text;
}

// The length of the longest common subsequence, by the table.
int common(const QStringList &a, const QStringList &b)
{
    std::vector<std::vector<int>> table(static_cast<std::size_t>(a.size() + 1),
                                        std::vector<int>(static_cast<std::size_t>(b.size() + 1)));
    for (std::size_t i = 1; i < table.size(); ++i) {
        for (std::size_t j = 1; j < table[i].size(); ++j) {
            table[i][j] = a[qsizetype(i - 1)] == b[qsizetype(j - 1)]
                              ? table[i - 1][j - 1] + 1
                              : std::max(table[i - 1][j], table[i][j - 1]);
        }
    }
    return table.back().back();
}

} // namespace

class TstLineDiff : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsWhatChanged_data();
    void showsWhatChanged();
    void numbersLinesOfBothTexts();
    void isCompleteAndSmallest();
    void givesUpWhole();
    void staysQuickOnLargeTexts();
};

void TstLineDiff::showsWhatChanged_data()
{
    QTest::addColumn<QString>("before");
    QTest::addColumn<QString>("after");
    QTest::addColumn<QString>("want");
    QTest::newRow("both empty") << u""_s << u""_s << u""_s;
    QTest::newRow("equal") << u"a\nb\n"_s << u"a\nb\n"_s << u" a| b|"_s;
    QTest::newRow("last newline is no line") << u"a"_s << u"a\n"_s << u" a|"_s;
    QTest::newRow("from nothing") << u""_s << u"a\nb"_s << u"+a|+b|"_s;
    QTest::newRow("to nothing") << u"a\nb"_s << u""_s << u"-a|-b|"_s;
    QTest::newRow("changed line") << u"a\nb\nc"_s << u"a\nB\nc"_s << u" a|-b|+B| c|"_s;
    QTest::newRow("inserted") << u"a\nc"_s << u"a\nb\nc"_s << u" a|+b| c|"_s;
    QTest::newRow("removed") << u"a\nb\nc"_s << u"a\nc"_s << u" a|-b| c|"_s;
    QTest::newRow("nothing in common") << u"a\nb"_s << u"x\ny"_s << u"-a|-b|+x|+y|"_s;
    QTest::newRow("blank lines count") << u"a\n\nb"_s << u"a\nb"_s << u" a|-| b|"_s;
    QTest::newRow("moved") << u"a\nb\nc\nd"_s << u"b\nc\nd\na"_s << u"-a| b| c| d|+a|"_s;
}

void TstLineDiff::showsWhatChanged()
{
    QFETCH(const QString, before);
    QFETCH(const QString, after);
    QFETCH(const QString, want);
    QCOMPARE(sketch(diffLines(before, after)), want);
}

void TstLineDiff::numbersLinesOfBothTexts()
{
    const auto lines = diffLines(u"a\nb\nc"_s, u"a\nX\nY\nc"_s);
    const std::vector<DiffLine> want = {{DiffLine::Kind::Same, 1, 1, u"a"_s},
                                        {DiffLine::Kind::Removed, 2, 0, u"b"_s},
                                        {DiffLine::Kind::Added, 0, 2, u"X"_s},
                                        {DiffLine::Kind::Added, 0, 3, u"Y"_s},
                                        {DiffLine::Kind::Same, 3, 4, u"c"_s}};
    QCOMPARE(sketch(lines), sketch(want));
    QVERIFY(lines == want);
    QVERIFY(countOf(lines) == (DiffCount{2, 1}));
}

void TstLineDiff::isCompleteAndSmallest()
{
    QRandomGenerator random(20260115);
    for (int round = 0; round < 400; ++round) {
        const auto make = [&] {
            QStringList lines;
            const int count = random.bounded(14);
            for (int i = 0; i < count; ++i) {
                lines << QString(QChar(u'a' + random.bounded(4)));
            }
            return lines;
        };
        const QStringList before = make();
        const QStringList after = make();
        const auto lines = diffLines(before.join(u'\n'), after.join(u'\n'));
        QStringList left;
        QStringList right;
        int same = 0;
        for (const DiffLine &line : lines) {
            if (line.kind != DiffLine::Kind::Added) {
                left << line.text;
                QCOMPARE(line.oldLine, static_cast<int>(left.size()));
            }
            if (line.kind != DiffLine::Kind::Removed) {
                right << line.text;
                QCOMPARE(line.newLine, static_cast<int>(right.size()));
            }
            same += line.kind == DiffLine::Kind::Same ? 1 : 0;
        }
        QCOMPARE(left, before);
        QCOMPARE(right, after);
        QCOMPARE(same, common(before, after));
    }
}

void TstLineDiff::givesUpWhole()
{
    const auto lines = diffLines(u"head\na\nb\nc\ntail"_s, u"head\nx\nb\nz\ntail"_s, 1);
    QCOMPARE(sketch(lines), u" head|-a|-b|-c|+x|+b|+z| tail|"_s);
}

void TstLineDiff::staysQuickOnLargeTexts()
{
    QStringList before;
    for (int i = 0; i < 50'000; ++i) {
        before << QString::number(i);
    }
    QStringList after = before;
    after[100] = u"changed"_s;
    after.removeAt(49'000);
    const auto lines = diffLines(before.join(u'\n'), after.join(u'\n'));
    QVERIFY(countOf(lines) == (DiffCount{1, 2}));
    // Nothing in common at all: the limit holds time and memory.
    QStringList other;
    for (int i = 0; i < 50'000; ++i) {
        other << u"x"_s + QString::number(i);
    }
    QVERIFY(countOf(diffLines(before.join(u'\n'), other.join(u'\n')))
            == (DiffCount{50'000, 50'000}));
}

PROVOST_TEST(TstLineDiff)

#include "tst_linediff.moc"
