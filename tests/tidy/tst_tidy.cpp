// What a reviewer would miss: includes against the declared link graph, hazardous words each with its replacement,
// and the form of files.
#include "tests/support/testing.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <map>
#include <set>

namespace {

struct Room
{
    std::set<QString> publicEdges;
    std::set<QString> allEdges;
};

struct Source
{
    QString path; // from the root
    QStringList lines;
};

std::set<QString> words(const QString &text)
{
    const QStringList list = text.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    return {list.begin(), list.end()};
}

QByteArray read(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

class TstTidy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void includesFollowTheDeclaredEdges();
    void edgesHaveNoCycle();
    void hazardousWordsAreAbsent_data();
    void hazardousWordsAreAbsent();
    void headersHaveAnOpeningCommentAndOneGuard();
    void suppressionsNameAReason();
    void modelsAndPresentersKnowNoWidgets();
    void topLevelHoldsWhatThePlanSays();
    void noLargeFiles();

private:
    [[nodiscard]] QString roomOf(const QString &path) const;
    [[nodiscard]] std::set<QString> reachable(const QString &room) const;

    const QString m_root = QStringLiteral(PROVOST_SOURCE_DIR);
    std::map<QString, Room> m_rooms;
    std::vector<Source> m_sources; // of app, server, ui and tests
};

void TstTidy::initTestCase()
{
    const QStringList edges = QString::fromUtf8(read(QStringLiteral(PROVOST_EDGES_FILE)))
                                  .split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : edges) {
        const QStringList parts = line.split(QLatin1Char('|'));
        QCOMPARE(parts.size(), 3);
        Room room{words(parts[1]), words(parts[1])};
        room.allEdges.merge(words(parts[2]));
        m_rooms.emplace(parts[0], std::move(room));
    }
    QVERIFY2(m_rooms.size() > 10, "the build declares no rooms");

