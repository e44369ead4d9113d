// What the tests of the MCP adapter share: an event loop for the adapter, and the fake upstream server
// (tests/support/fakemcp.py).
#pragma once

#include "server/tools/adapters/mcp/mcpadapter.h"
#include "tests/support/await.h"

#include <QFile>
#include <QStandardPaths>
#include <QTest>
#include <QThread>

namespace provost::tools::mcp::testing {

constexpr int patienceMs = 20'000;

using provost::testing::await;
using provost::testing::Running;

// The adapter's event loop.
class Loop
{
public:
    Loop() { m_thread.start(); }
    ~Loop()
    {
        m_thread.quit();
        m_thread.wait();
    }
    [[nodiscard]] QThread &thread() { return m_thread; }

private:
    QThread m_thread;
};

// Not a version manager's: these want the user's HOME.
inline QByteArray python()
{
    if (QFile::exists(QStringLiteral("/usr/bin/python3")))
        return "/usr/bin/python3";
    return QFile::encodeName(QStandardPaths::findExecutable(QStringLiteral("python3")));
}

inline QByteArray fakeServer()
{
    return PROVOST_SOURCE_DIR "/tests/support/fakemcp.py";
}

inline Json stdioConfig(std::initializer_list<QByteArray> options = {})
{
    Json command = Json::array({python(), fakeServer()});
    for (const QByteArray &option : options)
        command.append(option);
    return Json::object({
        {"kind", "mcp"},
        {"command", std::move(command)},
        {"restart", Json::object({{"first", "1ms"}, {"max", "20ms"}})},
    });
}

inline std::shared_ptr<Adapter> makeAdapter(const Json &config, QThread &loop)
{
    auto read = readConfig({.id = ServerId("fake"), .kind = "mcp"}, config);
    if (!read)
        qFatal("%s", qUtf8Printable(read.error().message));
    return std::make_shared<McpAdapter>(*std::move(read), loop);
}

inline Result<Json> call(Adapter &adapter, const char *tool, Json arguments = Json::object(),
                         CallContext context = {})
{
    auto output = await(adapter.call(tool, std::move(arguments), std::move(context)));
    if (!output)
        return fail(std::move(output).error());
    return std::move(output->result);
}

inline QByteArray textOf(const Result<Json> &result)
{
    if (!result)
        return "error: " + result.error().message.toUtf8();
    const auto &content = (*result)["content"].items();
    return content.empty() ? QByteArray() : content.front()["text"].toByteArray();
}

} // namespace provost::tools::mcp::testing
