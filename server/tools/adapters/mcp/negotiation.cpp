#include "server/tools/adapters/mcp/negotiation.h"

#include "server/protocol/rpcerror.h"
#include "server/tools/adapters/mcp/envelope.h"

namespace provost::tools::mcp {

namespace {

constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr int serverErrorFirst = 500;

bool names(const Json &versions, QByteArrayView wanted)
{
    const Json::Array &items = versions.items();
    return std::any_of(items.begin(), items.end(),
                       [wanted](const Json &item) { return item.toByteArray() == wanted; });
}

bool namesModern(const Json &versions)
{
    const Json::Array &items = versions.items();
    return std::any_of(items.begin(), items.end(), [](const Json &item) {
        return item.isString() && protocol::eraOf(item.toByteArray()) == Era::Modern;
    });
}

tl::unexpected<Error> unknownRevision()
{
    return fail(ErrorCode::Upstream,
                QStringLiteral("the server speaks no revision of MCP that is known here"));
}

// Nothing if it is no DiscoverResult.
std::optional<Session> readDiscoverResult(const Json &result)
{
    if (!result["supportedVersions"].isArray() || !result["capabilities"].isObject())
        return std::nullopt;
    const Json *info = result["_meta"].find("io.modelcontextprotocol/serverInfo");
    return Session{
        .era = Era::Modern,
        .protocolVersion = protocol::latestModern().name.toByteArray(),
        .batches = false,
        .capabilities = result["capabilities"],
        .serverInfo = info != nullptr ? *info : result["serverInfo"],
        .instructions = result["instructions"].toByteArray(),
    };
}

Json initializeParams(const Json &capabilities)
{
    return Json::object({
        {"protocolVersion", Json(protocol::latestLegacy().name)},
        {"capabilities", capabilities},
        {"clientInfo", ourName()},
    });
}

Result<Session> readInitializeResult(const Json &result)
{
    const QByteArray version = result["protocolVersion"].toByteArray();
    const protocol::Revision *revision = protocol::findRevision(version);
    if (revision == nullptr || revision->era != Era::Legacy)
        return unknownRevision();
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

// The server was not reached, or refused us before it looked at the message.
bool isNoEvidence(const Reply &reply, bool silenceIsLegacy)
{
    if (reply.httpStatus == unauthorized || reply.httpStatus == forbidden
        || reply.httpStatus >= serverErrorFirst)
        return true;
    if (!reply.rpcError.isNull() || reply.httpStatus != 0)
        return false;
    return reply.result.error().code != ErrorCode::Timeout || !silenceIsLegacy;
}

// A session, a refusal for good, or nothing: the server is of the legacy era.
Task<Result<std::optional<Session>>> probe(AskFirst ask, bool silenceIsLegacy)
{
    const QByteArrayView ours = protocol::latestModern().name;
    // The second time only if the server names our revision in refusing it, which some do to test their clients.
    for (int attempt = 0; attempt < 2; ++attempt) {
        Json none = Json::object();
        const Reply reply = co_await ask(Step::Probe, "server/discover", std::move(none));
        if (reply.result) {
            auto session = readDiscoverResult(*reply.result);
            const Json &versions = (*reply.result)["supportedVersions"];
            if (session && !names(versions, ours))
                session.reset(); // of a revision to come; it may still know `initialize`
            co_return session;
        }
        if (isNoEvidence(reply, silenceIsLegacy))
            co_return fail(reply.result.error());
        if (!saysModern(reply.rpcError))
            co_return std::nullopt;
        if (!names(reply.rpcError["data"]["supported"], ours))
            co_return unknownRevision();
    }
    co_return unknownRevision();
}

} // namespace

bool saysModern(const Json &rpcError)
{
    return rpcError["code"].toInteger() == protocol::code::UnsupportedVersion
           && namesModern(rpcError["data"]["supported"]);
}

Task<Result<Session>> negotiate(AskFirst ask, Introduction introduction)
{
    bool wasProbed = false;
    if (introduction.known != Era::Legacy) {
        wasProbed = true;
        auto session = co_await probe(ask, introduction.silenceIsLegacy);
        if (!session)
            co_return fail(std::move(session).error());
        if (*session)
            co_return **std::move(session);
    }
    Json params = initializeParams(introduction.capabilities);
    const Reply reply = co_await ask(Step::Initialize, "initialize", std::move(params));
    if (reply.result)
        co_return readInitializeResult(*reply.result);
    // It was legacy when it was last asked, or it woke up only after the probe was given up.
    const bool asksAgain = wasProbed ? introduction.silenceIsLegacy && saysModern(reply.rpcError)
                                     : !isNoEvidence(reply, false);
    if (asksAgain) {
        auto session = co_await probe(ask, false);
        if (!session)
            co_return fail(std::move(session).error());
        if (*session)
            co_return **std::move(session);
    }
    co_return fail(reply.result.error());
}

} // namespace provost::tools::mcp
