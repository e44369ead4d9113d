// HttpResponseReader: responses as they should be, and as they should not.
#include "server/tools/adapters/mcp/httpresponsereader.h"

#include "tests/support/testing.h"

#include <QTest>

using provost::ErrorCode;
using provost::tools::mcp::HttpResponseReader;

namespace {

// Feeds in pieces; the body, or "error" / "incomplete".
QByteArray readIn(HttpResponseReader &reader, const QByteArray &text, qsizetype size)
{
    for (qsizetype at = 0; at < text.size(); at += size) {
        if (!reader.feed(text.mid(at, size)))
            return "error";
    }
    return reader.isComplete() ? reader.takeBody() : QByteArray("incomplete");
}

} // namespace

class TstMcpHttpResponseReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void responses_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("want");
        QTest::addColumn<bool>("reusable");
        const auto row = [](const char *name, const QByteArray &text, const QByteArray &want,
                            bool reusable = false) {
            QTest::newRow(name) << text << want << reusable;
        };
        row("length", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "hi", true);
        row("no body", "HTTP/1.1 202 Accepted\r\ncontent-length:0\r\n\r\n", "", true);
        row("204", "HTTP/1.1 204\r\n\r\n", "", true);
        row("chunked",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: "
            "chunked\r\n\r\n2;x=y\r\nhi\r\nA\r\n0123456789\r\n0\r\nT: x\r\n\r\n",
            "hi0123456789", true);
        row("announced",
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "x",
            true);
        row("will close", "HTTP/1.1 200 OK\r\nConnection: Close\r\nContent-Length: 1\r\n\r\nx",
            "x");
        row("old", "HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\nx", "x");
        row("more than asked for", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 200 OK",
            "x");
        row("cut off", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi", "incomplete");
        row("chunk cut off", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhi",
            "incomplete");
        row("until the end", "HTTP/1.1 200 OK\r\n\r\nhi", "incomplete");
        row("not HTTP", "SSH-2.0-OpenSSH_9.2\r\n", "error");
        row("short status line", "HTTP/1.1 2\r\n", "error");
        row("bare line feed", "HTTP/1.1 200 OK\nContent-Length: 1\n\nx", "error");
        row("two lengths", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
            "error");
        row("length and chunks",
            "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx",
            "error");
        row("negative length", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "error");
        row("length with sign", "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\nx", "error");
        row("no length", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "error");
        row("huge length", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "error");
        row("chunk size", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "error");
        row("negative chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
            "error");
        row("chunk too long", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nxyz\r\n",
            "error");
        row("gzip", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
            "error");
        row("odd encoding", "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", "error");
        row("folded header", "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n", "error");
        row("space in name", "HTTP/1.1 200 OK\r\nA : b\r\n\r\n", "error");
        row("no colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", "error");
        row("endless head", "HTTP/1.1 200 OK\r\n" + QByteArray("A: b\r\n").repeated(20'000),
            "error");
        row("endless line", "HTTP/1.1 200 OK\r\nA: " + QByteArray(100'000, 'x'), "error");
        row("endless trailers",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n"
                + QByteArray("A: b\r\n").repeated(20'000),
            "error");
    }

    void responses()
    {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, want);
        QFETCH(bool, reusable);
        for (qsizetype size : {qsizetype(1), qsizetype(7), text.size()}) {
            HttpResponseReader reader;
            QCOMPARE(readIn(reader, text, size), want);
            if (reader.isComplete())
                QCOMPARE(reader.canBeReused(), reusable);
        }
    }

    void endOfTheConnection()
    {
        HttpResponseReader open;
        QVERIFY(open.feed("HTTP/1.1 200 OK\r\nMcp-Session-Id:  abc \r\n\r\nhi"));
        QVERIFY(open.feedEnd());
        QVERIFY(open.isComplete() && !open.canBeReused());
        QCOMPARE(open.takeBody(), QByteArray("hi"));
        QCOMPARE(open.header("mcp-session-id"), QByteArray("abc"));
        QCOMPARE(open.header("x"), QByteArray());

        HttpResponseReader cut;
        QVERIFY(cut.feed("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nhi"));
        const auto end = cut.feedEnd();
        QVERIFY(!end);
        QCOMPARE(end.error().code, ErrorCode::Upstream);
    }

    // A stream of many small chunks is not a head that grows.
    void manyChunks()
    {
        HttpResponseReader reader;
        QVERIFY(reader.feed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
        for (int i = 0; i < 50'000; ++i)
            QVERIFY(reader.feed("1\r\nx\r\n"));
        QCOMPARE(reader.takeBody().size(), 50'000);
    }
};

PROVOST_TEST(TstMcpHttpResponseReader)

#include "tst_mcphttpresponsereader.moc"
