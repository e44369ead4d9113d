#include "server/gateway/framingscanner.h"
#include "tests/support/testing.h"

#include <QTest>

#include <random>

using namespace provost::gateway;

namespace {

struct Outcome
{
    std::vector<ScannedRequest> requests;
    int status = 0; // of the refusal that ended it
};

// Feeds `input` in pieces whose sizes `nextSize` gives.
template <class NextSize>
Outcome scan(QByteArrayView input, const HttpLimits &limits, NextSize nextSize)
{
    FramingScanner scanner(limits);
    Outcome outcome;
    while (!input.isEmpty()) {
        QByteArrayView piece = input.first(std::min(nextSize(), input.size()));
        input = input.sliced(piece.size());
        while (!piece.isEmpty()) {
            piece = piece.sliced(scanner.feed(piece));
            if (scanner.refusal()) {
                outcome.status = scanner.refusal()->status;
                return outcome;
            }
            if (scanner.isComplete())
                outcome.requests.push_back(scanner.take());
        }
    }
    return outcome;
}

QByteArray summaryOf(const Outcome &outcome)
{
    QByteArray text = QByteArray::number(outcome.status);
    for (const ScannedRequest &scanned : outcome.requests) {
        const HttpRequest &request = scanned.request;
        text += '|' + request.method + ' ' + request.path + '?' + request.query
                + (scanned.keepAlive ? " keep" : " close") + (scanned.http11 ? " 1.1" : " 1.0");
        for (const HeaderList::Field header : request.headers)
            text += ';' + header.name + '=' + header.value;
        text += '#' + request.body;
    }
    return text;
}

// Whole, byte by byte and in random pieces; the outcomes must be equal.
Outcome scanAllWays(const QByteArray &input, const HttpLimits &limits = {})
{
    const Outcome whole = scan(input, limits, [&input] { return input.size(); });
    const QByteArray expected = summaryOf(whole);
    const auto compare = [&](const Outcome &other) { QCOMPARE(summaryOf(other), expected); };
    compare(scan(input, limits, [] { return qsizetype(1); }));
    std::minstd_rand random(7);
    for (int round = 0; round < 20; ++round)
        compare(scan(input, limits, [&random] { return qsizetype(1 + random() % 9); }));
    return whole;
}

QByteArray post(const QByteArray &headers, const QByteArray &body = {})
{
    return "POST /mcp HTTP/1.1\r\nHost: localhost\r\n" + headers + "\r\n" + body;
}

QByteArray chunked(const QByteArray &body)
{
    return post("Transfer-Encoding: chunked\r\n", body);
}

} // namespace

class TstFramingScanner final : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void readsOneRequest();
    void undoesChunks();
    void readsPipelinedRequests();
    void knowsWhetherToKeepTheConnection_data();
    void knowsWhetherToKeepTheConnection();
    void accepts_data();
    void accepts();
    void refuses_data();
    void refuses();
    void holdsLimits_data();
    void holdsLimits();
    void limitsAreExact();
    void asksForContinueOnlyBeforeTheBody();
    void believesNoAnnouncedLength();
    void survivesNoise();
};

void TstFramingScanner::readsOneRequest()
{
    const Outcome outcome =
        scanAllWays("POST /t/acme/mcp?x=1&y=%20 HTTP/1.1\r\nHost: localhost:80\r\n"
                    "content-LENGTH:  4 \t\r\nX-Empty:\r\n\r\n{\"a\"");
    QCOMPARE(outcome.requests.size(), std::size_t(1));
    const HttpRequest &request = outcome.requests.front().request;
    QCOMPARE(request.method, QByteArray("POST"));
    QCOMPARE(request.path, QByteArray("/t/acme/mcp"));
    QCOMPARE(request.query, QByteArray("x=1&y=%20"));
    QCOMPARE(request.header("Content-Length"), QByteArray("4"));
    QCOMPARE(request.headers[1].name, QByteArray("content-LENGTH"));
    QVERIFY(request.hasHeader("x-empty"));
    QVERIFY(request.header("x-empty").isEmpty());
    QVERIFY(!request.hasHeader("x-other"));
    QCOMPARE(request.body, QByteArray("{\"a\""));
}

