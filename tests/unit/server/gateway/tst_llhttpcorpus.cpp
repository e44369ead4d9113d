// llhttp's own request cases (MIT, found at $PROVOST_CORPORA) against our scanner: what its strict mode refuses we
// refuse, what it accepts we accept, but for the cases named here, each with the reason.
#include "server/gateway/framingscanner.h"
#include "tests/support/testing.h"

#include <QDir>
#include <QRegularExpression>
#include <QTest>

#include <map>

using namespace provost::gateway;

namespace {

struct Case
{
    QString name;
    QByteArray input;
    int complete = 0;     // messages that llhttp saw to their end
    bool refused = false; // then it found an error
};

QString corpus()
{
    const QString from = qEnvironmentVariable("PROVOST_CORPORA");
    const QString root =
        from.isEmpty() ? QStringLiteral(PROVOST_SOURCE_DIR "/../shared/corpora") : from;
    return root + QStringLiteral("/llhttp/test/request");
}

// The cases are fenced blocks of Markdown: line ends stand for CR LF, escapes for the bytes that an editor would hide.
QByteArray unescaped(QString text)
{
    if (text.endsWith(u'\n'))
        text.chop(1);
    text.remove(QStringLiteral("\\\n"));
    text.replace(u'\n', QStringLiteral("\r\n"));
    QByteArray bytes;
    for (qsizetype i = 0; i < text.size(); ++i) {
        static const QRegularExpression hex(QStringLiteral("\\G\\\\x([0-9a-fA-F]{1,2})"));
        if (text[i] != u'\\') {
            bytes.append(QString(text[i]).toUtf8());
            continue;
        }
        const QChar next = i + 1 < text.size() ? text[i + 1] : QChar();
        const qsizetype escape = QStringLiteral("rntf").indexOf(next);
        if (const auto match = hex.match(text, i); match.hasMatch()) {
            bytes.append(char(match.captured(1).toInt(nullptr, 16)));
            i += match.capturedLength() - 1;
        } else if (!next.isNull() && escape >= 0) {
            bytes.append("\r\n\t\f"[escape]);
            ++i;
        } else {
            bytes.append('\\');
        }
    }
    return bytes;
}

std::vector<Case> casesOf(const QString &path)
{
    static const QRegularExpression block(
        QStringLiteral("\\n#+ ([^\\n]*)\\n(?:(?!\\n#).)*?<!-- *meta=(\\{[^\\n]*\\}) "
                       "*-->\\n+```http\\n(.*?)```\\n"
                       "(?:(?!```).)*?```log\\n(.*?)```"),
        QRegularExpression::DotMatchesEverythingOption);
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    std::vector<Case> cases;
    auto found = block.globalMatch(QString::fromUtf8(file.readAll()));
    while (found.hasNext()) {
        const auto match = found.next();
        static const QRegularExpression strict(QStringLiteral("\"type\": *\"request\""));
        static const QRegularExpression error(QStringLiteral("error code=(\\d+)"));
        if (!match.captured(2).contains(strict)
            || match.captured(2).contains(QStringLiteral("pause")))
            continue;
        // Resets its parser half-way, which no connection does.
        if (match.captured(1) == QStringLiteral("Content-Length reset when no body is received"))
            continue;
        const QString log = match.captured(4);
        // 21 to 23 are pauses for an upgrade, not errors.
        const int code = error.match(log).captured(1).toInt();
        cases.push_back({QFileInfo(path).baseName() + QStringLiteral(": ") + match.captured(1),
                         unescaped(match.captured(3)),
                         int(log.count(QStringLiteral("message complete"))),
                         code != 0 && (code < 21 || code > 23)});
    }
    return cases;
}

// llhttp leaves Host to its users; requests that have none are given one.
QByteArray withHost(const QByteArray &input)
{
    static const QRegularExpression line(
        QStringLiteral("(^|\n)([A-Z-]+ (?:https?://([^/? ]*))?[^ \r\n]* HTTP/1\\.1\r\n)"));
    QString text = QString::fromLatin1(input);
    qsizetype from = 0;
    for (auto match = line.match(text, from); match.hasMatch(); match = line.match(text, from)) {
        from = match.capturedEnd();
        const qsizetype headEnd = text.indexOf(QStringLiteral("\r\n\r\n"), from - 2);
        if (text.mid(from - 1, headEnd < 0 ? -1 : headEnd - from)
                .contains(QStringLiteral("\nhost:"), Qt::CaseInsensitive))
            continue;
        const QString host =
            match.captured(3).isEmpty() ? QStringLiteral("example.com") : match.captured(3);
        const QString header = QStringLiteral("Host: ") + host + QStringLiteral("\r\n");
        text.insert(from, header);
        from += header.size();
    }
    return text.toLatin1();
}

struct Outcome
{
    int complete = 0;
    int status = 0;
};

Outcome scan(QByteArrayView input)
{
    const HttpLimits limits;
    FramingScanner scanner(limits);
    Outcome outcome;
    bool keepAlive = true;
    while (!input.isEmpty() && keepAlive) {
        input = input.sliced(scanner.feed(input));
        if (scanner.refusal()) {
            outcome.status = scanner.refusal()->status;
            break;
        }
        if (scanner.isComplete()) {
            ++outcome.complete;
            keepAlive = scanner.take().keepAlive;
        }
    }
    return outcome;
}

// Where we refuse, on purpose, what llhttp lets through.
const char *whyStricter(const QString &name)
{
    static const std::map<QString, const char *> reasons{
        {QStringLiteral("connection: CRLF between requests, implicit `keep-alive`"),
         "one empty line is forgiven, two are not"},
        {QStringLiteral("method: REPORT request"), "the method is not one of ours"},
        {QStringLiteral("method: CONNECT request"), "the method is not one of ours"},
        {QStringLiteral("method: CONNECT request with CAPS"), "the method is not one of ours"},
        {QStringLiteral("method: CONNECT with body"), "the method is not one of ours"},
        {QStringLiteral("method: M-SEARCH request"), "the method is not one of ours"},
        {QStringLiteral("method: PURGE request"), "the method is not one of ours"},
        {QStringLiteral("method: SEARCH request"), "the method is not one of ours"},
        {QStringLiteral("method: LINK request"), "the method is not one of ours"},
        {QStringLiteral("method: SOURCE request"), "the method is not one of ours"},
        {QStringLiteral("method: QUERY request"), "the method is not one of ours"},
        {QStringLiteral("uri: Underscore in hostname"), "the method is not one of ours"},
        {QStringLiteral("method: PRI request HTTP2"), "HTTP/2 is not spoken here"},
        {QStringLiteral("method: SOURCE request with ICE"), "not HTTP"},
        {QStringLiteral("method: OPTIONS request with RTSP"), "not HTTP"},
        {QStringLiteral("method: ANNOUNCE request with RTSP"), "not HTTP"},
        {QStringLiteral("sample: curl GET"), "`=` in Host"},
        {QStringLiteral("sample: Firefox GET"), "`=` in Host"},
        {QStringLiteral("sample: No HTTP version"), "HTTP/0.9"},
        {QStringLiteral("transfer-encoding: POST with `chunked` as last transfer-encoding"),
         "`#` in the target; deflate"},
        {QStringLiteral(
             "transfer-encoding: POST with `chunked` as last transfer-encoding (multiple headers)"),
         "two Transfer-Encodings"},
        {QStringLiteral("uri: Quotes in URI"), "not RFC 3986"},
        {QStringLiteral("uri: Query URL with vertical bar character"), "not RFC 3986"},
        {QStringLiteral("uri: Fragment in URI"), "a fragment is never sent"},
        {QStringLiteral("uri: `host:port` and basic auth"), "a user in the target"},
    };
    const auto found = reasons.find(name);
    return found == reasons.end() ? nullptr : found->second;
}

} // namespace

