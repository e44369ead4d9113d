// McpFixture: an McpEndpoint on a governed call that a test plays. Users alice and bob of acme-corp and carol of
// beta-inc hold the keys "alice-key", "bob-key" and "carol-key". Every message that the endpoint sends is judged by the
// published schemas.
// Thread: the test's.
#pragma once

#include "server/gateway/mcpendpoint.h"
#include "server/gateway/mcpnews.h"
#include "tests/support/fakeclock.h"
#include "tests/support/seededrandom.h"
#include "tests/support/wirecheck/wire.h"
#include "tests/unit/server/gateway/fakeexchange.h"

#include <QTest>

#include <algorithm>
#include <map>
#include <vector>

namespace provost::testing {

// One request on its way, and what was answered.
struct Sent
{
    std::shared_ptr<FakeExchange::Answer> answer = std::make_shared<FakeExchange::Answer>();
    std::shared_ptr<FakeExchange> exchange;

    [[nodiscard]] int status() const { return answer->reply.status; }
    [[nodiscard]] QByteArray header(QByteArrayView name) const { return answer->header(name); }
    // The JSON-RPC message: the body, or the last event of a stream.
    [[nodiscard]] Json message() const
    {
        const QByteArray text =
            answer->events.empty() ? answer->reply.body : answer->events.back().data;
        return Json::parse(text).value_or(Json());
    }
    [[nodiscard]] Json result() const { return message()["result"]; }
    [[nodiscard]] int errorCode() const
    {
        return int(message()["error"]["code"].toInteger().value_or(0));
    }
};

class McpFixture
{
public:
    using Headers = std::vector<gateway::Header>;

    explicit McpFixture(gateway::SessionLimits limits = {})
        : sessions(clock, random, limits)
        , services{
              .run = [this](calls::CallRequest request) { return run(std::move(request)); },
              .readKey = readKey,
              .authenticate =
                  [this](const identity::PresentedKey &key) { return authenticate(key); },
              .countFailedAuthentication = [this] { ++failedAuthentications; },
              .parameterHeaders = [this](const TenantId &, QByteArrayView) { return declared; },
              .instructions = "Ask nicely.",
              .clock = clock,
              .random = random,
              .sessions = sessions,
              .presence = presence,
              .news = news}
        , endpoint(services, gateway::OriginPolicy({"127.0.0.1", 8080}, {}))
    {
    }

    static gateway::HeaderList listOf(const Headers &headers)
    {
        gateway::HeaderList list;
        for (const gateway::Header &header : headers)
            list.add(header.name, header.value);
        return list;
    }

    Sent send(QByteArray method, QByteArray body, const Headers &headers, QByteArray path = "/mcp")
    {
        gateway::HttpRequest request;
        request.method = std::move(method);
        request.path = std::move(path);
        request.headers = listOf(headers);
        request.headers.add("Host", "127.0.0.1:8080");
        request.body = std::move(body);
        request.peerAddress = "127.0.0.1";
        request.received = clock.monotonic();
        return send(std::move(request), endpoint);
    }
    Sent send(gateway::HttpRequest request, gateway::McpEndpoint &to)
    {
        const QByteArray session = request.header("Mcp-Session-Id").toByteArray();
        Wire fresh;
        Wire &wire = session.isEmpty() ? fresh : m_wires[session];
        wire.said(request.body, request.header("MCP-Protocol-Version").toByteArray());
        Sent sent;
        sent.exchange = std::make_shared<FakeExchange>(
            std::move(request), *sent.answer,
            // The endpoint may end its streams after the test has let go of the answer.
            [wire, kept = sent.answer](QByteArrayView message) { wire.heard(message); });
        to.handle(sent.exchange);
        return sent;
    }

    static Headers as(QByteArray key)
    {
        return {{"Authorization", "Bearer " + key},
                {"Content-Type", "application/json"},
                {"Accept", "application/json, text/event-stream"}};
    }

    // A modern request by alice with everything in order.
    static QByteArray modernBody(QByteArrayView method, Json params = Json::object(),
                                 Json meta = Json::object())
    {
        meta.set("io.modelcontextprotocol/protocolVersion", "2026-07-28");
        meta.set("io.modelcontextprotocol/clientCapabilities", Json::object());
        params.set("_meta", meta);
        return Json::object({{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}})
            .toBytes();
    }
    static Headers modernHeaders(QByteArray method, QByteArray name = {},
                                 QByteArray key = "alice-key")
    {
        Headers headers = as(std::move(key));
        headers.push_back({"MCP-Protocol-Version", "2026-07-28"});
        headers.push_back({"Mcp-Method", std::move(method)});
        if (!name.isEmpty())
            headers.push_back({"Mcp-Name", std::move(name)});
        return headers;
    }
    Sent callModern(Json meta = Json::object(), Json arguments = Json::object())
    {
        const Json params = Json::object({{"name", "echo"}, {"arguments", arguments}});
        return send("POST", modernBody("tools/call", params, std::move(meta)),
                    modernHeaders("tools/call", "echo"));
    }

