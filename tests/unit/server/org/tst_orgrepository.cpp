// The org directory as a git repository: nothing that decided is lost, nothing outside it is touched, and a change
// happens whole or not at all.
#include "server/org/orgrepository.h"

#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <functional>

using namespace provost;
using namespace provost::org;
using namespace provost::testing;

namespace {

class Directory
{
public:
    [[nodiscard]] std::filesystem::path path() const
    {
        return std::filesystem::path(m_root.path().toStdString()) / "org";
    }
    [[nodiscard]] QString file(const char *name) const
    {
        return QString::fromStdString((path() / name).string());
    }
    void write(const char *name, const QByteArray &bytes) const
    {
        std::filesystem::create_directories((path() / name).parent_path());
        QFile to(file(name));
        if (!to.open(QIODevice::WriteOnly) || to.write(bytes) != bytes.size())
            qFatal("cannot write a file of the test");
    }
    [[nodiscard]] QByteArray read(const char *name) const
    {
        QFile from(file(name));
        return from.open(QIODevice::ReadOnly) ? from.readAll() : QByteArray("(none)");
    }
    [[nodiscard]] std::filesystem::path outside() const { return path().parent_path(); }

private:
    QTemporaryDir m_root;
};

constexpr char tenantFile[] = "tenants/acme.yaml";

} // namespace

class TstOrgRepository : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensAsARepository();
    void opensWhatIsARepository();
    void refusesWhatCannotBeOne();
    void needsNoGitConfiguration();
    void outsideEditsAreCommitted();
    void historyTellsWhoWhenAndWhy();
    void appliesAndCommits();
    void removesFiles();
    void refusesAStaleRevision();
    void refusesAChangeWithoutReason();
    void refusesNamesOutside_data();
    void refusesNamesOutside();
    void refusesLinksOnTheWay();
    void ignoredFilesAreInHistory();
    void filesAtAnOldRevision();
    void unknownRevisions_data();
    void unknownRevisions();
    void rollsBackByContent();
    void aFailedChangeLeavesTheFilesAsTheyWere();
    void linksAndDotFoldersAreNotRead();

private:
    std::unique_ptr<OrgRepository> open(const Directory &directory)
    {
        auto repository = OrgRepository::open(directory.path(), clock);
        if (!repository)
            qFatal("%s", qUtf8Printable(repository.error().message));
        return std::move(*repository);
    }

    FakeClock clock;
};

void TstOrgRepository::opensAsARepository()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    const auto repository = open(directory);
    QVERIFY(QDir(directory.file(".git")).exists());
    QCOMPARE(repository->revision(), QByteArray());
    QVERIFY(repository->history(10)->empty());
    QCOMPARE(repository->workingFiles()->size(), std::size_t(1));
    QVERIFY(repository->hasOutsideEdits());
    const auto revision = repository->commitOutsideEdits("start", "First");
    QVERIFY(revision);
    QCOMPARE(revision->size(), qsizetype(12));
    QCOMPARE(repository->revision(), *revision);
    QVERIFY(!repository->hasOutsideEdits());
}

void TstOrgRepository::opensWhatIsARepository()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    const QByteArray revision = *open(directory)->commitOutsideEdits("start", "First");
    const auto again = open(directory);
    QCOMPARE(again->revision(), revision);
    QCOMPARE(*again->commitOutsideEdits("start", "Nothing new"), revision);
    QCOMPARE(again->history(10)->size(), std::size_t(1));
}

void TstOrgRepository::refusesWhatCannotBeOne()
{
    const Directory directory;
    QFile file(QString::fromStdString(directory.path().string()));
    QVERIFY(file.open(QIODevice::WriteOnly));
    const auto opened = OrgRepository::open(directory.path(), clock);
    QVERIFY(!opened);
    QVERIFY(opened.error().code == ErrorCode::Storage);
    QVERIFY(opened.error().message.contains(file.fileName()));
}

