// One of the fake upstream servers over HTTP: tests/support/fakemcp.py, tests/support/fakemodern.py.
#pragma once

#include "tests/unit/server/tools/mcptesting.h"

#include <QProcess>

namespace provost::tools::mcp::testing {

inline QByteArray fakeModernServer()
{
    return PROVOST_SOURCE_DIR "/tests/support/fakemodern.py";
}

// Ends with its input.
class FakeHttpServer
{
public:
    explicit FakeHttpServer(const QStringList &options = {},
                            const QByteArray &program = fakeServer())
    {
        m_process.start(QString::fromUtf8(python()),
                        QStringList{QString::fromUtf8(program), QStringLiteral("--http")}
                            + options);
        while (!m_process.canReadLine() && m_process.waitForReadyRead(patienceMs)) {
        }
        m_port = m_process.readLine().trimmed();
    }
    ~FakeHttpServer()
    {
        m_process.closeWriteChannel();
        m_process.waitForFinished();
    }
    [[nodiscard]] Json config() const
    {
        return Json::object({
            {"kind", "mcp"},
            {"url", QByteArray("http://127.0.0.1:" + m_port + "/mcp")},
            {"headers", Json::object({{"Authorization", "Bearer hunter2-secret"}})},
            {"restart", Json::object({{"first", "1ms"}, {"max", "20ms"}})},
        });
    }

private:
    QProcess m_process;
    QByteArray m_port;
};

} // namespace provost::tools::mcp::testing