    static QByteArray body(QByteArrayView method, Json params = Json::object(), Json id = 1)
    {
        return Json::object(
                   {{"jsonrpc", "2.0"}, {"id", id}, {"method", method}, {"params", params}})
            .toBytes();
    }
    static QByteArray note(QByteArrayView method, Json params = Json::object())
    {
        return Json::object({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}).toBytes();
    }
    Sent initialize(QByteArray key = "alice-key", QByteArrayView version = "2025-11-25")
    {
        const Json params =
            Json::object({{"protocolVersion", version},
                          {"capabilities", Json::object()},
                          {"clientInfo", Json::object({{"name", "agent"}, {"version", "2.1"}})}});
        return send("POST", body("initialize", params), as(std::move(key)));
    }
    static Headers inSession(const QByteArray &session, QByteArray key = "alice-key")
    {
        Headers headers = as(std::move(key));
        headers.push_back({"Mcp-Session-Id", session});
        return headers;
    }
    // A session of alice.
    QByteArray session(QByteArrayView version = "2025-11-25")
    {
        return initialize("alice-key", version).header("Mcp-Session-Id");
    }

    // Held calls are answered by finish(), in order; others at once, with `reply` or what fits them.
    void finish(calls::CallReply with)
    {
        Resolver<calls::CallReply> resolver = std::move(m_held.front());
        m_held.erase(m_held.begin());
        resolver.resolve(std::move(with));
    }
    [[nodiscard]] bool holdsCalls() const { return !m_held.empty(); }
    void finishLast(calls::CallReply with)
    {
        Resolver<calls::CallReply> resolver = std::move(m_held.back());
        m_held.pop_back();
        resolver.resolve(std::move(with));
    }
    static calls::CallReply success(calls::Operation operation = calls::Operation::CallTool)
    {
        switch (operation) {
        case calls::Operation::ListTools:
            return {.value = Json::object({{"tools", Json::array()}})};
        case calls::Operation::ListResources:
            return {.value = Json::object({{"resources", Json::array()}})};
        case calls::Operation::ListResourceTemplates:
            return {.value = Json::object({{"resourceTemplates", Json::array()}})};
        case calls::Operation::ReadResource:
            return {.value = Json::object({{"contents", Json::array()}})};
        case calls::Operation::ListPrompts:
            return {.value = Json::object({{"prompts", Json::array()}})};
        case calls::Operation::GetPrompt:
            return {.value = Json::object({{"messages", Json::array()}})};
        case calls::Operation::Complete:
            return {.value =
                        Json::object({{"completion", Json::object({{"values", Json::array()}})}})};
        case calls::Operation::Subscribe: return {.value = Json::object()};
        case calls::Operation::CallTool:
        case calls::Operation::UpdateTask:
        case calls::Operation::CancelTask: break;
        }
        const Json text = Json::object({{"type", "text"}, {"text", "ok"}});
        return {.value = Json::object({{"content", Json::array({text})}})};
    }
    static calls::CallReply refusal(ErrorCode code, std::optional<Microseconds> retryAfter = {})
    {
        return {.value = calls::Refusal{code, "Because.", retryAfter, "some-policy"}};
    }

    FakeClock clock;
    SeededRandom random;
    gateway::SessionTable sessions;
    gateway::McpPresence presence{clock};
    gateway::McpNews news{sessions};
    std::vector<calls::CallRequest> requests;
    std::optional<calls::CallReply> reply;
    bool hold = false;
    int failedAuthentications = 0;
    QByteArray revoked;            // a key
    std::vector<QByteArray> roles; // of everyone
    std::vector<protocol::ParameterHeader> declared;
    gateway::McpServices services;
    gateway::McpEndpoint endpoint;

private:
    Task<calls::CallReply> run(calls::CallRequest request)
    {
        const calls::Operation operation = request.operation;
        requests.push_back(std::move(request));
        if (!hold)
            co_return reply ? *reply : success(operation);
        Completion<calls::CallReply> held;
        m_held.push_back(held.resolver());
        auto answered = co_await held;
        co_return std::move(*answered);
    }

    [[nodiscard]] static identity::PresentedKey readKey(QByteArrayView key)
    {
        return {CredentialId(key.toByteArray()), key.toByteArray()};
    }

    [[nodiscard]] Result<identity::Principal>
    authenticate(const identity::PresentedKey &presented) const
    {
        const QByteArray &key = presented.keyedHash;
        const auto principal = [this](const char *tenant, const char *user) {
            return identity::Principal{TenantId(tenant), UserId(user), roles, Json::object(),
                                       CredentialId(user)};
        };
        if (key == revoked)
            return fail(ErrorCode::Unauthenticated, QStringLiteral("the key is not valid"));
        if (key == "alice-key" || key == "alice-key-2")
            return principal("acme-corp", "alice");
        if (key == "bob-key")
            return principal("acme-corp", "bob");
        if (key == "carol-key")
            return principal("beta-inc", "carol");
        return fail(ErrorCode::Unauthenticated, QStringLiteral("the key is not valid"));
    }

    std::vector<Resolver<calls::CallReply>> m_held;
    std::map<QByteArray, Wire> m_wires; // by session; what has none is on its own
};

} // namespace provost::testing
