#include "server/tools/adapters/sql/sqladapter.h"

#include "server/base/mutex.h"
#include "server/tools/adapters/sql/sqlcatalog.h"

#include <atomic>

namespace provost::tools::sql {

// What jobs on the pool need. Its two keys own the connections that pool threads keep.
struct SqlAdapter::Shared
{
    Shared(Config read, const Clock &time, Random &bytes)
        : config(std::make_shared<const Config>(std::move(read)))
        , clock(time)
        , random(bytes)
    {
    }

    const std::shared_ptr<const Config> config;
    const Clock &clock;
    Random &random;
    const std::shared_ptr<const char> readers = std::make_shared<const char>('r');
    const std::shared_ptr<const char> writers = std::make_shared<const char>('w');
    std::atomic<std::int64_t> callsInFlight = 0;
    mutable Mutex mutex;
    AdapterStatus status GUARDED_BY(mutex);

    void report(AdapterState state, QByteArray detail)
    {
        const Lock lock(mutex);
        if (state == AdapterState::Failed)
            status.note({clock.now(), detail});
        status.enter(state, clock.now());
        status.detail = std::move(detail);
    }

    // Runs `use` with this thread's connection. A connection that turns out to be lost is replaced once, where that
    // cannot repeat an effect.
    template <class T>
    Result<T> withSession(ToolThread &thread, Access access,
                          const std::function<Result<T>(Session &)> &use)
    {
        const std::shared_ptr<const void> owner = access == Access::Read ? readers : writers;
        auto session = thread.kept<Session>(owner);
        if (session != nullptr) {
            auto result = use(*session);
            if (session->isUsable())
                return result;
            thread.drop(owner);
            if (result || result.error().code != ErrorCode::Unavailable || access == Access::Write)
                return result;
        }
        TRY_LET(session, openSession(config, access, clock, random));
        thread.keep(owner, session);
        auto result = use(*session);
        if (!session->isUsable())
            thread.drop(owner);
        return result;
    }
};

struct SqlAdapter::Prepared
{
    Job job;
    bool saysDatabaseErrors = false; // to the agent, who wrote the statement
};

namespace {

Result<BoundValue> boundValue(const Binding &binding, const DeclaredTool &tool,
                              const Json &arguments, const CallContext &context)
{
    if (binding.source == Binding::Source::Argument) {
        for (const Parameter &parameter : tool.parameters) {
            if (parameter.name == binding.name)
                return BoundValue{arguments[binding.name], parameter.type};
        }
        return fail(ErrorCode::Internal, QStringLiteral("a placeholder without an input"));
    }
    if (binding.name == "id")
        return boundAs(context.user.value);
    const Json &value = context.userAttributes[binding.name];
    if (!value.isString() && !value.isNumber() && !value.isBool())
        return fail(ErrorCode::InvalidInput, u"your identity has no attribute `"
                                                 % QString::fromUtf8(binding.name)
                                                 % u"`, which this tool needs");
    return boundAs(value);
}

// A failure of the statement is an answer to the agent; a failure to run it is not.
Result<Output> outputOf(Result<Answer> answer, bool saysDatabaseErrors)
{
    if (answer) {
        Output output{.result = toolResult(*answer)};
        output.recordsReturned = static_cast<std::int64_t>(answer->rows.size());
        output.recordsModified = answer->rowsModified;
        return output;
    }
    const Error &error = answer.error();
    Output output;
    output.detail = error.message.toUtf8();
    switch (error.code) {
    case ErrorCode::InvalidInput:
        output.result =
            toolFailure(saysDatabaseErrors ? "the query was refused: " + output.detail
                                           : QByteArray("the database refused this call"));
        return output;
    case ErrorCode::Conflict:
        output.result = toolFailure("the database's rules do not allow these values: a reference "
                                    "to nothing, a value that must be unique, or one out of range");
        return output;
    case ErrorCode::Denied: output.result = toolFailure(output.detail); return output;
    case ErrorCode::Unavailable: // the cause may name hosts and files; it is in status()
        return fail(ErrorCode::Unavailable, QStringLiteral("the database cannot be used now"));
    default: return fail(error);
    }
}

} // namespace

SqlAdapter::SqlAdapter(Config config, const AdapterEnvironment &environment)
    : m_shared(std::make_shared<Shared>(std::move(config), environment.clock, environment.random))
    , m_pool(environment.pool)
{
}

Task<Result<Catalog>> SqlAdapter::catalog()
{
    Completion<std::vector<Table>> described;
    auto resolver = std::make_shared<Resolver<std::vector<Table>>>(described.resolver());
    const auto shared = m_shared;
    const auto queued = m_pool.run([shared, resolver](ToolThread &thread) {
        auto tables = shared->withSession<std::vector<Table>>(
            thread, Access::Read, [](Session &session) { return session.describe(); });
        if (tables)
            shared->report(AdapterState::Ready, {});
        else
            shared->report(AdapterState::Failed, tables.error().message.toUtf8());
        resolver->resolve(std::move(tables));
    });
    if (!queued)
        co_return fail(queued.error());
    const auto tables = co_await described;
    if (!tables)
        co_return fail(tables.error());
    co_return catalogOf(*shared->config, *tables);
}

Result<SqlAdapter::Prepared> SqlAdapter::prepare(const QByteArray &name, const Json &arguments,
                                                 const CallContext &context) const
{
    const Config &config = *m_shared->config;
    Prepared prepared;
    Job &job = prepared.job;
    job.rowFilter = context.rowFilter;
    job.fields = context.fields;
    job.stop = context.stop;
    if (config.query && config.query->name == name) {
        TRY_LET(const Json checked, checkArguments({queryParameter()}, arguments));
        prepared.saysDatabaseErrors = true;
        job.trust = Job::Trust::Free;
        job.statement = checked["query"].toByteArray();
        job.limits = config.query->limits;
    } else {
        const auto tool =
            std::find_if(config.tools.begin(), config.tools.end(),
                         [&](const DeclaredTool &known) { return known.name == name; });
        if (tool == config.tools.end())
            return fail(ErrorCode::NotFound, QStringLiteral("this server has no such tool"));
        TRY_LET(const Json checked, checkArguments(tool->parameters, arguments));
        for (const Binding &binding : tool->statement.bindings) {
            TRY_LET(BoundValue value, boundValue(binding, *tool, checked, context));
            job.values.push_back(std::move(value));
        }
        job.access = tool->access;
        job.statement = tool->statement.text;
        job.target = tool->target;
        job.unfiltered = tool->unfiltered;
        job.limits = tool->limits;
    }
    job.deadline = m_shared->clock.monotonic() + std::min(context.deadline, job.limits.timeout);
    return prepared;
}

Task<Result<Output>> SqlAdapter::call(QByteArray nativeName, Json arguments, CallContext context)
{
    auto prepared = prepare(nativeName, arguments, context);
    if (!prepared) {
        if (prepared.error().code != ErrorCode::InvalidInput)
            co_return fail(prepared.error());
        co_return Output{.result = toolFailure(prepared.error().message.toUtf8())};
    }
    const bool saysDatabaseErrors = prepared->saysDatabaseErrors;

    Completion<Answer> answered;
    auto resolver = std::make_shared<Resolver<Answer>>(answered.resolver());
    const auto shared = m_shared;
    shared->callsInFlight.fetch_add(1, std::memory_order_relaxed);
    const auto queued =
        m_pool.run([shared, resolver, job = std::move(prepared->job)](ToolThread &thread) {
            if (job.stop.stop_requested() || shared->clock.monotonic() >= job.deadline) {
                resolver->resolve(
                    fail(job.stop.stop_requested() ? ErrorCode::Cancelled : ErrorCode::Timeout,
                         QStringLiteral("the call ended before its turn came")));
                return;
            }
            auto answer = shared->withSession<Answer>(
                thread, job.access, [&](Session &session) { return session.run(job); });
            if (answer)
                shared->report(AdapterState::Ready, {});
            else if (answer.error().code == ErrorCode::Unavailable)
                shared->report(AdapterState::Failed, answer.error().message.toUtf8());
            resolver->resolve(std::move(answer));
        });
    if (!queued) {
        shared->callsInFlight.fetch_sub(1, std::memory_order_relaxed);
        co_return fail(queued.error());
    }
    auto answer = co_await answered;
    shared->callsInFlight.fetch_sub(1, std::memory_order_relaxed);
    co_return outputOf(std::move(answer), saysDatabaseErrors);
}

Task<Result<Output>> SqlAdapter::readResource(QByteArray nativeUri, CallContext context)
{
    Completion<std::vector<Table>> described;
    auto resolver = std::make_shared<Resolver<std::vector<Table>>>(described.resolver());
    const auto shared = m_shared;
    const auto queued = m_pool.run([shared, resolver](ToolThread &thread) {
        resolver->resolve(shared->withSession<std::vector<Table>>(
            thread, Access::Read, [](Session &session) { return session.describe(); }));
    });
    if (!queued)
        co_return fail(queued.error());
    const auto tables = co_await described;
    if (!tables)
        co_return fail(ErrorCode::Unavailable, QStringLiteral("the database cannot be used now"));
    for (const Table &table : *tables) {
        if (schemaUri(*shared->config, table.rule) == nativeUri)
            co_return Output{.result = schemaResult(nativeUri, table, context.fields)};
    }
    co_return fail(ErrorCode::NotFound, QStringLiteral("this server has no such resource"));
}

AdapterStatus SqlAdapter::status() const
{
    const Lock lock(m_shared->mutex);
    AdapterStatus status = m_shared->status;
    status.transport =
        m_shared->config->database.engine == Engine::Sqlite ? "sqlite" : "postgresql";
    status.callsInFlight = m_shared->callsInFlight.load(std::memory_order_relaxed);
    return status;
}

} // namespace provost::tools::sql
