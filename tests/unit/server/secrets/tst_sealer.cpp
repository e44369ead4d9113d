// Sealed text opens for its context only, and not at all once changed.
#include "server/secrets/sealer.h"
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using provost::secrets::Sealer;
using provost::testing::SeededRandom;

class TstSealer : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensWhatItSealed_data()
    {
        QTest::addColumn<QByteArray>("plain");
        QTest::newRow("text") << QByteArray("a state");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("binary") << QByteArray("\0\xff\n", 3);
        QTest::newRow("long") << QByteArray(100'000, 'x');
    }
    void opensWhatItSealed()
    {
        QFETCH(QByteArray, plain);
        const QByteArray sealed = m_sealer.seal(plain, "alice");
        QVERIFY(!sealed.contains("state"));
        const auto opened = m_sealer.open(sealed, "alice");
        QVERIFY(opened);
        QCOMPARE(*opened, plain);
    }

    void neverTheSameTwice()
    {
        QVERIFY(m_sealer.seal("a", "alice") != m_sealer.seal("a", "alice"));
    }

    void otherContextOrKeyDoesNotOpen()
    {
        const QByteArray sealed = m_sealer.seal("a state", "alice");
        QCOMPARE(m_sealer.open(sealed, "bob").error().code, ErrorCode::InvalidInput);
        QVERIFY(!m_sealer.open(sealed, ""));
        const Sealer other(QByteArray(Sealer::keyBytes, 'o'), m_random);
        QVERIFY(!other.open(sealed, "alice"));
    }

    void noChangedByteOpens()
    {
        const QByteArray sealed = m_sealer.seal("a state", "alice");
        for (qsizetype i = 0; i < sealed.size(); ++i) {
            QByteArray changed = sealed;
            changed[i] = changed[i] == 'A' ? 'B' : 'A';
            QVERIFY2(!m_sealer.open(changed, "alice"), qPrintable(QString::number(i)));
            QVERIFY(!m_sealer.open(sealed.first(i), "alice"));
        }
        QVERIFY(!m_sealer.open(sealed + '=', "alice"));
        QVERIFY(!m_sealer.open("not base64!", "alice"));
    }

private:
    SeededRandom m_random{1};
    const Sealer m_sealer{QByteArray(Sealer::keyBytes, 'k'), m_random};
};

PROVOST_TEST(TstSealer)
#include "tst_sealer.moc"
