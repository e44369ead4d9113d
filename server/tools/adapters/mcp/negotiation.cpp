#include "server/tools/adapters/mcp/negotiation.h"

#include "server/protocol/jsonrpc.h"
#include "server/protocol/meta.h"
#include "server/protocol/revision.h"

#include <array>

namespace provost::tools::mcp {

namespace {

constexpr std::array envelopeMembers{
    protocol::metakey::ProtocolVersion,
    protocol::metakey::ClientInfo,
    protocol::metakey::ClientCapabilities,
    protocol::metakey::LogLevel,
};

Json initializeParams()
{
    return Json::object({
        {"protocolVersion", Json(protocol::latestLegacy().name)},
        {"capabilities", Json::object()},
        {"clientInfo", Json::object({{"name", "provost"}, {"version", PROVOST_VERSION}})},
    });
}

Result<Session> readInitializeResult(const Json &result)
{
    const QByteArray version = result["protocolVersion"].toByteArray();
    const protocol::Revision *revision = protocol::findRevision(version);
    if (revision == nullptr || revision->era != protocol::Era::Legacy)
        return fail(ErrorCode::Upstream,
                    QStringLiteral("the server speaks no revision of MCP that is known here"));
    if (!result["capabilities"].isObject())
        return fail(ErrorCode::Upstream,
                    QStringLiteral("the server's answer to `initialize` has no capabilities"));
    return Session{
        .era = Era::Legacy,
        .protocolVersion = version,
        .batches = revision->batches,
        .capabilities = result["capabilities"],
        .serverInfo = result["serverInfo"],
        .instructions = result["instructions"].toByteArray(),
    };
}

} // namespace

Task<Result<Session>> negotiate(Ask ask)
{
    Json params = initializeParams();
    const Result<Json> answer = co_await ask("initialize", std::move(params));
    if (!answer)
        co_return fail(answer.error());
    co_return readInitializeResult(*answer);
}

QByteArray handshakeClosing(const Session &session)
{
    switch (session.era) {
    case Era::Legacy: return protocol::encodeNotification("notifications/initialized", nullptr);
    }
    return {};
}

Json metaForUpstream(const Session &session, Json meta)
{
    switch (session.era) {
    case Era::Legacy:
        for (const QByteArrayView member : envelopeMembers)
            meta.remove(member);
    }
    return meta;
}

} // namespace provost::tools::mcp
