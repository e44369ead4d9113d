// Every line of the log is one JSON object on one line, without secrets.
#include "server/telemetry/log.h"

#include "tests/support/fakeclock.h"
#include "tests/support/testing.h"

#include <QLoggingCategory>
#include <QTemporaryFile>
#include <QTest>

#include <thread>

using namespace provost;
using namespace provost::telemetry;

namespace {

Q_LOGGING_CATEGORY(logAudit, "provost.audit")

} // namespace

class TstLog : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void writesOneObjectPerLine();
    void leavesOutLowerLevels();
    void redactsEveryText();
    void survivesAnyBytes_data();
    void survivesAnyBytes();
    void takesWhatQtSays();
    void givesTheHandlerBack();
    void linesOfThreadsStayWhole();

private:
    [[nodiscard]] LogOptions options() const { return {.descriptor = m_file->handle()}; }
    [[nodiscard]] QByteArrayList lines() const
    {
        QFile file(m_file->fileName());
        return file.open(QIODevice::ReadOnly) ? file.readAll().split('\n') : QByteArrayList();
    }

    testing::FakeClock m_clock;
    std::unique_ptr<QTemporaryFile> m_file;
};

void TstLog::init()
{
    m_file = std::make_unique<QTemporaryFile>();
    QVERIFY(m_file->open());
}

void TstLog::writesOneObjectPerLine()
{
    Log log(m_clock, options());
    log.write(LogLevel::Info, "host", "listening", {{"port", 7777}, {"host", "127.0.0.1"}});
    log.write(LogLevel::Error, "audit", "two\nlines");
    const QByteArrayList written = lines();
    QCOMPARE(written.size(), 3);
    QCOMPARE(written[0], R"({"time":"2026-01-15T14:23:45.000000Z","level":"info","room":"host",)"
                         R"("message":"listening","fields":{"port":7777,"host":"127.0.0.1"}})");
    QCOMPARE(written[1], R"({"time":"2026-01-15T14:23:45.000000Z","level":"error","room":"audit",)"
                         R"("message":"two\nlines"})");
    QCOMPARE(written[2], "");
}

void TstLog::leavesOutLowerLevels()
{
    LogOptions quiet = options();
    quiet.level = LogLevel::Warning;
    Log log(m_clock, quiet);
    log.write(LogLevel::Debug, "host", "no");
    log.write(LogLevel::Info, "host", "no");
    log.write(LogLevel::Warning, "host", "yes");
    QCOMPARE(lines().size(), 2);
}

void TstLog::redactsEveryText()
{
    LogOptions careful = options();
    careful.redact = [](QByteArray text) { return text.replace("hunter2", "[redacted]"); };
    Log log(m_clock, careful);
    log.write(LogLevel::Info, "host", "password is hunter2",
              {{"hunter2", "x"},
               {"list", Json::array({"hunter2", Json::object({{"deep", "hunter2"}})})}});
    const QByteArray line = lines().first();
    QVERIFY(!line.contains("hunter2"));
    QCOMPARE(line.count("[redacted]"), 4);
}

void TstLog::survivesAnyBytes_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("invalid UTF-8") << QByteArray("a\xff\xfe\xc3");
    QTest::newRow("control characters") << QByteArray("\0\1\x1b[31m\r\n\t", 10);
    QTest::newRow("quotes") << QByteArray(R"("}{\")");
    QTest::newRow("long") << QByteArray(100'000, 'x');
    QTest::newRow("cut in a character") << QByteArray("€").repeated(5000);
}

void TstLog::survivesAnyBytes()
{
    QFETCH(const QByteArray, message);
    Log log(m_clock, options());
    log.write(LogLevel::Info, "host", message, {{message, Json(message)}});
    const QByteArrayList written = lines();
    QCOMPARE(written.size(), 2);
    const auto entry = Json::parse(written[0]);
    QVERIFY(entry);
    QVERIFY((*entry)["message"].isString());
    QVERIFY(written[0].size() < 40'000);
}

void TstLog::takesWhatQtSays()
{
    const QtMessageHandler ofTheTest = qInstallMessageHandler(nullptr);
    {
        Log log(m_clock, options());
        log.installMessageHandler();
        qCWarning(logAudit) << "disk is full";
        qCritical("plain %d", 7);
    }
    qInstallMessageHandler(ofTheTest);
    const QByteArrayList written = lines();
    QCOMPARE(written.size(), 3);
    QVERIFY(written[0].contains(R"("level":"warning","room":"audit","message":"disk is full")"));
    QVERIFY(written[1].contains(R"("level":"error","room":"default","message":"plain 7")"));
}

void TstLog::givesTheHandlerBack()
{
    const QtMessageHandler before = qInstallMessageHandler(nullptr);
    const QtMessageHandler qtsOwn = qInstallMessageHandler(nullptr);
    {
        Log log(m_clock, options());
        log.installMessageHandler();
    }
    const QtMessageHandler after = qInstallMessageHandler(before);
    QVERIFY(after == qtsOwn);
}

void TstLog::linesOfThreadsStayWhole()
{
    Log log(m_clock, options());
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t) {
            threads.emplace_back([&log] {
                for (int i = 0; i < 200; ++i)
                    log.write(LogLevel::Info, "host", QByteArray(300, 'x'));
            });
        }
    }
    const QByteArrayList written = lines();
    QCOMPARE(written.size(), 801);
    for (int i = 0; i < 800; ++i)
        QVERIFY(Json::parse(written[i]));
}

PROVOST_TEST(TstLog)
#include "tst_log.moc"
