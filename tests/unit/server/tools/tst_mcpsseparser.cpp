// SseParser: the event stream format, however it is split.
#include "server/tools/adapters/mcp/sseparser.h"

#include "tests/support/testing.h"

#include <QTest>

using provost::ErrorCode;
using provost::tools::mcp::SseEvent;
using provost::tools::mcp::SseParser;
using Events = std::vector<SseEvent>;

Q_DECLARE_METATYPE(Events)

class TstMcpSseParser : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void streams_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<Events>("want");
        QTest::newRow("one") << QByteArray("data: x\n\n") << Events{{"message", "x"}};
        QTest::newRow("named") << QByteArray("event: message\ndata: x\n\nevent:e\ndata:y\n\n")
                               << Events{{"message", "x"}, {"e", "y"}};
        QTest::newRow("cr lf") << QByteArray("data: x\r\n\r\n") << Events{{"message", "x"}};
        QTest::newRow("cr") << QByteArray("data: x\r\rdata: y\r\r")
                            << Events{{"message", "x"}, {"message", "y"}};
        QTest::newRow("mixed ends")
            << QByteArray("data: x\r\ndata: y\n\r") << Events{{"message", "x\ny"}};
        QTest::newRow("several data lines")
            << QByteArray("data: a\ndata:\ndata:  b\n\n") << Events{{"message", "a\n\n b"}};
        QTest::newRow("comments") << QByteArray(": ping\n\n:\ndata: x\n: y\n\n")
                                  << Events{{"message", "x"}};
        QTest::newRow("no data, no event")
            << QByteArray("event: a\n\nid: 3\n\ndata\n\n") << Events{};
        QTest::newRow("unknown field")
            << QByteArray("foo: bar\ndata: x\nbaz\n\n") << Events{{"message", "x"}};
        QTest::newRow("byte order mark") << QByteArray("\xEF\xBB\xBF"
                                                       "data: x\n\n")
                                         << Events{{"message", "x"}};
        QTest::newRow("unfinished")
            << QByteArray("data: x\n\ndata: y\n") << Events{{"message", "x"}};
    }

    void streams()
    {
        QFETCH(QByteArray, stream);
        QFETCH(Events, want);
        for (qsizetype size : {qsizetype(1), qsizetype(2), qsizetype(3), stream.size()}) {
            SseParser parser(1024);
            Events got;
            for (qsizetype at = 0; at < stream.size(); at += size) {
                const auto events = parser.feed(stream.mid(at, size));
                QVERIFY(events);
                got.insert(got.end(), events->begin(), events->end());
            }
            QCOMPARE(got, want);
        }
    }

    void remembersWhereToGoOn()
    {
        SseParser parser(1024);
        QVERIFY(parser.feed("id: a-1\nretry: 250\ndata:\n\n"));
        QCOMPARE(parser.lastEventId(), QByteArray("a-1"));
        QCOMPARE(parser.retry()->count(), 250);
        QVERIFY(parser.feed(QByteArrayLiteral("id: b\0c\nretry: soon\ndata: x\n\n")));
        QCOMPARE(parser.lastEventId(), QByteArray("a-1"));
        QCOMPARE(parser.retry()->count(), 250);
    }

    void refusesWhatIsTooLarge_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::newRow("one line") << "data: " + QByteArray(200, 'x');
        QTest::newRow("many lines") << QByteArray("data: 0123456789\n").repeated(20);
        QTest::newRow("comment") << ":" + QByteArray(200, 'x');
    }

    void refusesWhatIsTooLarge()
    {
        QFETCH(QByteArray, stream);
        SseParser parser(100);
        const auto events = parser.feed(stream);
        QVERIFY(!events);
        QCOMPARE(events.error().code, ErrorCode::TooLarge);
    }
};

PROVOST_TEST(TstMcpSseParser)

#include "tst_mcpsseparser.moc"
