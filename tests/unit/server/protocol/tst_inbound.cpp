// Case files of tests/data/protocol/classify: headers and body of a POST, and what it is taken for.
#include "server/protocol/inbound.h"
#include "tests/support/testing.h"
#include "tests/unit/server/protocol/casefiles.h"

using namespace provost;

class TstInbound : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cases_data() { testing::addCases(QStringLiteral("classify")); }
    void cases();
};

PROVOST_TEST(TstInbound)

namespace {

protocol::McpHeaders headersOf(const Json &given)
{
    const auto header = [&](QByteArrayView name) -> std::optional<QByteArray> {
        const Json *value = given["headers"].find(name);
        return value != nullptr ? std::optional(value->toByteArray()) : std::nullopt;
    };
    return {header("MCP-Protocol-Version"), header("Mcp-Method"), header("Mcp-Name")};
}

Json describe(const tl::expected<protocol::Inbound, protocol::Rejection> &read, const Json &want)
{
    Json got = Json::object();
    if (!read) {
        got = Json::object(
            {{"httpStatus", read.error().error.httpStatus}, {"code", read.error().error.code}});
        if (!read.error().id.isNull())
            got.set("id", read.error().id);
        if (want.contains("data"))
            got.set("data", read.error().error.data);
        return got;
    }
    got.set("era", read->era == protocol::Era::Modern ? "modern" : "legacy");
    const protocol::Message &message = read->messages.front();
    if (read->batch) {
        got.set("batch", int(read->messages.size()));
        return got;
    }
    got.set("kind", message.kind == protocol::MessageKind::Request        ? "request"
                    : message.kind == protocol::MessageKind::Notification ? "notification"
                                                                          : "response");
    if (want.contains("revision"))
        got.set("revision", read->envelope.revision);
    if (want.contains("agent"))
        got.set("agent", read->envelope.agent);
    if (want.contains("id"))
        got.set("id", message.id);
    return got;
}

} // namespace

void TstInbound::cases()
{
    const Json item = testing::fetchCase();
    const Json &given = item["given"];
    const QByteArray body =
        given.contains("text") ? given["text"].toByteArray() : given["body"].toBytes();
    const Json &want = item["want"];
    QCOMPARE(describe(protocol::readInbound(body, headersOf(given)), want).toBytes(),
             want.toBytes());
}

#include "tst_inbound.moc"
