// The parts that a validator is made of: exact numbers, references, regular expressions in another dialect.
#include "server/schema/decimal.h"
#include "server/schema/pattern.h"
#include "server/schema/uri.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::schema;

class TstSchemaParts : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void numbersInOrder()
    {
        const QByteArrayList ascending{"-1e400",
                                       "-972783798187987123879878123.188781371",
                                       "-972783798187987123879878123.18878137",
                                       "-2",
                                       "-1.5",
                                       "-1",
                                       "-0.1",
                                       "0",
                                       "1e-400",
                                       "0.0009",
                                       "0.01",
                                       "0.1",
                                       "0.75",
                                       "1",
                                       "1.0000000000000000000001",
                                       "9",
                                       "10",
                                       "18446744073709551615",
                                       "18446744073709551616",
                                       "1e308"};
        for (qsizetype i = 0; i < ascending.size(); ++i) {
            for (qsizetype j = 0; j < ascending.size(); ++j)
                QVERIFY2((Decimal(ascending[i]) <=> Decimal(ascending[j])) == (i <=> j),
                         QByteArray(ascending[i] + " and " + ascending[j]).constData());
        }
    }

    void sameNumbers_data()
    {
        QTest::addColumn<QByteArray>("a");
        QTest::addColumn<QByteArray>("b");
        QTest::newRow("zero") << QByteArray("0") << QByteArray("-0.000e9");
        QTest::newRow("fraction") << QByteArray("1") << QByteArray("1.00");
        QTest::newRow("exponent") << QByteArray("1500") << QByteArray("1.5E+3");
        QTest::newRow("small") << QByteArray("0.0075") << QByteArray("75e-4");
    }

    void sameNumbers()
    {
        QFETCH(const QByteArray, a);
        QFETCH(const QByteArray, b);
        QVERIFY(Decimal(a) == Decimal(b));
        QVERIFY((Decimal(a) <=> Decimal(b)) == 0);
        QCOMPARE(Decimal(a).toText(), Decimal(b).toText());
    }

    void integersAndMultiples()
    {
        for (const char *text :
             {"0", "0.0", "1.0", "1e3", "1.5e1", "-12", "1e999999999999999999999"})
            QVERIFY2(Decimal(text).isInteger(), text);
        for (const char *text : {"0.5", "1e-1", "1.25e1", "1e-999999999999999999999"})
            QVERIFY2(!Decimal(text).isInteger(), text);
        const auto isMultiple = [](const char *value, const char *divisor) {
            return Decimal(value).isMultipleOf(Decimal(divisor));
        };
        QVERIFY(isMultiple("0", "7"));
        QVERIFY(isMultiple("-21", "7"));
        QVERIFY(isMultiple("0.3", "0.1"));
        QVERIFY(isMultiple("1e308", "0.5"));
        QVERIFY(isMultiple("1e308", "1e-308"));
        QVERIFY(isMultiple("999999999999999999000000", "999999999999999999"));
        QVERIFY(!isMultiple("22", "7"));
        QVERIFY(!isMultiple("0.35", "0.1"));
        QVERIFY(!isMultiple("1e308", "0.123456789"));
        QVERIFY(!isMultiple("15", "10"));
    }

    // The examples of RFC 3986, section 5.4.
    void references_data()
    {
        QTest::addColumn<QByteArray>("resolved");
        for (const auto &[reference, resolved] :
             std::initializer_list<std::pair<const char *, const char *>>{
                 {"g:h", "g:h"},
                 {"g", "http://a/b/c/g"},
                 {"./g", "http://a/b/c/g"},
                 {"g/", "http://a/b/c/g/"},
                 {"/g", "http://a/g"},
                 {"//g", "http://g"},
                 {"?y", "http://a/b/c/d;p?y"},
                 {"g?y", "http://a/b/c/g?y"},
                 {"#s", "http://a/b/c/d;p?q#s"},
                 {"g#s", "http://a/b/c/g#s"},
                 {"g?y#s", "http://a/b/c/g?y#s"},
                 {"", "http://a/b/c/d;p?q"},
                 {".", "http://a/b/c/"},
                 {"..", "http://a/b/"},
                 {"../g", "http://a/b/g"},
                 {"../..", "http://a/"},
                 {"../../../g", "http://a/g"},
                 {"/./g", "http://a/g"},
                 {"/../g", "http://a/g"},
                 {"g.", "http://a/b/c/g."},
                 {"./g/.", "http://a/b/c/g/"},
                 {"g;x=1/../y", "http://a/b/c/y"},
             })
            QTest::newRow(*reference == '\0' ? "empty" : reference) << QByteArray(resolved);
    }

    void references()
    {
        QFETCH(const QByteArray, resolved);
        const QByteArray tag = QTest::currentDataTag();
        QCOMPARE(resolveUri("http://a/b/c/d;p?q", tag == "empty" ? QByteArray() : tag), resolved);
    }

    void otherBases()
    {
        QCOMPARE(resolveUri("", "a/b"), "a/b");
        QCOMPARE(resolveUri("urn:uuid:1", "#/a"), "urn:uuid:1#/a");
        QCOMPARE(resolveUri("http://a", "b"), "http://a/b");
        QCOMPARE(resolveUri("list", "#x"), "list#x");
        QCOMPARE(splitFragment("a#%25b").first, "a");
        QCOMPARE(splitFragment("a#%25b").second, "%b");
    }

    void patterns_data()
    {
        QTest::addColumn<QByteArray>("pattern");
        QTest::addColumn<QByteArray>("matching");
        QTest::addColumn<QByteArray>("other");
        const auto row = [](const char *pattern, const char *matching, const char *other) {
            QTest::newRow(pattern)
                << QByteArray(pattern) << QByteArray(matching) << QByteArray(other);
        };
        row("^a.b$", "axb", "a\u2028b");
        row("^a.b$",
            "a\xf0\x9f\x90\xb2"
            "b",
            "a\rb");
        row("^[\\s]$", "\u00a0", "x");
        row("^[^\\S]$", "\u2003", "x");
        row("^[\\S]$", "x", "\ufeff");
        row("^\\x41\\u0042\\u{1F432}$", "AB\xf0\x9f\x90\xb2", "AB");
        row("^\\ud83d\\udc32$", "\xf0\x9f\x90\xb2", "x");
        row("^[[:alpha:]]$", ":]", "b");
        row("^[\\b]$", "\b", "b");
        row("^[^]$", "\n", "ab");
        row("^(?<year>\\d{4})-(?:0[1-9]|1[0-2])$", "2026-11", "2026-13");
        row("^\\p{Lu}\\p{Script=Greek}$", "A\u03b1", "aa");
        row("^\\-\\/\\_\\.$", "-/_.", "-/_x");
        row("^[\\w.-]+@[\\w-]+$", "a.b-c@d-e", "a b@c");
        row("\\$\\{x\\}", "a ${x} b", "$x");
    }

    void patterns()
    {
        QFETCH(const QByteArray, pattern);
        QFETCH(const QByteArray, matching);
        QFETCH(const QByteArray, other);
        const auto compiled = Pattern::compile(pattern);
        QVERIFY2(compiled, compiled ? "" : compiled.error().message.toUtf8().constData());
        QVERIFY((*compiled)->matches(matching));
        QVERIFY(!(*compiled)->matches(other));
        QCOMPARE((*compiled)->source(), pattern);
    }

    void patternsThatAreRefused_data()
    {
        QTest::addColumn<QByteArray>("why");
        QTest::newRow("a(?!b)") << QByteArray("look-ahead `(?!` is not supported");
        QTest::newRow("(?<=a)b") << QByteArray("look-behind `(?<=` is not supported");
        QTest::newRow("(a)\\1") << QByteArray("the back reference `\\1` is not supported");
        QTest::newRow("(?<n>a)\\k<n>") << QByteArray("the back reference `\\k` is not supported");
        QTest::newRow("\\Aa\\Z") << QByteArray("the escape `\\A` is not known");
        QTest::newRow("\\ud83d") << QByteArray("half a surrogate pair is no character");
        QTest::newRow("(?i)a") << QByteArray("the group `(?` is of no known kind");
        QTest::newRow("\\u12") << QByteArray("an escape by number lacks its digits");
        QTest::newRow("[a") << QByteArray("a `[` has no `]`");
        QTest::newRow("a\\") << QByteArray("it ends in a backslash");
    }

    void patternsThatAreRefused()
    {
        QFETCH(const QByteArray, why);
        const QByteArray pattern = QTest::currentDataTag();
        const auto compiled = Pattern::compile(pattern);
        QVERIFY(!compiled);
        QVERIFY(compiled.error().code == ErrorCode::InvalidInput);
        QCOMPARE(compiled.error().message.toUtf8(), "pattern `" + pattern + "`: " + why);
    }
};

PROVOST_TEST(TstSchemaParts)

#include "tst_schemaparts.moc"