    for (const char *folder : {"app", "server", "ui", "tests"}) {
        QDirIterator files(m_root + QLatin1Char('/') + QString::fromUtf8(folder),
                           {QStringLiteral("*.cpp"), QStringLiteral("*.h")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            m_sources.push_back({path.mid(m_root.size() + 1),
                                 QString::fromUtf8(read(path)).split(QLatin1Char('\n'))});
        }
    }
    QVERIFY(m_sources.size() > 50);
}

// The longest declared room that holds the file.
QString TstTidy::roomOf(const QString &path) const
{
    QString best;
    for (const auto &[room, edges] : m_rooms) {
        if (path.startsWith(room + QLatin1Char('/')) && room.size() > best.size())
            best = room;
    }
    return best;
}

// What a room may include: its own edges and what follows from the public edges of those.
std::set<QString> TstTidy::reachable(const QString &room) const
{
    std::set<QString> seen{room};
    std::vector<QString> open(m_rooms.at(room).allEdges.begin(), m_rooms.at(room).allEdges.end());
    while (!open.empty()) {
        const QString next = open.back();
        open.pop_back();
        if (!seen.insert(next).second || !m_rooms.contains(next))
            continue;
        const auto &further = m_rooms.at(next).publicEdges;
        open.insert(open.end(), further.begin(), further.end());
    }
    return seen;
}

void TstTidy::includesFollowTheDeclaredEdges()
{
    static const QRegularExpression include(QStringLiteral("^\\s*#\\s*include\\s+\"([^\"]+)\""));
    QStringList findings;
    for (const Source &source : m_sources) {
        const QString from = roomOf(source.path);
        if (from.isEmpty())
            continue;
        const auto allowed = reachable(from);
        for (qsizetype i = 0; i < source.lines.size(); ++i) {
            const auto match = include.match(source.lines[i]);
            const QString to = match.hasMatch() ? roomOf(match.captured(1)) : QString();
            if (!to.isEmpty() && !allowed.contains(to))
                findings.append(QStringLiteral("%1:%2: %3 must not include %4; a new edge is "
                                               "declared in its provost_module()")
                                    .arg(source.path)
                                    .arg(i + 1)
                                    .arg(from, to));
        }
    }
    QVERIFY2(findings.isEmpty(), qPrintable(findings.join(QLatin1Char('\n'))));
}

void TstTidy::edgesHaveNoCycle()
{
    for (const auto &[room, edges] : m_rooms) {
        std::set<QString> seen;
        std::vector<QString> open(edges.allEdges.begin(), edges.allEdges.end());
        while (!open.empty()) {
            const QString next = open.back();
            open.pop_back();
            QVERIFY2(next != room, qPrintable(QStringLiteral("%1 reaches itself").arg(room)));
            if (!seen.insert(next).second || !m_rooms.contains(next))
                continue;
            const auto &further = m_rooms.at(next).allEdges;
            open.insert(open.end(), further.begin(), further.end());
        }
    }
}

void TstTidy::hazardousWordsAreAbsent_data()
{
    QTest::addColumn<QString>("pattern");
    QTest::addColumn<QString>("instead");
    QTest::addColumn<QString>("allowedIn"); // a regular expression of paths

    const auto row = [](const char *pattern, const char *instead, const char *allowedIn) {
        QTest::newRow(pattern) << QString::fromUtf8(pattern) << QString::fromUtf8(instead)
                               << QString::fromUtf8(allowedIn);
    };
    const char *nowhere = "^$";
    row("\\bqWait\\(", "wait for a condition with QTRY_*", nowhere);
    row("\\b(this_thread::sleep_for|usleep|QThread::m?sleep)\\b", "wait for an event, not for time",
        nowhere);
    // Every dispatcher has a function of that name.
    row("\\bprocessEvents\\(", "let the event loop run",
        "^server/gateway/epolldispatcher\\.(h|cpp)$");
    row("BlockingQueuedConnection", "send a Mailbox letter and go on", nowhere);
    row("\\bsender\\(\\)->", "pass what is needed into the lambda", nowhere);
    // QDBusConnection::connect() knows no other form.
    row("\\b(SIGNAL|SLOT)\\(", "connect by member pointer", "^ui/kit/systemappearance\\.cpp$");
    row("Qt::AutoText", "untrusted text is Qt::PlainText", nowhere);
    row("\\b(if|while|switch) \\(!?\\(?co_await\\b",
        "await before the condition: GCC 12 lays out the frame wrongly", nowhere);
    row("QVERIFY2?\\(.*\\belapsed\\(\\) *<|\\bnsecsElapsed\\(",
        "a test judges no speed: measure it in tests/bench", nowhere);
    row("currentDateTime", "time comes in through a Clock", "^$");
    row("system_clock::now", "time comes in through a Clock",
        "^(server/base/clock\\.cpp|tests/bench/.*)$");
    row("QRandomGenerator|\\brand\\(\\)", "randomness comes in through a Random", "^tests/");
    row("#include <Q(tWidgets|tTest|tCore|tGui|tNetwork)>", "include the class header", nowhere);
    row("\\busing namespace\\b", "name what is used", "\\.cpp$");
    row("\\b(TODO|FIXME|XXX)\\b", "do it, or leave it out", nowhere);
}

void TstTidy::hazardousWordsAreAbsent()
{
    QFETCH(const QString, pattern);
    QFETCH(const QString, instead);
    QFETCH(const QString, allowedIn);
    const QRegularExpression word(pattern);
    const QRegularExpression exempt(allowedIn);
    QVERIFY(word.isValid() && exempt.isValid());
    QStringList findings;
    for (const Source &source : m_sources) {
        if (source.path.startsWith(QLatin1StringView("tests/tidy/"))
            || exempt.match(source.path).hasMatch())
            continue;
        for (qsizetype i = 0; i < source.lines.size(); ++i) {
            if (word.match(source.lines[i]).hasMatch())
                findings.append(
                    QStringLiteral("%1:%2: %3").arg(source.path).arg(i + 1).arg(instead));
        }
    }
    QVERIFY2(findings.isEmpty(), qPrintable(findings.join(QLatin1Char('\n'))));
}

void TstTidy::headersHaveAnOpeningCommentAndOneGuard()
{
    QStringList findings;
    for (const Source &source : m_sources) {
        if (!source.path.endsWith(QLatin1StringView(".h")))
            continue;
        if (!source.lines.first().startsWith(QLatin1StringView("//")))
            findings.append(
                source.path
                + QStringLiteral(
                    ":1: a header opens with what it is, its invariant and its thread"));
        if (source.lines.count(QStringLiteral("#pragma once")) != 1)
            findings.append(source.path + QStringLiteral(": one #pragma once"));
    }
    QVERIFY2(findings.isEmpty(), qPrintable(findings.join(QLatin1Char('\n'))));
}

void TstTidy::suppressionsNameAReason()
{
    static const QRegularExpression bare(
        QStringLiteral("NOLINT(NEXTLINE|BEGIN)?(\\([^)]*\\))?\\s*(?!\\S*:)$|NOLINT(NEXTLINE|BEGIN)?"
                       "(\\([^)]*\\))?(?!.*:\\s*\\S)"));
    QStringList findings;
    for (const Source &source : m_sources) {
        if (source.path.startsWith(QLatin1StringView("tests/tidy/")))
            continue;
        for (qsizetype i = 0; i < source.lines.size(); ++i) {
            const QString &line = source.lines[i];
            if (line.contains(QLatin1StringView("NOLINT"))
                && !line.contains(QLatin1StringView("NOLINTEND")) && bare.match(line).hasMatch())
                findings.append(QStringLiteral("%1:%2: say why after the suppression")
                                    .arg(source.path)
                                    .arg(i + 1));
        }
    }
    QVERIFY2(findings.isEmpty(), qPrintable(findings.join(QLatin1Char('\n'))));
}

void TstTidy::modelsAndPresentersKnowNoWidgets()
{
    static const QRegularExpression widget(QStringLiteral(
        "#include <Q(Widget|Label|PushButton|TableView|Dialog|LineEdit|BoxLayout|MessageBox)>"));
    static const QRegularExpression pure(QStringLiteral("^ui/.*(model|presenter)\\.(h|cpp)$"));
    QStringList findings;
    for (const Source &source : m_sources) {
        if (pure.match(source.path).hasMatch() && !source.lines.filter(widget).isEmpty())
            findings.append(source.path
                            + QStringLiteral(": models and presenters include no widget"));
    }
    QVERIFY2(findings.isEmpty(), qPrintable(findings.join(QLatin1Char('\n'))));
}

void TstTidy::topLevelHoldsWhatThePlanSays()
{
    const std::set<QString> plan{QStringLiteral("CMakeLists.txt"),
                                 QStringLiteral("CMakePresets.json"),
                                 QStringLiteral("LICENSE"),
                                 QStringLiteral("README.md"),
                                 QStringLiteral("app"),
                                 QStringLiteral("server"),
                                 QStringLiteral("ui"),
                                 QStringLiteral("resources"),
                                 QStringLiteral("policies"),
                                 QStringLiteral("tests"),
                                 QStringLiteral("installer"),
                                 QStringLiteral("build")};
    const QStringList entries = QDir(m_root).entryList(QDir::AllEntries | QDir::NoDotAndDotDot);
    for (const QString &entry : entries)
        QVERIFY2(plan.contains(entry),
                 qPrintable(entry + QStringLiteral(" is not in the plan of the top level")));
}

void TstTidy::noLargeFiles()
{
    constexpr qint64 bytesMax = 256 * 1024;
    for (const char *folder :
         {"app", "server", "ui", "tests", "resources", "policies", "installer"}) {
        QDirIterator files(m_root + QLatin1Char('/') + QString::fromUtf8(folder), QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            if (path.contains(QLatin1StringView("/node_modules/")))
                continue;
            QVERIFY2(files.fileInfo().size() <= bytesMax, qPrintable(path));
        }
    }
}

PROVOST_TEST(TstTidy)

#include "tst_tidy.moc"
