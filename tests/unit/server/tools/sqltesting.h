// What the tests of the SQL adapter share: an adapter on a server definition in YAML, and calls to it.
#pragma once

#include "server/tools/adapters.h"

#include "tests/support/await.h"
#include "tests/support/seededrandom.h"

#include <QThread>

namespace provost::tools::testing {

using provost::testing::await;
using provost::testing::Running;

class SqlBench
{
public:
    // `servers` holds one server; ${data} is `data`.
    explicit SqlBench(const QByteArray &servers, const QByteArray &data = {},
                      std::map<QByteArray, QByteArray> variables = {})
    {
        variables.emplace("data", data);
        const LoadedServers loaded = loadServers(servers, "servers.yaml");
        if (!loaded.diagnostics.empty())
            qFatal("%d: %s", loaded.diagnostics.front().where.line,
                   loaded.diagnostics.front().message.constData());
        const auto config = substitute(loaded.servers.front().config, variables);
        if (!config)
            qFatal("%s", qUtf8Printable(config.error().message));
        m_made = makeAdapter(loaded.servers.front(), *config, TenantId("acme-corp"),
                             {m_clock, m_random, m_pool, m_thread});
    }

    [[nodiscard]] QString problem() const { return m_made ? QString() : m_made.error().message; }
    [[nodiscard]] Adapter &adapter() { return **m_made; }

    [[nodiscard]] Result<Catalog> catalog() { return await(adapter().catalog()); }

    [[nodiscard]] Result<Output> call(const char *tool, const Json &arguments,
                                      CallContext context = {})
    {
        return await(adapter().call(tool, arguments, std::move(context)));
    }

    // The rows as one JSON text, or what went wrong: "tool error: …", "timeout: …".
    [[nodiscard]] QByteArray rows(const char *tool, const Json &arguments, CallContext context = {})
    {
        const auto output = call(tool, arguments, std::move(context));
        if (!output)
            return QByteArray(nameOf(output.error().code)) + ": " + output.error().message.toUtf8();
        if (output->result["isError"].toBool())
            return "tool error: " + output->result["content"].items().front()["text"].toByteArray();
        return output->result["structuredContent"]["rows"].toBytes();
    }

    [[nodiscard]] QByteArray query(const QByteArray &text, CallContext context = {})
    {
        return rows("query", Json::object({{"query", text}}), std::move(context));
    }

private:
    SystemClock m_clock;
    SystemRandom m_random; // pool threads use it
    ToolPool m_pool{2};
    QThread m_thread;
    Result<std::shared_ptr<Adapter>> m_made;
};

inline policy::RowFilter leaf(policy::RowFilter::Operator op, const QByteArray &attribute,
                              Json value = {})
{
    return {.op = op, .operands = {}, .attribute = attribute, .value = std::move(value)};
}

inline CallContext onlyRegion(const QByteArray &region)
{
    CallContext context;
    context.user = UserId("rita");
    context.rowFilter = leaf(policy::RowFilter::Operator::Equal, "region", region);
    return context;
}

} // namespace provost::tools::testing