class TstLlhttpCorpus final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void agrees_data();
    void agrees();
};

void TstLlhttpCorpus::agrees_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<int>("complete");
    QTest::addColumn<bool>("refused");
    const QDir folder(corpus());
    if (!folder.exists())
        QSKIP("the corpus is not here: set PROVOST_CORPORA");
    for (const QString &name : folder.entryList({QStringLiteral("*.md")})) {
        for (const Case &one : casesOf(folder.filePath(name)))
            QTest::newRow(one.name.toUtf8().constData())
                << one.input << one.complete << one.refused;
    }
}

void TstLlhttpCorpus::agrees()
{
    QFETCH(QByteArray, input);
    QFETCH(int, complete);
    QFETCH(bool, refused);
    const Outcome outcome = scan(withHost(input));
    if (whyStricter(QString::fromUtf8(QTest::currentDataTag())) != nullptr) {
        QVERIFY2(outcome.status != 0, "no longer stricter than llhttp: take it off the list");
        return;
    }
    QCOMPARE(outcome.complete, complete);
    // llhttp gives up in mid-line, we at its end: a refused case may also be one that never completes.
    if (!refused)
        QCOMPARE(outcome.status, 0);
}

PROVOST_TEST(TstLlhttpCorpus)
#include "tst_llhttpcorpus.moc"
