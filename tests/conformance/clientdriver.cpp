// The client that the official conformance suite tests: Provost's upstream leg, driven by an agent of few words. It
// lists the server's tools, calls each one, answers what it is asked, and is the administrator's browser where the
// server wants an authorization. Not part of the product; tests/conformance/client runs it.
//
//     provost_conformance_client URL        with MCP_CONFORMANCE_SCENARIO and MCP_CONFORMANCE_CONTEXT
#include "server/base/eventthread.h"
#include "server/tools/adapters.h"
#include "tests/support/await.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTimer>
#include <QUrl>

#include <cstdio>

using namespace provost;
using namespace provost::tools;
using namespace std::chrono_literals;

namespace {

constexpr auto patience = 15s; // the suite waits for 30
constexpr auto pauseBetweenTries = 100ms;
constexpr int hopsMax = 4; // of redirects
constexpr int roundsMax = 5;
constexpr int visitsMax = 4; // of an authorization server

Json contextOfSuite()
{
    const auto context = Json::parse(qgetenv("MCP_CONFORMANCE_CONTEXT"));
    return context ? *context : Json::object();
}

Json oauthConfig(const QByteArray &scenario, const Json &context)
{
    Json config = Json::object();
    if (scenario.startsWith("auth/client-credentials"))
        config.set("grant", "client_credentials");
    for (const auto &[from, to] : {std::pair{"client_id", "client_id"},
                                   {"client_secret", "client_secret"},
                                   {"private_key_pem", "private_key"},
                                   {"issuer", "issuer"}}) {
        if (context[from].isString())
            config.set(to, context[from]);
    }
    if (!config.contains("client_id"))
        config.set("client_metadata_url", "https://conformance-test.local/client-metadata.json");
    return config;
}

void pause()
{
    QEventLoop loop;
    QTimer::singleShot(pauseBetweenTries, &loop, &QEventLoop::quit);
    loop.exec();
}

// What a person's browser does: it follows redirects, the last of them back to Provost.
void browse(QByteArray address)
{
    for (int hop = 0; hop < hopsMax && !address.isEmpty(); ++hop) {
        const QUrl url(QString::fromUtf8(address));
        QTcpSocket socket;
        QEventLoop loop;
        QObject::connect(&socket, &QTcpSocket::disconnected, &loop, &QEventLoop::quit);
        QObject::connect(&socket, &QTcpSocket::errorOccurred, &loop, &QEventLoop::quit);
        QTimer::singleShot(patience, &loop, &QEventLoop::quit);
        socket.connectToHost(url.host(), static_cast<quint16>(url.port()));
        socket.write("GET " + url.toEncoded(QUrl::RemoveScheme | QUrl::RemoveAuthority)
                     + " HTTP/1.1\r\nHost: " + url.authority().toUtf8()
                     + "\r\nConnection: close\r\n\r\n");
        loop.exec();
        const QByteArray answer = socket.readAll();
        const QByteArray location = "\r\nlocation: ";
        const qsizetype from = answer.toLower().indexOf(location);
        address =
            from < 0 ? QByteArray() : answer.sliced(from + location.size()).split('\r').front();
    }
}

// Something for a property of a schema: its default, its first choice, or a plain value.
Json exampleOf(const Json &schema)
{
    if (const Json *fallback = schema.find("default"))
        return *fallback;
    if (!schema["enum"].items().empty())
        return schema["enum"].items().front();
    const QByteArray type = schema["type"].toByteArray();
    if (type == "number" || type == "integer")
        return 2;
    if (type == "boolean")
        return true;
    if (type == "object")
        return Json::object();
    if (type == "array")
        return Json::array();
    return type == "null" ? Json() : Json("example");
}

Json exampleObject(const Json &schema)
{
    Json object = Json::object();
    for (const Json::Member &property : schema["properties"].members())
        object.set(property.key, exampleOf(property.value));
    return object;
}

class Agent
{
public:
    explicit Agent(Adapter &adapter)
        : m_adapter(adapter)
    {
    }

    Result<Catalog> list()
    {
        for (;;) {
            auto catalog = testing::await(m_adapter.catalog());
            if (catalog || isLate())
                return catalog;
            std::fprintf(stderr, "list: %s\n", qUtf8Printable(catalog.error().message));
            authorizeIfAsked();
            pause();
        }
    }

    Result<Output> call(const QByteArray &tool, const Json &arguments)
    {
        for (;;) {
            auto output = callWithRounds(tool, arguments);
            if (output || isLate() || !authorizeIfAsked())
                return output;
        }
    }

private:
    [[nodiscard]] bool isLate() const { return m_deadline.hasExpired(); }