// Neither missing nor broken, whatever stands in a user's configuration.
void TstOrgRepository::needsNoGitConfiguration()
{
    const QByteArray home = qgetenv("HOME");
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    QFile config(QString::fromStdString((directory.outside() / ".gitconfig").string()));
    QVERIFY(config.open(QIODevice::WriteOnly));
    config.write("[this is not a configuration\n");
    config.close();
    qputenv("HOME", QFile::encodeName(QFileInfo(config).path()));
    const auto repository = OrgRepository::open(directory.path(), clock);
    const auto revision = repository ? (*repository)->commitOutsideEdits("start", "First")
                                     : Result<QByteArray>(fail(repository.error()));
    qputenv("HOME", home);
    QVERIFY2(revision, revision ? "" : qPrintable(revision.error().message));
}

void TstOrgRepository::outsideEditsAreCommitted()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    const auto repository = open(directory);
    const QByteArray first = *repository->commitOutsideEdits("start", "First");
    directory.write(tenantFile, "a: 2\n");
    directory.write("servers/tools.yaml", "b: 1\n");
    QVERIFY(repository->hasOutsideEdits());
    const auto second = repository->commitOutsideEdits("outside", "Edited by hand");
    QVERIFY(second && *second != first);
    const auto history = *repository->history(10);
    QCOMPARE(history.size(), std::size_t(2));
    QCOMPARE(history[0].revision, *second);
    QCOMPARE(history[0].author, "outside");
    QCOMPARE(history[0].reason, "Edited by hand");
    QCOMPARE(history[0].files, (std::vector<QByteArray>{"servers/tools.yaml", tenantFile}));
    QFile::remove(directory.file("servers/tools.yaml"));
    QVERIFY(repository->hasOutsideEdits());
    QVERIFY(repository->commitOutsideEdits("outside", "Removed by hand"));
    QCOMPARE(repository->filesAt(repository->revision())->size(), std::size_t(1));
}

void TstOrgRepository::historyTellsWhoWhenAndWhy()
{
    const Directory directory;
    const auto repository = open(directory);
    const WallTime start = clock.now();
    for (const char *reason : {"one", "two", "three"}) {
        QVERIFY(
            repository->apply({{{tenantFile, QByteArray(reason) + ": 1\n"}}, "ann", reason, {}}));
        clock.advance(std::chrono::seconds(60));
    }
    const auto last = *repository->history(2);
    QCOMPARE(last.size(), std::size_t(2));
    QCOMPARE(last[0].reason, "three");
    QCOMPARE(last[0].author, "ann");
    QCOMPARE(last[1].reason, "two");
    QVERIFY(last[0].when - last[1].when == std::chrono::seconds(60));
    QVERIFY(last[0].when >= start);
    QCOMPARE(last[0].files, std::vector<QByteArray>{tenantFile});
}

void TstOrgRepository::appliesAndCommits()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    const auto repository = open(directory);
    const QByteArray first = *repository->commitOutsideEdits("start", "First");
    const auto second = repository->apply(
        {{{tenantFile, "a: 2\n"}, {"servers/new/tools.yaml", "b: 1\n"}}, "ann", "Because", first});
    QVERIFY2(second, second ? "" : qPrintable(second.error().message));
    QCOMPARE(repository->revision(), *second);
    QCOMPARE(directory.read(tenantFile), "a: 2\n");
    QCOMPARE(directory.read("servers/new/tools.yaml"), "b: 1\n");
    QVERIFY(!repository->hasOutsideEdits());
}

void TstOrgRepository::removesFiles()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    directory.write("tenants/beta.yaml", "b: 1\n");
    const auto repository = open(directory);
    QVERIFY(repository->apply({{{"tenants/beta.yaml", {}}}, "ann", "Beta left", {}}));
    QVERIFY(!QFile::exists(directory.file("tenants/beta.yaml")));
    QCOMPARE(*repository->filesAt(repository->revision()),
             (std::vector<File>{{tenantFile, "a: 1\n"}}));
}

void TstOrgRepository::refusesAStaleRevision()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    const auto repository = open(directory);
    const QByteArray first = *repository->commitOutsideEdits("start", "First");
    directory.write(tenantFile, "a: 2\n"); // by hand, not yet committed
    const auto refused = repository->apply({{{tenantFile, "a: 3\n"}}, "ann", "Mine", first});
    QVERIFY(!refused);
    QVERIFY(refused.error().code == ErrorCode::Conflict);
    QCOMPARE(directory.read(tenantFile), "a: 2\n");
    QVERIFY(refused.error().message.contains(QString::fromUtf8(repository->revision())));
    QVERIFY(repository->apply({{{tenantFile, "a: 3\n"}}, "ann", "Mine", repository->revision()}));
}

