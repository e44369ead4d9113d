// Which era a server is of, told by what it says; and what is no evidence.
#include "server/tools/adapters/mcp/negotiation.h"

#include "tests/support/testing.h"
#include "tests/unit/server/tools/mcptesting.h"

using namespace provost;
using namespace provost::tools::mcp;
using namespace provost::tools::mcp::testing;

namespace {

// A reply in one word or text: a result, an error code, an HTTP status ("http 404"), "silence" or "unreachable".
Reply replyOf(const QByteArray &text)
{
    if (text.startsWith('{')) {
        const Json message = *Json::parse(text);
        if (!message.contains("code"))
            return {message};
        return {fail(ErrorCode::Upstream, QStringLiteral("refused")), message};
    }
    if (text.startsWith("http"))
        return {fail(ErrorCode::Upstream, QStringLiteral("status")), {}, text.mid(5).toInt()};
    if (text == "silence")
        return {fail(ErrorCode::Timeout, QStringLiteral("silence"))};
    return {fail(ErrorCode::Unavailable, QStringLiteral("unreachable"))};
}

const QByteArray modernResult = R"({"supportedVersions":["2026-07-28"],"capabilities":{}})";
const QByteArray legacyResult = R"({"protocolVersion":"2025-06-18","capabilities":{}})";
const QByteArray unsupported =
    R"({"code":-32022,"message":"","data":{"supported":["2026-07-28"],"requested":"x"}})";
const QByteArray unknownMethod = R"({"code":-32601,"message":""})";

} // namespace

class TstMcpNegotiation : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsTheEra_data()
    {
        QTest::addColumn<QByteArray>("known"); // "", "legacy", "modern"
        QTest::addColumn<bool>("pipe");
        QTest::addColumn<QByteArrayList>("replies"); // in their order
        QTest::addColumn<QByteArray>("want");        // "legacy", "modern", "error"

        const auto row = [](const char *name, const char *known, bool pipe,
                            const QByteArrayList &replies, const char *want) {
            QTest::newRow(name) << QByteArray(known) << pipe << replies << QByteArray(want);
        };
        const QByteArray future = R"({"supportedVersions":["2099-01-01"],"capabilities":{}})";
        row("modern", "", false, {modernResult}, "modern");
        row("legacy", "", false, {unknownMethod, legacyResult}, "legacy");
        row("any code", "", true, {R"({"code":-32000,"message":""})", legacyResult}, "legacy");
        row("no DiscoverResult", "", false, {"{}", legacyResult}, "legacy");
        row("plain 404", "", false, {"http 404", legacyResult}, "legacy");
        row("plain 400", "", false, {"http 400", legacyResult}, "legacy");
        row("unauthorized", "", false, {"http 401"}, "error");
        row("forbidden", "", false, {"http 403"}, "error");
        row("broken", "", false, {"http 503"}, "error");
        row("unreachable", "", false, {"unreachable"}, "error");
        row("silent over http", "", false, {"silence"}, "error");
        row("silent over a pipe", "", true, {"silence", legacyResult}, "legacy");
        row("woke up late", "", true, {"silence", unsupported, modernResult}, "modern");
        row("refused once", "", false, {unsupported, modernResult}, "modern");
        row("refused twice", "", false, {unsupported, unsupported}, "error");
        row("only a later revision", "", false,
            {R"({"code":-32022,"message":"","data":{"supported":["2099-01-01"]}})"}, "error");
        row("only earlier revisions", "", false,
            {R"({"code":-32022,"message":"","data":{"supported":["2025-06-18"]}})", legacyResult},
            "legacy");
        row("later, and legacy", "", false, {future, legacyResult}, "legacy");
        row("known legacy", "legacy", false, {legacyResult}, "legacy");
        row("no longer legacy", "legacy", false, {unsupported, modernResult}, "modern");
        row("no longer legacy, and curt", "legacy", false, {unknownMethod, modernResult}, "modern");
        row("no longer legacy, by status", "legacy", false, {"http 404", modernResult}, "modern");
        row("known legacy, broken", "legacy", false, {"http 503"}, "error");
        row("known legacy, silent", "legacy", true, {"silence"}, "error");
        row("known legacy, refuses", "legacy", false, {unknownMethod, unknownMethod}, "error");
        row("known modern", "modern", false, {modernResult}, "modern");
        row("no longer modern", "modern", false, {unknownMethod, legacyResult}, "legacy");
        row("neither", "", false, {unknownMethod, unknownMethod}, "error");
    }

    void tellsTheEra()
    {
        QFETCH(QByteArray, known);
        QFETCH(bool, pipe);
        QFETCH(QByteArrayList, replies);
        QFETCH(QByteArray, want);
        auto left = std::make_shared<QByteArrayList>(replies);
        const AskFirst ask = [left](Step step, QByteArray method, Json) -> Task<Reply> {
            if (left->isEmpty())
                qFatal("one request too many");
            if ((step == Step::Probe) != (method == "server/discover"))
                qFatal("the step is not that of the method");
            co_return replyOf(left->takeFirst());
        };
        Introduction introduction{.known = {}, .silenceIsLegacy = pipe};
        if (!known.isEmpty())
            introduction.known = known == "legacy" ? Era::Legacy : Era::Modern;
        const auto session = await(negotiate(ask, introduction));
        const char *got = "error";
        if (session)
            got = session->era == Era::Legacy ? "legacy" : "modern";
        QCOMPARE(QByteArray(got), want);
        QVERIFY(left->isEmpty());
        if (session)
            QCOMPARE(session->protocolVersion,
                     QByteArray(session->era == Era::Legacy ? "2025-06-18" : "2026-07-28"));
    }
};

PROVOST_TEST(TstMcpNegotiation)

#include "tst_mcpnegotiation.moc"
