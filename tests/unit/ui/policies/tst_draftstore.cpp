#include "tests/support/testing.h"
#include "ui/kit/draftstore.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

class TstDraftStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingKeptIsAnEmptyDraft();
    void keepsTextsAsTheyAre();
    void anEmptyDraftTakesTheFileAway();
    void whatIsNoDraftIsAnError();
    void aFolderThatCannotBeMadeIsAnError();
    void onlyTheOwnerMayRead();

private:
    QTemporaryDir m_folder;
};

void TstDraftStore::nothingKeptIsAnEmptyDraft()
{
    const DraftStore store(m_folder.filePath(u"none"_s));
    const auto draft = store.load();
    QVERIFY(draft);
    QVERIFY(draft->isEmpty());
}

void TstDraftStore::keepsTextsAsTheyAre()
{
    const DraftStore store(m_folder.filePath(u"a/b"_s));
    const Draft draft{"r1",
                      {{"tenants/a.yaml", "x: 1\r\n", "x: \"ä\u2713\"\r\n\t# end"},
                       {"servers/b.yaml", "", "new"}}};
    QVERIFY(store.save(draft));
    const auto kept = DraftStore(m_folder.filePath(u"a/b"_s)).load();
    QVERIFY(kept);
    QCOMPARE(*kept, draft);
}

void TstDraftStore::anEmptyDraftTakesTheFileAway()
{
    const DraftStore store(m_folder.filePath(u"gone"_s));
    QVERIFY(store.save({"r1", {{"f", "a", "b"}}}));
    QVERIFY(store.save({"r1", {}}));
    QVERIFY(QDir(m_folder.filePath(u"gone"_s)).entryList(QDir::Files).isEmpty());
    QVERIFY(store.save({})); // and again
}

void TstDraftStore::whatIsNoDraftIsAnError()
{
    QVERIFY(QDir().mkpath(m_folder.filePath(u"bad"_s)));
    QFile file(m_folder.filePath(u"bad/draft.json"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("{\"revision\": \"r1\", \"fi");
    file.close();
    const auto draft = DraftStore(m_folder.filePath(u"bad"_s)).load();
    QVERIFY(!draft);
    QCOMPARE(draft.error().code, ErrorCode::InvalidInput);
}

void TstDraftStore::aFolderThatCannotBeMadeIsAnError()
{
    QFile file(m_folder.filePath(u"file"_s));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const auto saved = DraftStore(m_folder.filePath(u"file/below"_s)).save({"r", {{"f", "", "x"}}});
    QVERIFY(!saved);
    QCOMPARE(saved.error().code, ErrorCode::Storage);
}

void TstDraftStore::onlyTheOwnerMayRead()
{
    const DraftStore store(m_folder.filePath(u"private"_s));
    QVERIFY(store.save({"r1", {{"f", "a", "b"}}}));
    const auto others = QFileDevice::ReadGroup | QFileDevice::ReadOther;
    QVERIFY(!(QFile::permissions(m_folder.filePath(u"private/draft.json"_s)) & others));
}

PROVOST_TEST(TstDraftStore)
#include "tst_draftstore.moc"