void TstOrgRepository::refusesAChangeWithoutReason()
{
    const Directory directory;
    const auto repository = open(directory);
    for (const char *reason : {"", "  \n"}) {
        const auto refused = repository->apply({{{tenantFile, "a: 3\n"}}, "ann", reason, {}});
        QVERIFY(!refused && refused.error().code == ErrorCode::InvalidInput);
    }
    QCOMPARE(directory.read(tenantFile), "(none)");
}

void TstOrgRepository::refusesNamesOutside_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char *name :
         {"../evil.yaml", "tenants/../../evil.yaml", "/tmp/evil.yaml", ".git/config.yaml",
          ".hidden/a.yaml", "tenants/.a.yaml", "", "tenants/", "tenants//a.yaml", "./a.yaml",
          "tenants/a.txt", "tenants/a", "a/b/c/d.yaml", "tenants\\a.yaml", "tenants/a b.yaml"})
        QTest::newRow(*name != '\0' ? name : "empty") << QByteArray(name);
    QTest::newRow("with a zero byte") << QByteArray("a\0.yaml", 7);
    QTest::newRow("too long") << QByteArray(300, 'a') + ".yaml";
}

void TstOrgRepository::refusesNamesOutside()
{
    QFETCH(const QByteArray, name);
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    const auto repository = open(directory);
    const QByteArray first = *repository->commitOutsideEdits("start", "First");
    const auto refused =
        repository->apply({{{tenantFile, "a: 2\n"}, {name, "b: 1\n"}}, "ann", "Evil", {}});
    QVERIFY(!refused && refused.error().code == ErrorCode::InvalidInput);
    QCOMPARE(directory.read(tenantFile), "a: 1\n");
    QCOMPARE(repository->revision(), first);
    QVERIFY(!std::filesystem::exists(directory.outside() / "evil.yaml"));
}

void TstOrgRepository::refusesLinksOnTheWay()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    const auto repository = open(directory);
    const auto elsewhere = directory.outside() / "elsewhere";
    std::filesystem::create_directory(elsewhere);
    std::filesystem::create_directory_symlink(elsewhere, directory.path() / "servers");
    std::filesystem::create_symlink(elsewhere / "file.yaml", directory.path() / "link.yaml");
    for (const char *name : {"servers/new.yaml", "link.yaml"}) {
        const auto refused =
            repository->apply({{{tenantFile, "a: 2\n"}, {name, "b: 1\n"}}, "ann", "Evil", {}});
        QVERIFY(!refused && refused.error().code == ErrorCode::InvalidInput);
        QVERIFY(std::filesystem::is_empty(elsewhere));
        QCOMPARE(directory.read(tenantFile), "a: 1\n");
        const auto removed = repository->apply({{{name, {}}}, "ann", "Evil", {}});
        QVERIFY(!removed && removed.error().code == ErrorCode::InvalidInput);
    }
    QVERIFY(std::filesystem::is_symlink(directory.path() / "link.yaml"));
}

void TstOrgRepository::ignoredFilesAreInHistory()
{
    const Directory directory;
    directory.write(".gitignore", "*.yaml\ntenants/\n");
    directory.write("notes.txt", "not of the org\n");
    directory.write(tenantFile, "a: 1\n");
    const auto repository = open(directory);
    const auto revision = repository->commitOutsideEdits("start", "First");
    QVERIFY(revision);
    QCOMPARE(*repository->filesAt(*revision), (std::vector<File>{{tenantFile, "a: 1\n"}}));
    QCOMPARE(repository->history(1)->front().files, std::vector<QByteArray>{tenantFile});
}

void TstOrgRepository::filesAtAnOldRevision()
{
    const Directory directory;
    const auto repository = open(directory);
    const QByteArray bytes("a: \"\xc3\xa9\"\r\nb: 1", 14); // no line ending is changed
    const auto first =
        repository->apply({{{tenantFile, bytes}, {"servers/x.yaml", "x: 1\n"}}, "ann", "One", {}});
    QVERIFY(first);
    QVERIFY(repository->apply({{{tenantFile, "a: 2\n"}}, "ann", "Two", {}}));
    QCOMPARE(*repository->filesAt(*first),
             (std::vector<File>{{"servers/x.yaml", "x: 1\n"}, {tenantFile, bytes}}));
    QCOMPARE(*repository->filesAt(first->first(7)), *repository->filesAt(*first));
}