void TstFramingScanner::undoesChunks()
{
    const Outcome outcome = scanAllWays(
        chunked("4\r\n{\"a\"\r\n00A;name;n2=v;n3=\"q \\\" ;\"\r\n:123456789\r\n1\r\n}\r\n0\r\n"
                "Trailer-Field: thrown away\r\n\r\n"));
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.requests.size(), std::size_t(1));
    QCOMPARE(outcome.requests.front().request.body, QByteArray("{\"a\":123456789}"));
    QVERIFY(!outcome.requests.front().request.hasHeader("Trailer-Field"));
}

void TstFramingScanner::readsPipelinedRequests()
{
    const Outcome outcome =
        scanAllWays(post("Content-Length: 1\r\n", "1") + chunked("1\r\n2\r\n0\r\n\r\n") + "\r\n"
                    + "GET /last HTTP/1.1\r\nHost: a\r\n\r\n");
    QCOMPARE(outcome.requests.size(), std::size_t(3));
    QCOMPARE(outcome.requests[0].request.body, QByteArray("1"));
    QCOMPARE(outcome.requests[1].request.body, QByteArray("2"));
    QCOMPARE(outcome.requests[2].request.path, QByteArray("/last"));
    QVERIFY(outcome.requests[2].request.body.isEmpty());
}

void TstFramingScanner::knowsWhetherToKeepTheConnection_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::addColumn<QByteArray>("connection");
    QTest::addColumn<bool>("keepAlive");
    QTest::newRow("1.1") << QByteArray("1.1") << QByteArray() << true;
    QTest::newRow("1.1 close") << QByteArray("1.1") << QByteArray("Connection: Close\r\n") << false;
    QTest::newRow("1.1 close in a list")
        << QByteArray("1.1") << QByteArray("Connection: TE ,\tclose\r\n") << false;
    QTest::newRow("1.1 close in the second header")
        << QByteArray("1.1") << QByteArray("Connection: TE\r\nConnection: close\r\n") << false;
    QTest::newRow("1.1 both") << QByteArray("1.1")
                              << QByteArray("Connection: keep-alive, close\r\n") << false;
    QTest::newRow("1.0") << QByteArray("1.0") << QByteArray() << false;
    QTest::newRow("1.0 keep-alive")
        << QByteArray("1.0") << QByteArray("Connection: keep-alive\r\n") << true;
}

void TstFramingScanner::knowsWhetherToKeepTheConnection()
{
    QFETCH(QByteArray, version);
    QFETCH(QByteArray, connection);
    const Outcome outcome =
        scanAllWays("GET / HTTP/" + version + "\r\nHost: a\r\n" + connection + "\r\n");
    QCOMPARE(outcome.requests.size(), std::size_t(1));
    QTEST(outcome.requests.front().keepAlive, "keepAlive");
}

