#include "server/tools/adapters/mcp/mcpadapter.h"

#include "server/tools/adapters/mcp/oauth/makeauthorizer.h"
#include "server/tools/adapters/mcp/requeststate.h"
#include "server/tools/adapters/mcp/taskfollower.h"

namespace provost::tools::mcp {

namespace {

class McpWatch final : public Watch
{
public:
    McpWatch(Upstream::Mail upstream, std::int64_t watch)
        : m_upstream(std::move(upstream))
        , m_watch(watch)
    {
    }
    ~McpWatch() override { m_upstream.post(UnwatchLetter{m_watch}); }

private:
    const Upstream::Mail m_upstream;
    const std::int64_t m_watch;
};

} // namespace

Result<std::shared_ptr<Adapter>> McpAdapter::make(const ServerDefinition &definition,
                                                  const Json &config, const TenantId &tenant,
                                                  const AdapterEnvironment &environment)
{
    TRY_LET(Config read, readConfig(definition, config));
    std::unique_ptr<HttpAuthorizer> authorizer;
    if (read.oauth) {
        TRY_LET(authorizer, oauth::makeAuthorizer(read, tenant, environment));
    }
    return std::make_shared<McpAdapter>(std::move(read), environment.loop, std::move(authorizer));
}

McpAdapter::McpAdapter(Config config, QThread &loop, std::unique_ptr<HttpAuthorizer> authorizer)
    : m_config(std::move(config))
    , m_shared(std::make_shared<Shared>(m_config.secrets()))
    , m_upstream(Upstream::start(m_config, m_shared, loop, std::move(authorizer)))
    , m_line{m_upstream, m_shared}
{
}

McpAdapter::~McpAdapter()
{
    setOnCatalogChanged({});
    m_upstream.post(StopLetter{});
}

Task<Result<Catalog>> McpAdapter::catalog()
{
    Completion<Catalog> catalog;
    if (!m_upstream.post(CatalogLetter{catalog.resolver()}))
        co_return fail(ErrorCode::Unavailable, QStringLiteral("the server was stopped"));
    co_return co_await catalog;
}

Task<Result<Output>> McpAdapter::call(QByteArray nativeName, Json arguments, CallContext context)
{
    // A hidden tool is not only unlisted.
    if (const ToolRule *rule = ruleFor(m_config, nativeName); rule != nullptr && rule->hidden)
        co_return fail(ErrorCode::NotFound,
                       u"unknown tool `" % QString::fromUtf8(nativeName) % u'`');
    Json params = Json::object({{"name", std::move(nativeName)}});
    if (!arguments.isNull())
        params.set("arguments", std::move(arguments));
    co_return co_await makeCall(m_line, "tools/call", std::move(params), std::move(context));
}

Task<Result<Output>> McpAdapter::readResource(QByteArray nativeUri, CallContext context)
{
    Json params = Json::object({{"uri", std::move(nativeUri)}});
    co_return co_await makeCall(m_line, "resources/read", std::move(params), std::move(context));
}

Task<Result<Output>> McpAdapter::getPrompt(QByteArray nativeName, Json arguments,
                                           CallContext context)
{
    Json params = Json::object({{"name", std::move(nativeName)}});
    if (!arguments.isNull())
        params.set("arguments", std::move(arguments));
    co_return co_await makeCall(m_line, "prompts/get", std::move(params), std::move(context));
}

Task<Result<Output>> McpAdapter::complete(Json params, CallContext context)
{
    co_return co_await makeCall(m_line, "completion/complete", std::move(params),
                                std::move(context));
}

void McpAdapter::abandon(QByteArray state, TenantId tenant, UserId user)
{
    const auto decoded = decodeState(state);
    if (!decoded)
        return;
    Caller caller{.tenant = std::move(tenant), .user = std::move(user)};
    switch (decoded->kind) {
    case RequestState::Kind::Parked:
        m_upstream.post(AbandonLetter{decoded->text, std::move(caller)});
        break;
    case RequestState::Kind::ParkedTask:
        if (const auto task = parkedTaskOf(decoded->text))
            m_upstream.post(AbandonLetter{task->handle, std::move(caller)});
        break;
    case RequestState::Kind::Task:
        cancelTask(m_line, decoded->text, {.caller = std::move(caller)});
        break;
    case RequestState::Kind::Server:
    case RequestState::Kind::Repeat: break; // keeps nobody waiting
    }
}

std::unique_ptr<Watch> McpAdapter::watch(QByteArray nativeUri, std::function<void()> onUpdated)
{
    const std::int64_t watch = m_shared->ids++;
    if (!m_shared->canWatch
        || !m_upstream.post(WatchLetter{watch, std::move(nativeUri), std::move(onUpdated)}))
        return nullptr;
    return std::make_unique<McpWatch>(m_upstream, watch);
}

void McpAdapter::setOnCatalogChanged(std::function<void()> onChanged)
{
    const Lock lock(m_shared->mutex);
    m_shared->onCatalogChanged = std::move(onChanged);
}

AdapterStatus McpAdapter::status() const
{
    const Lock lock(m_shared->mutex);
    return m_shared->status;
}

} // namespace provost::tools::mcp