    // False if nobody has to authorise.
    bool authorizeIfAsked()
    {
        const QByteArray url = m_adapter.status().authorizeAt;
        if (url.isEmpty() || m_visits >= visitsMax)
            return false;
        ++m_visits;
        browse(url);
        return true;
    }

    Result<Output> callWithRounds(const QByteArray &tool, const Json &arguments)
    {
        CallContext context;
        context.tenant = TenantId("conformance");
        context.user = UserId("suite");
        context.deadline = patience;
        context.clientCapabilities =
            Json::object({{"elicitation", Json::object({{"form", Json::object()}})},
                          {"sampling", Json::object()},
                          {"roots", Json::object()}});
        for (int round = 0;; ++round) {
            auto output = testing::await(m_adapter.call(tool, arguments, context));
            if (!output || !output->needs || round >= roundsMax)
                return output;
            context.requestState = output->needs->state;
            context.inputResponses = answersTo(output->needs->requests);
        }
    }

    static Json answersTo(const Json &requests)
    {
        Json answers = Json::object();
        for (const Json::Member &request : requests.members())
            answers.set(request.key, answerTo(request.value));
        return answers;
    }

    static Json answerTo(const Json &request)
    {
        const QByteArray method = request["method"].toByteArray();
        if (method == "roots/list")
            return Json::object({{"roots", Json::array()}});
        if (method == "sampling/createMessage")
            return Json::object({
                {"role", "assistant"},
                {"content", Json::object({{"type", "text"}, {"text", "an answer"}})},
                {"model", "none"},
            });
        return Json::object({
            {"action", "accept"},
            {"content", exampleObject(request["params"]["requestedSchema"])},
        });
    }

    Adapter &m_adapter;
    const QDeadlineTimer m_deadline{patience};
    int m_visits = 0;
};

struct ToolCall
{
    QByteArray tool;
    Json arguments;
};

// Those that the suite names, or each tool once.
std::vector<ToolCall> callsFor(const Catalog &catalog, const Json &context)
{
    std::vector<ToolCall> calls;
    for (const Json &wanted : context["toolCalls"].items())
        calls.push_back({wanted["name"].toByteArray(), wanted["arguments"]});
    if (!calls.empty())
        return calls;
    for (const ToolDescriptor &tool : catalog.tools) {
        Json arguments = exampleObject(tool.definition["inputSchema"]);
        // The suite wants to see the first tool's schema as it arrived here.
        if (tool.nativeName == "json_schema_echo")
            arguments.set("schema", catalog.tools.front().definition["inputSchema"]);
        calls.push_back({tool.nativeName, std::move(arguments)});
    }
    return calls;
}

int run(const QByteArray &url)
{
    const QByteArray scenario = qgetenv("MCP_CONFORMANCE_SCENARIO");
    const Json context = contextOfSuite();
    Json config = Json::object({
        {"kind", "mcp"},
        {"url", url},
        {"timeout", "15s"},
        {"start_timeout", "10s"},
        {"connection", "principal"}, // so that all that a legacy server asks is asked of this agent
        {"restart", Json::object({{"first", "100ms"}, {"max", "500ms"}})},
    });
    if (scenario.startsWith("auth/"))
        config.set("oauth", oauthConfig(scenario, context));

    const SystemClock clock;
    SystemRandom random;
    ToolPool pool(1);
    EventThread loop("adapters");
    const QTemporaryDir data;
    const AdapterEnvironment environment{clock, random, pool, loop.thread(),
                                         data.path().toStdString()};
    const auto adapter = makeAdapter({.id = ServerId("suite"), .kind = "mcp", .config = config},
                                     config, TenantId("conformance"), environment);
    if (!adapter) {
        std::fprintf(stderr, "%s\n", qUtf8Printable(adapter.error().message));
        return 2;
    }
    Agent agent(**adapter);
    const auto catalog = agent.list();
    if (!catalog) {
        std::fprintf(stderr, "no tools: %s (%s)\n", qUtf8Printable(catalog.error().message),
                     (*adapter)->status().detail.constData());
        return 1;
    }
    for (const ToolCall &call : callsFor(*catalog, context)) {
        const auto output = agent.call(call.tool, call.arguments);
        std::fprintf(stderr, "%s: %s\n", call.tool.constData(),
                     output ? output->result.toBytes().constData()
                            : qUtf8Printable(output.error().message));
    }
    return 0; // what the calls were worth is for the suite to say
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s URL\n", argv[0]);
        return 2;
    }
    return run(argv[1]);
}
