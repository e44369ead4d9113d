#include "journey.h"

#include "tests/support/wirecheck/wire.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QTcpSocket>
#include <QUrl>

namespace provost::testing {

namespace {

constexpr char tenantYaml[] = R"(# The laboratory: one role, one rule that says no.
version: 1
tenants:
  - id: lab
    name: Laboratory
    policies:
      - name: researchers
        roles: [researcher]
        tools: [echo]
        permissions: [run]
      - name: no-secrets
        effect: deny
        roles: ["*"]
        tools: [echo]
        conditions:
          - args.message.contains("secret")
        reason: Secrets stay in the laboratory
)";
constexpr char serversYaml[] = "servers:\n  - id: smoke\n    kind: builtin\n    set: echo\n";

bool write(const QString &path, const char *text)
{
    QDir().mkpath(QFileInfo(path).path());
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(text) > 0;
}

} // namespace

Journey::Journey() = default;
Journey::~Journey() = default;

bool Journey::begin()
{
    const QString org = m_folder.filePath(QStringLiteral("data/org"));
    if (!write(org + QStringLiteral("/tenants/lab.yaml"), tenantYaml)
        || !write(org + QStringLiteral("/servers/smoke.yaml"), serversYaml)) {
        error = QStringLiteral("cannot write the organisation");
        return false;
    }
    host::HostOptions options;
    options.data = m_folder.filePath(QStringLiteral("data")).toStdString();
    options.listenPort = 0;
    auto host = host::Host::start(std::move(options));
    if (!host) {
        error = host.error().message;
        return false;
    }
    m_host = std::move(*host);
    m_theme = new ui::Theme(*qApp, ui::Theme::Choice::Dark);
    reopenWindow();
    return makeKey();
}

void Journey::reopenWindow()
{
    m_window.reset();
    ui::WindowOptions options;
    options.settingsFile = m_folder.filePath(QStringLiteral("window.ini"));
    options.author = "tester";
    m_window =
        std::make_unique<ui::MainWindow>(m_host->control(), *m_theme, m_clock, std::move(options));
    m_window->resize(1366, 850);
    m_window->show();
}

bool Journey::makeKey()
{
    const auto created =
        answerOf<control::CreatedKey>([&](control::Answer<control::CreatedKey> answer) {
            control().createKey({.tenant = TenantId("lab"),
                                 .user = UserId("ada"),
                                 .roles = {"researcher"},
                                 .label = "journey",
                                 .author = "tester"},
                                std::move(answer));
        });
    if (!created) {
        error = created.error().message;
        return false;
    }
    m_key = created->secret;
    return true;
}

Json Journey::call(const QByteArray &tool, const Json &arguments) const
{
    const Json meta = Json::object({{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                                    {"io.modelcontextprotocol/clientCapabilities", Json::object()},
                                    {"io.modelcontextprotocol/clientInfo",
                                     Json::object({{"name", "journey"}, {"version", "1"}})}});
    const QByteArray body =
        Json::object(
            {{"jsonrpc", "2.0"},
             {"id", 1},
             {"method", "tools/call"},
             {"params", Json::object({{"name", tool}, {"arguments", arguments}, {"_meta", meta}})}})
            .toBytes();
    const QUrl url(QString::fromUtf8(m_host->endpointUrl()));
    QTcpSocket socket;
    socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
    socket.write("POST /t/lab/mcp HTTP/1.1\r\nHost: " + url.authority().toUtf8()
                 + "\r\nContent-Type: application/json\r\nAccept: application/json, "
                   "text/event-stream\r\nMCP-Protocol-Version: "
                   "2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: "
                 + tool + "\r\nAuthorization: Bearer " + m_key
                 + "\r\nConnection: close\r\nContent-Length: " + QByteArray::number(body.size())
                 + "\r\n\r\n" + body);
    QByteArray reply;
    const bool ended = QTest::qWaitFor(
        [&] {
            reply += socket.readAll();
            return socket.state() == QAbstractSocket::UnconnectedState;
        },
        10'000);
    const qsizetype headEnd = reply.indexOf("\r\n\r\n");
    if (!ended || headEnd < 0)
        return {};
    const QByteArray message = reply.sliced(headEnd + 4);
    Wire wire;
    wire.said(body);
    wire.heard(message);
    return Json::parse(message).value_or(Json());
}

} // namespace provost::testing