void TstFramingScanner::accepts_data()
{
    QTest::addColumn<QByteArray>("input");
    const auto row = [](const char *name, const QByteArray &input) {
        QTest::newRow(name) << input;
    };
    row("1.0 without Host", "GET / HTTP/1.0\r\n\r\n");
    row("one empty line before", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
    row("absolute form", "GET http://a:8/b?c HTTP/1.1\r\nHost: A:8\r\n\r\n");
    row("absolute form without path", "GET http://a HTTP/1.1\r\nHost: a\r\n\r\n");
    row("asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n");
    row("IPv6 Host", "GET / HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n");
    row("obs-text in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: \xc3\xa4\r\n\r\n");
    row("tab in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: a\tb\r\n\r\n");
    row("POST without a body", post(""));
    row("length zero", post("Content-Length: 0\r\n"));
    row("length with leading zeros", post("Content-Length: 0001\r\n", "x"));
    row("coding in capitals", post("Transfer-Encoding: CHUNKED\r\n", "0\r\n\r\n"));
    row("chunk size with leading zeros", chunked("0001\r\nx\r\n0000\r\n\r\n"));
    row("expectation", post("Expect: 100-Continue\r\nContent-Length: 1\r\n", "x"));
}

void TstFramingScanner::accepts()
{
    QFETCH(QByteArray, input);
    const Outcome outcome = scanAllWays(input);
    QCOMPARE(outcome.status, 0);
    QCOMPARE(outcome.requests.size(), std::size_t(1));
}

// Every row carries a second request behind the bad one: it must never come out.
void TstFramingScanner::refuses_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &input, int status = 400) {
        QTest::newRow(name) << input << status;
    };
    const auto get = [](const QByteArray &headers) -> QByteArray {
        return "GET / HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n";
    };
    const auto line = [](const QByteArray &requestLine) -> QByteArray {
        return requestLine + "\r\nHost: a\r\n\r\n";
    };

    row("bare LF after the request line", "GET / HTTP/1.1\nHost: a\r\n\r\n");
    row("bare LF after a header", "GET / HTTP/1.1\r\nHost: a\r\nX: abc\n\r\n");
    row("bare LF ends the head", "GET / HTTP/1.1\r\nHost: a\r\n\n");
    row("bare CR in the request line", line("GET /\rx HTTP/1.1"));
    row("bare CR in a value", get("X: a\rb\r\n"));
    row("bare CR before CR LF", get("X: a\r\r\n"));
    row("two empty lines before", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");

    row("folded header", get("X: a\r\n b\r\n"));
    row("header folded by a tab", get("X: a\r\n\tb\r\n"));
    row("space before the first header", "GET / HTTP/1.1\r\n Host: a\r\n\r\n");
    row("space before the colon", get("X : a\r\n"));
    row("tab before the colon", get("X\t: a\r\n"));
    row("Transfer-Encoding with a space before the colon",
        post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"));
    row("no colon", get("X\r\n"));
    row("empty name", get(": a\r\n"));
    row("name with a slash", get("X/Y: a\r\n"));
    row("NUL in a name", get(QByteArray("X\0Y: a\r\n", 8)));
    row("NUL in a value", get(QByteArray("X: a\0b\r\n", 8)));
    row("DEL in a value", get("X: a\x7f\r\n"));
    row("escape in a value", get("X: a\x1b[0m\r\n"));
    row("obs-text in a name", get("X\xe4: a\r\n"));

    row("no Host", "GET / HTTP/1.1\r\n\r\n");
    row("two Hosts", get("Host: a\r\n"));
    row("two Hosts in 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n");
    row("empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n");
    row("list of Hosts", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n");
    row("user in Host", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n");
    row("path in Host", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n");
    row("empty port in Host", "GET / HTTP/1.1\r\nHost: a:\r\n\r\n");
    row("odd port in Host", "GET / HTTP/1.1\r\nHost: a:x\r\n\r\n");
    row("port too large in Host", "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n");
    row("IPv6 without brackets in Host", "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n");
    row("target and Host disagree", "GET http://b/ HTTP/1.1\r\nHost: a\r\n\r\n");

    row("no version", line("GET /"));
    row("two spaces", line("GET  / HTTP/1.1"));
    row("space at the end", line("GET / HTTP/1.1 "));
    row("tab instead of space", line("GET\t/\tHTTP/1.1"));
    row("small version", line("GET / http/1.1"));
    row("other protocol", line("GET / RTSP/1.0"));
    row("odd version", line("GET / HTTP/1.x"));
    row("long version", line("GET / HTTP/1.10"));
    row("HTTP/0.9", line("GET / HTTP/0.9"), 505);
    row("HTTP/1.2", line("GET / HTTP/1.2"), 505);
    row("HTTP/2.0", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
    row("unknown method", line("BREW / HTTP/1.1"), 501);
    row("method in small letters", line("get / HTTP/1.1"), 501);
    row("CONNECT", line("CONNECT a:443 HTTP/1.1"), 501);
    row("TRACE", line("TRACE / HTTP/1.1"), 501);
    row("method that is no token", line("G@T / HTTP/1.1"));
    row("TLS", QByteArray("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", 13));

    row("target without slash", line("GET x HTTP/1.1"));
    row("asterisk for GET", line("GET * HTTP/1.1"));
    row("fragment", line("GET /#x HTTP/1.1"));
    row("quote in the target", line("GET /\" HTTP/1.1"));
    row("backslash in the target", line("GET /\\ HTTP/1.1"));
    row("raw UTF-8 in the target", line("GET /\xc3\xa4 HTTP/1.1"));
    row("broken escape", line("GET /%2 HTTP/1.1"));
    row("odd escape", line("GET /%zz HTTP/1.1"));
    row("broken escape in the query", line("GET /?%2 HTTP/1.1"));
    row("user in the target", line("GET http://u@a/ HTTP/1.1"));
    row("other scheme", line("GET ftp://a/ HTTP/1.1"));

    row("Content-Length twice", post("Content-Length: 1\r\nContent-Length: 1\r\n", "x"));
    row("Content-Length twice, different",
        post("Content-Length: 1\r\nContent-Length: 2\r\n", "xx"));
    row("Content-Length list", post("Content-Length: 1, 1\r\n", "x"));
    row("Content-Length with a sign", post("Content-Length: +1\r\n", "x"));
    row("negative Content-Length", post("Content-Length: -1\r\n", "x"));
    row("hexadecimal Content-Length", post("Content-Length: 0x1\r\n", "x"));
    row("Content-Length with a fraction", post("Content-Length: 1.0\r\n", "x"));
    row("Content-Length with a space inside", post("Content-Length: 1 1\r\n", "x"));
    row("empty Content-Length", post("Content-Length:\r\n", "x"));
    row("Content-Length in other digits", post("Content-Length: \xd9\xa1\r\n", "x"));
    row("huge Content-Length", post("Content-Length: 18446744073709551617\r\n", "x"), 413);

    row("Transfer-Encoding and Content-Length",
        post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"));
    row("Content-Length and Transfer-Encoding",
        post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    row("Transfer-Encoding twice",
        post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));
    row("chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"));
    row("chunked, chunked", post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n"));
    row("identity", post("Transfer-Encoding: identity\r\n", "0\r\n\r\n"));
    row("xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"));
    row("quoted chunked", post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"));
    row("chunked with a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"));
    row("empty Transfer-Encoding", post("Transfer-Encoding:\r\n", "0\r\n\r\n"));
    row("gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 501);
    row("chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    row("no chunk size", chunked("\r\nx\r\n0\r\n\r\n"));
    row("chunk size with 0x", chunked("0x1\r\nx\r\n0\r\n\r\n"));
    row("chunk size with a sign", chunked("+1\r\nx\r\n0\r\n\r\n"));
    row("negative chunk size", chunked("-1\r\nx\r\n0\r\n\r\n"));
    row("chunk size with a space before", chunked(" 1\r\nx\r\n0\r\n\r\n"));
    row("chunk size with a space behind", chunked("1 \r\nx\r\n0\r\n\r\n"));
    row("chunk size with a comma", chunked("1,2\r\nx\r\n0\r\n\r\n"));
    row("chunk size with underscore", chunked("1_0\r\nx\r\n0\r\n\r\n"));
    row("chunk size that overflows", chunked("10000000000000001\r\nx\r\n0\r\n\r\n"));
    row("huge chunk size", chunked("ffffffffffffffff\r\nx\r\n0\r\n\r\n"), 413);
    row("bare LF after a chunk size", chunked("1\nx\r\n0\r\n\r\n"));
    row("bare LF after a chunk", chunked("1\r\nx\n0\r\n\r\n"));
    row("chunk longer than its size", chunked("1\r\nxy\r\n0\r\n\r\n"));
    row("chunk shorter than its size", chunked("3\r\nx\r\n0\r\n\r\n"));
    row("nothing between chunks", chunked("1\r\nx0\r\n\r\n"));
    row("extension with a bare LF", chunked("1;a\nb\r\nx\r\n0\r\n\r\n"));
    row("extension with a bare CR", chunked("1;a\rb\r\nx\r\n0\r\n\r\n"));
    row("extension without a name", chunked("1;\r\nx\r\n0\r\n\r\n"));
    row("extension without a value", chunked("1;a=\r\nx\r\n0\r\n\r\n"));
    row("extension with an open quote", chunked("1;a=\"b\r\nx\r\n0\r\n\r\n"));
    row("extension with spaces", chunked("1 ; a\r\nx\r\n0\r\n\r\n"));
    row("folded trailer", chunked("0\r\nX: a\r\n b\r\n\r\n"));
    row("trailer without a colon", chunked("0\r\nX\r\n\r\n"));
    row("request instead of a trailer", chunked("0\r\nGET /smuggled HTTP/1.1\r\n\r\n"));

    row("unknown expectation", post("Expect: cookies\r\nContent-Length: 1\r\n", "x"), 417);
}

void TstFramingScanner::refuses()
{
    QFETCH(QByteArray, input);
    const Outcome outcome = scanAllWays(input + "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n");
    QTEST(outcome.status, "status");
    QCOMPARE(outcome.requests.size(), std::size_t(0));
}

void TstFramingScanner::holdsLimits_data()
{
    QTest::addColumn<QByteArray>("input");
    QTest::addColumn<int>("status");
    const auto row = [](const char *name, const QByteArray &input, int status) {
        QTest::newRow(name) << input << status;
    };
    const QByteArray many(300, 'x');
    row("endless request line", "GET /" + many, 414);
    row("long request line", "GET /" + many + " HTTP/1.1\r\n", 414);
    row("endless header", "GET / HTTP/1.1\r\nX: " + many, 431);
    row("endless header name", "GET / HTTP/1.1\r\n" + many, 431);
    row("large headers",
        "GET / HTTP/1.1\r\nHost: a\r\n" + QByteArray("X: 12345678\r\n").repeated(20), 431);
    row("many headers", "GET / HTTP/1.1\r\nHost: a\r\n" + QByteArray("X:\r\n").repeated(20), 431);
    row("large trailers", chunked("0\r\nX: " + many), 431);
    row("many trailers", chunked("0\r\n" + QByteArray("X:\r\n").repeated(20)), 431);
    row("long body", post("Content-Length: 65\r\n"), 413);
    row("long chunk", chunked("41\r\n"), 413);
    row("long body in chunks",
        chunked(QByteArray("20\r\n" + QByteArray(32, 'x') + "\r\n").repeated(3)), 413);
    row("endless chunk extension", chunked("1;" + many), 400);
    row("many chunk extensions", chunked(QByteArray("1;abcdef\r\nx\r\n").repeated(9)), 400);
    row("many empty-looking chunk sizes", chunked(QByteArray(100, '0')), 400);
}

void TstFramingScanner::holdsLimits()
{
    QFETCH(QByteArray, input);
    HttpLimits limits;
    limits.requestLineBytesMax = 200;
    limits.headerBytesMax = 200;
    limits.headersMax = 12;
    limits.bodyBytesMax = 64;
    limits.chunkExtensionBytesMax = 50;
    QTEST(scanAllWays(input, limits).status, "status");
}

void TstFramingScanner::limitsAreExact()
{
    HttpLimits limits;
    limits.requestLineBytesMax = 16;
    limits.headerBytesMax = 11; // with the empty line that ends the head
    limits.headersMax = 1;
    limits.bodyBytesMax = 3;
    const auto status = [&limits](const QByteArray &input) {
        return scanAllWays(input, limits).status;
    };
    QCOMPARE(status("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), 0);
    QCOMPARE(status("GET /x HTTP/1.1\r\nHost: a\r\n\r\n"), 414);
    QCOMPARE(status("GET / HTTP/1.1\r\nHost: ab\r\n\r\n"), 431);
    limits.headerBytesMax = 200;
    QCOMPARE(status("GET / HTTP/1.1\r\nHost: a\r\nX:\r\n\r\n"), 431);
    limits.headersMax = 2;
    QCOMPARE(status("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"), 0);
    QCOMPARE(status("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nabcd"), 413);
    QCOMPARE(status("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"),
             0);
    QCOMPARE(status("PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n"),
             413);
}

void TstFramingScanner::asksForContinueOnlyBeforeTheBody()
{
    const HttpLimits limits;
    const QByteArray head = post("Expect: 100-continue\r\nContent-Length: 2\r\n");
    FramingScanner scanner(limits);
    QCOMPARE(scanner.feed(head), head.size());
    QVERIFY(scanner.isInBody());
    QVERIFY(scanner.awaitsContinue());
    QCOMPARE(scanner.feed("x"), 1);
    QVERIFY(!scanner.awaitsContinue());
    QCOMPARE(scanner.feed("x"), 1);
    QVERIFY(scanner.isComplete());
    QVERIFY(!scanner.awaitsContinue());

    FramingScanner old(limits);
    QByteArray head10 = head;
    head10.replace("HTTP/1.1", "HTTP/1.0");
    QCOMPARE(old.feed(head10), head10.size());
    QVERIFY(!old.awaitsContinue()); // RFC 9110 10.1.1
}

void TstFramingScanner::believesNoAnnouncedLength()
{
    HttpLimits limits;
    limits.bodyBytesMax = qsizetype(1) << 40;
    FramingScanner scanner(limits);
    const QByteArray head = post("Content-Length: 1000000000000\r\n");
    QCOMPARE(scanner.feed(head), head.size());
    QVERIFY(scanner.isInBody());
}

void TstFramingScanner::survivesNoise()
{
    std::minstd_rand random(11);
    const QByteArray seed =
        chunked("4;a=\"b\"\r\nabcd\r\n0\r\nX: y\r\n\r\n") + post("Content-Length: 3\r\n", "abc");
    for (int round = 0; round < 2'000; ++round) {
        QByteArray input = seed;
        for (unsigned change = random() % 4; change < 4; ++change)
            input[qsizetype(random() % unsigned(input.size()))] = char(random() % 256);
        static_cast<void>(scanAllWays(input));
    }
}

PROVOST_TEST(TstFramingScanner)
#include "tst_framingscanner.moc"