void TstOrgRepository::unknownRevisions_data()
{
    QTest::addColumn<QByteArray>("revision");
    for (const char *revision : {"", "HEAD", "main", "v1.0", "HEAD~1", "refs/heads/main", "abc",
                                 "deadbeefdead", "DEADBEEFDEAD", ":/One", "@{1}", "../../x"})
        QTest::newRow(*revision != '\0' ? revision : "empty") << QByteArray(revision);
    QTest::newRow("hash of nothing") << QByteArray(40, '0');
    QTest::newRow("longer than a hash") << QByteArray(80, 'a');
}

void TstOrgRepository::unknownRevisions()
{
    QFETCH(const QByteArray, revision);
    const Directory directory;
    const auto repository = open(directory);
    const auto first = repository->apply({{{tenantFile, "a: 1\n"}}, "ann", "One", {}});
    QVERIFY(first);
    directory.write(".git/refs/tags/v1.0", directory.read(".git/refs/heads/main"));
    directory.write(".git/refs/heads/deadbeefdead", directory.read(".git/refs/heads/main"));
    const auto files = repository->filesAt(revision);
    QVERIFY(!files);
    QVERIFY(files.error().code == ErrorCode::NotFound);
}

void TstOrgRepository::rollsBackByContent()
{
    const Directory directory;
    const auto repository = open(directory);
    const auto first = repository->apply({{{tenantFile, "a: 1\n"}}, "ann", "One", {}});
    QVERIFY(repository->apply({{{tenantFile, "a: 2\n"}}, "ann", "Two", {}}));
    const std::size_t before = repository->history(10)->size();
    const auto third = repository->apply({*repository->filesAt(*first), "bob", "Back to one", {}});
    QVERIFY(third && *third != *first); // history is only appended to
    QCOMPARE(*repository->filesAt(*third), *repository->filesAt(*first));
    QCOMPARE(repository->history(10)->size(), before + 1);
    QCOMPARE(directory.read(tenantFile), "a: 1\n");
}

void TstOrgRepository::aFailedChangeLeavesTheFilesAsTheyWere()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    directory.write("tenants/beta.yaml", "b: 1\n");
    QVERIFY(QDir().mkpath(directory.file("tenants/taken.yaml")));
    const auto repository = open(directory);
    const QByteArray first = *repository->commitOutsideEdits("start", "First");
    const auto failed = repository->apply({{{tenantFile, "a: 2\n"},
                                            {"tenants/beta.yaml", {}},
                                            {"tenants/new.yaml", "n: 1\n"},
                                            {"tenants/taken.yaml", "t: 1\n"}},
                                           "ann",
                                           "Fails",
                                           first});
    QVERIFY(!failed);
    QVERIFY(failed.error().code == ErrorCode::Storage);
    QCOMPARE(directory.read(tenantFile), "a: 1\n");
    QCOMPARE(directory.read("tenants/beta.yaml"), "b: 1\n");
    QVERIFY(!QFile::exists(directory.file("tenants/new.yaml")));
    QVERIFY(QFileInfo(directory.file("tenants/taken.yaml")).isDir());
    QCOMPARE(repository->revision(), first);
    QVERIFY(!repository->hasOutsideEdits());
}

void TstOrgRepository::linksAndDotFoldersAreNotRead()
{
    const Directory directory;
    directory.write(tenantFile, "a: 1\n");
    directory.write(".hidden/a.yaml", "h: 1\n");
    directory.write("README.md", "# Not a policy\n");
    const auto repository = open(directory);
    std::filesystem::create_symlink("/etc/hostname", directory.path() / "link.yaml");
    std::filesystem::create_directory_symlink(directory.path() / "tenants",
                                              directory.path() / "again");
    QCOMPARE(*repository->workingFiles(), (std::vector<File>{{tenantFile, "a: 1\n"}}));
}

PROVOST_TEST(TstOrgRepository)
#include "tst_orgrepository.moc"
