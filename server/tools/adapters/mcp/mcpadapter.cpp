#include "server/tools/adapters/mcp/mcpadapter.h"

namespace provost::tools::mcp {

namespace {

Error stopped()
{
    return {ErrorCode::Unavailable, QStringLiteral("the server was stopped")};
}

} // namespace

Result<std::shared_ptr<Adapter>> McpAdapter::make(const ServerDefinition &definition,
                                                  const Json &config,
                                                  const AdapterEnvironment &environment)
{
    TRY_LET(Config read, readConfig(definition, config));
    return std::make_shared<McpAdapter>(std::move(read), environment.loop);
}

McpAdapter::McpAdapter(Config config, QThread &loop)
    : m_config(std::move(config))
    , m_shared(std::make_shared<Shared>())
    , m_upstream(Upstream::start(m_config, m_shared, loop))
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
        co_return fail(stopped());
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
    co_return co_await pass("tools/call", std::move(params), std::move(context));
}

Task<Result<Output>> McpAdapter::readResource(QByteArray nativeUri, CallContext context)
{
    Json params = Json::object({{"uri", std::move(nativeUri)}});
    co_return co_await pass("resources/read", std::move(params), std::move(context));
}

Task<Result<Output>> McpAdapter::getPrompt(QByteArray nativeName, Json arguments,
                                           CallContext context)
{
    Json params = Json::object({{"name", std::move(nativeName)}});
    if (!arguments.isNull())
        params.set("arguments", std::move(arguments));
    co_return co_await pass("prompts/get", std::move(params), std::move(context));
}

Task<Result<Output>> McpAdapter::complete(Json params, CallContext context)
{
    co_return co_await pass("completion/complete", std::move(params), std::move(context));
}

Task<Result<Output>> McpAdapter::pass(QByteArray method, Json params, CallContext context)
{
    if (!context.meta.isNull())
        params.set("_meta", context.meta);
    const Transport::RequestId id = m_shared->ids++;
    Completion<Json> answer;
    Request request{
        .id = id,
        .method = std::move(method),
        .params = std::move(params),
        .deadline = QDeadlineTimer(context.deadline, Qt::PreciseTimer),
        .notify = std::move(context.notify),
        .resolver = answer.resolver(),
    };
    if (!m_upstream.post(std::move(request)))
        co_return fail(stopped());
    // The letter that cancels follows the one that asks, whichever thread stops the call.
    const auto cancel = [upstream = m_upstream, id] { upstream.post(CancelLetter{id}); };
    const std::stop_callback onStop(context.stop, cancel);
    Result<Json> result = co_await answer;
    if (!result)
        co_return fail(std::move(result).error());
    co_return Output{.result = *std::move(result)};
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
