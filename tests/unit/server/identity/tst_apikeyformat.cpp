// The text of keys: what is one, and that nothing else is.
#include "server/identity/apikeyformat.h"

#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QSet>
#include <QTest>

using namespace provost;
using namespace provost::identity;

class TstApiKeyFormat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void madeKeysAreWellFormed();
    void oneWrongSymbolIsFound();
    void otherTextIsNone_data();
    void otherTextIsNone();
};

void TstApiKeyFormat::madeKeysAreWellFormed()
{
    testing::SeededRandom random;
    QSet<QByteArray> keys;
    for (int i = 0; i < 1000; ++i) {
        const NewKeyText made = makeKeyText(random);
        QCOMPARE(made.key.size(), 48);
        QCOMPARE(made.id.value.size(), 8);
        QCOMPARE(made.key.first(12), QByteArray("pv_" + made.id.value + '_'));
        QCOMPARE(idOfKeyText(made.key), QByteArrayView(made.id.value));
        keys.insert(made.key);
    }
    QCOMPARE(keys.size(), 1000);
}

void TstApiKeyFormat::oneWrongSymbolIsFound()
{
    testing::SeededRandom random;
    const QByteArray key = makeKeyText(random).key;
    for (int at = 0; at < key.size(); ++at) {
        for (const char c : QByteArray("0aZ_-\0 é", 9)) {
            QByteArray wrong = key;
            wrong[at] = c;
            QCOMPARE(idOfKeyText(wrong).has_value(), wrong == key);
        }
    }
}

void TstApiKeyFormat::otherTextIsNone_data()
{
    QTest::addColumn<QByteArray>("text");
    testing::SeededRandom random;
    const QByteArray key = makeKeyText(random).key;
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("prefix") << QByteArray("pv_");
    QTest::newRow("short") << key.chopped(1);
    QTest::newRow("long") << key + '0';
    QTest::newRow("space before") << ' ' + key;
    QTest::newRow("line end") << key + '\n';
    QTest::newRow("other case") << key.toUpper();
    QTest::newRow("without id") << "pv__" + key.mid(12);
    QTest::newRow("huge") << QByteArray(1'000'000, 'x');
    QTest::newRow("NULs") << QByteArray(48, '\0');
}

void TstApiKeyFormat::otherTextIsNone()
{
    QFETCH(const QByteArray, text);
    QVERIFY(!idOfKeyText(text));
}

PROVOST_TEST(TstApiKeyFormat)
#include "tst_apikeyformat.moc"
