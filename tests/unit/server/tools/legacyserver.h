// Legacy: an McpAdapter before a fake legacy server (fakemcp.py), over any transport; and agents that call it.
// Thread: the test's.
#pragma once

#include "tests/unit/server/tools/fakehttpserver.h"
#include "tests/unit/server/tools/mcptesting.h"

#include <functional>

namespace provost::tools::mcp::testing {

// The server and an adapter for it, over what the row of the table says.
class Legacy
{
public:
    explicit Legacy(const QByteArray &transport, QStringList options = {},
                    const std::function<void(Json &)> &adjust = {})
    {
        Json config;
        if (transport == "stdio") {
            config = stdioConfig();
            for (const QString &option : options)
                config.find("command")->append(option);
        } else {
            if (transport == "sse")
                options.append(QStringLiteral("--sse"));
            if (transport == "http, session")
                options.append(QStringLiteral("--on-session-stream"));
            m_server = std::make_unique<FakeHttpServer>(options);
            config = m_server->config();
        }
        if (adjust)
            adjust(config);
        m_adapter = makeAdapter(config, m_loop.thread());
    }
    [[nodiscard]] Adapter &adapter() const { return *m_adapter; }
    [[nodiscard]] Json details(const char *tool, CallContext context = {}) const
    {
        return (*call(*m_adapter, tool, Json::object(), std::move(context)))["structuredContent"];
    }

private:
    std::unique_ptr<FakeHttpServer> m_server;
    Loop m_loop;
    std::shared_ptr<Adapter> m_adapter;
};

inline CallContext from(const char *user, const char *capabilities)
{
    CallContext context;
    context.tenant = TenantId("acme");
    context.user = UserId(user);
    context.clientCapabilities = *Json::parse(capabilities);
    return context;
}

inline const char *const canAll =
    R"({"elicitation":{},"sampling":{},"roots":{"listChanged":true}})";

inline Json question(const char *method, int times = 1, int rounds = 1)
{
    return Json::object({{"method", method},
                         {"params", Json::object({{"message", "?"}})},
                         {"times", times},
                         {"rounds", rounds}});
}

} // namespace provost::tools::mcp::testing
