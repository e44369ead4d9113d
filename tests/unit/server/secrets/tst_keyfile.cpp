// Key files are made once, for their owner alone, and refused when they could have been read or replaced.
#include "server/secrets/keyfile.h"

#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <unistd.h>

#include <thread>

using namespace provost;
using namespace provost::secrets;
namespace fs = std::filesystem;

class TstKeyFile : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_directory = std::make_unique<QTemporaryDir>(); }
    void makesAKeyOnce();
    void isForItsOwnerAlone();
    void refuses_data();
    void refuses();
    void aMissingKeyIsNotFound();
    void directoryThatCannotBeWritten();
    void racingCreatorsAgree();

private:
    [[nodiscard]] fs::path file() const
    {
        return fs::path(m_directory->path().toStdString()) / "keys" / "pepper";
    }

    std::unique_ptr<QTemporaryDir> m_directory;
    testing::SeededRandom m_random;
};

void TstKeyFile::makesAKeyOnce()
{
    const auto made = readOrCreateKey(file(), 32, m_random);
    QVERIFY2(made, made ? "" : qPrintable(made.error().message));
    QCOMPARE(made->size(), 32);
    QVERIFY(*made != QByteArray(32, '\0'));
    QCOMPARE(*readOrCreateKey(file(), 32, m_random), *made);
    QCOMPARE(*readKey(file(), 32), *made);
}

void TstKeyFile::isForItsOwnerAlone()
{
    QVERIFY(readOrCreateKey(file(), 32, m_random));
    struct stat status
    {
    };
    QCOMPARE(::stat(file().c_str(), &status), 0);
    QCOMPARE(status.st_mode & 0777U, 0600U);
    QCOMPARE(::stat(file().parent_path().c_str(), &status), 0);
    QCOMPARE(status.st_mode & 0777U, 0700U);
    QCOMPARE(std::distance(fs::directory_iterator(file().parent_path()), {}),
             1); // nothing left over
}

void TstKeyFile::refuses_data()
{
    QTest::addColumn<QString>("fault");
    for (const char *fault :
         {"readable by group", "readable by all", "short", "long", "link", "directory"})
        QTest::newRow(fault) << QString::fromLatin1(fault);
}

void TstKeyFile::refuses()
{
    QFETCH(const QString, fault);
    QVERIFY(readOrCreateKey(file(), 32, m_random));
    const fs::path moved = file().parent_path() / "moved";
    if (fault == u"readable by group") {
        QCOMPARE(::chmod(file().c_str(), 0640), 0);
    } else if (fault == u"readable by all") {
        QCOMPARE(::chmod(file().c_str(), 0604), 0);
    } else if (fault == u"short") {
        QCOMPARE(::truncate(file().c_str(), 31), 0);
    } else if (fault == u"long") {
        QCOMPARE(::truncate(file().c_str(), 33), 0);
    } else if (fault == u"link") {
        fs::rename(file(), moved);
        fs::create_symlink(moved, file());
    } else {
        fs::remove(file());
        fs::create_directory(file());
    }
    const auto key = readOrCreateKey(file(), 32, m_random);
    QVERIFY(!key);
    QCOMPARE(key.error().code, ErrorCode::Storage);
    QVERIFY(key.error().message.contains(QString::fromStdString(file().string())));
}

void TstKeyFile::aMissingKeyIsNotFound()
{
    QCOMPARE(readKey(file(), 32).error().code, ErrorCode::NotFound);
}

void TstKeyFile::directoryThatCannotBeWritten()
{
    const fs::path notADirectory = fs::path(m_directory->path().toStdString()) / "file";
    QFile plain(QString::fromStdString(notADirectory.string()));
    QVERIFY(plain.open(QIODevice::WriteOnly));
    const auto key = readOrCreateKey(notADirectory / "pepper", 32, m_random);
    QVERIFY(!key);
    QCOMPARE(key.error().code, ErrorCode::Storage);
}

void TstKeyFile::racingCreatorsAgree()
{
    for (int round = 0; round < 20; ++round) {
        const fs::path path = file().parent_path() / std::to_string(round);
        QByteArray first;
        QByteArray second;
        {
            const auto make = [&](QByteArray &key, std::uint64_t seed) {
                testing::SeededRandom random(seed);
                key = readOrCreateKey(path, 32, random).value_or(QByteArray());
            };
            const std::jthread a([&] { make(first, 1); });
            const std::jthread b([&] { make(second, 2); });
        }
        QCOMPARE(first.size(), 32);
        QCOMPARE(first, second);
    }
}

PROVOST_TEST(TstKeyFile)
#include "tst_keyfile.moc"
