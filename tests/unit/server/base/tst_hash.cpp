// Digests against published vectors.
#include "server/base/hash.h"

#include "tests/support/testing.h"

#include <QTest>

using namespace provost;

class TstHash : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sha256Vectors();
    void hmacVectors_data();
    void hmacVectors();
    void crcVectors();
    void comparesInConstantTime();
};

void TstHash::sha256Vectors()
{
    // FIPS 180-4 examples.
    QCOMPARE(sha256("").toHex(),
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QCOMPARE(sha256({}).toHex(),
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    QCOMPARE(sha256("abc").toHex(),
             "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    QCOMPARE(sha256(QByteArray(1'000'000, 'a')).toHex(),
             "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

void TstHash::hmacVectors_data()
{
    // RFC 4231.
    QTest::addColumn<QByteArray>("key");
    QTest::addColumn<QByteArray>("data");
    QTest::addColumn<QByteArray>("digest");
    QTest::newRow("1") << QByteArray(20, '\x0b') << QByteArray("Hi There")
                       << QByteArray(
                              "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    QTest::newRow("2") << QByteArray("Jefe") << QByteArray("what do ya want for nothing?")
                       << QByteArray(
                              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    QTest::newRow("3") << QByteArray(20, '\xaa') << QByteArray(50, '\xdd')
                       << QByteArray(
                              "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    QTest::newRow("6, long key")
        << QByteArray(131, '\xaa')
        << QByteArray("Test Using Larger Than Block-Size Key - Hash Key First")
        << QByteArray("60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

void TstHash::hmacVectors()
{
    QFETCH(const QByteArray, key);
    QFETCH(const QByteArray, data);
    QFETCH(const QByteArray, digest);
    QCOMPARE(hmacSha256(key, data).toHex(), digest);
}

void TstHash::crcVectors()
{
    // RFC 3720 B.4.
    QCOMPARE(crc32c(""), 0U);
    QCOMPARE(crc32c("123456789"), 0xe3069283U);
    QCOMPARE(crc32c(QByteArray(32, '\0')), 0x8a9136aaU);
    QCOMPARE(crc32c(QByteArray(32, '\xff')), 0x62a8ab43U);
}

void TstHash::comparesInConstantTime()
{
    QVERIFY(equalInConstantTime("abc", "abc"));
    QVERIFY(equalInConstantTime("", ""));
    QVERIFY(!equalInConstantTime("abc", "abd"));
    QVERIFY(!equalInConstantTime("abc", "ab"));
}

PROVOST_TEST(TstHash)
#include "tst_hash.moc"
