#include "server/host/tooldesk.h"

#include "server/host/serverimport.h"
#include "server/host/servertext.h"

#include <algorithm>

namespace provost::host {

namespace {

constexpr char consoleAgent[] = "Provost console";
constexpr int requestIdSymbols = 16;
constexpr qsizetype progressBytesMax = 500; // of its message

const char *nameOf(tools::AdapterState state)
{
    switch (state) {
    case tools::AdapterState::Stopped: return "stopped";
    case tools::AdapterState::Starting: return "starting";
    case tools::AdapterState::Ready: return "ready";
    case tools::AdapterState::Failed: return "failed";
    case tools::AdapterState::Disabled: return "disabled";
    case tools::AdapterState::Unconfirmed: return "unconfirmed";
    }
    return "failed";
}

control::CallFigures figuresOf(const telemetry::ToolTotals &totals)
{
    control::CallFigures figures{.p50Us = totals.p50Us, .p95Us = totals.p95Us};
    const auto count = [&](telemetry::Outcome outcome) {
        return totals.byOutcome[static_cast<int>(outcome)];
    };
    for (const std::int64_t calls : totals.byOutcome)
        figures.calls += calls;
    figures.denied = count(telemetry::Outcome::Denied);
    figures.errors = count(telemetry::Outcome::ToolError) + count(telemetry::Outcome::Error);
    return figures;
}

struct Act
{
    const char *name = "";
    std::optional<bool> disabled; // what it becomes
};

Act actOf(control::ServerCommand::Act act)
{
    switch (act) {
    case control::ServerCommand::Act::Restart: return {"server_restarted", std::nullopt};
    case control::ServerCommand::Act::Disable: return {"server_disabled", true};
    case control::ServerCommand::Act::Enable: return {"server_enabled", false};
    }
    return {"server_restarted", std::nullopt};
}

control::TrialResult resultOf(calls::CallReply reply)
{
    control::TrialResult result;
    if (reply.decision) {
        result.decision = policy::nameOf(reply.decision->effect);
        result.reason = reply.decision->reason;
        if (reply.decision->rule) {
            result.policy = reply.decision->rule->policy;
            result.policyFile = reply.decision->rule->where.file;
            result.policyLine = reply.decision->rule->where.line;
        }
    }
    if (reply.isRefused()) {
        result.refusal = provost::nameOf(reply.refusal().code);
        result.reason = reply.refusal().reason;
    } else if (reply.needsInput()) {
        result.asks = reply.needs().requests;
        result.requestState = reply.needs().state;
    } else {
        result.toolError = reply.toolError;
        result.result = std::move(std::get<Json>(reply.value));
    }
    return result;
}

// What the console can ask a person. Sampling and roots are typed.
Json consoleCapabilities()
{
    const Json can = Json::object();
    return Json::object({{"elicitation", Json::object({{"form", can}, {"url", can}})},
                         {"sampling", Json::object({{"tools", can}})},
                         {"roots", can}});
}

control::TrialProgress progressOf(const Json &params)
{
    return {.progress = params["progress"].toDouble().value_or(0),
            .total = params["total"].toDouble(),
            .message = params["message"].toByteArray().left(progressBytesMax)};
}

} // namespace

struct ToolDesk::Trials
{
    Mutex mutex;
    Condition ended;
    std::map<QByteArray, std::stop_source> running GUARDED_BY(mutex); // by request id
    bool closed GUARDED_BY(mutex) = false;
};

ToolDesk::ToolDesk(Services services)
    : m_services(services)
    , m_trials(std::make_shared<Trials>())
{
}

// --- what there is ---

Result<std::vector<control::ToolRow>> ToolDesk::tools(const TenantId &tenant) const
{
    std::vector<control::ToolRow> rows;
    for (const auto &runtime : m_services.org.tenancy().tenants()) {
        const calls::TenantView view = runtime->view();
        if (!tenant.isEmpty() && view.id != tenant)
            continue;
        for (const tools::RegisteredTool &tool : view.registry->tools()) {
            const Json &definition = tool.descriptor.definition;
            const tools::PolicyBinding &binding = tool.descriptor.policy;
            rows.push_back(
                {.name = tool.descriptor.name,
                 .server = tool.server.value,
                 .title = definition["title"].toByteArray(),
                 .description = definition["description"].toByteArray(),
                 .permission = binding.permission,
                 .resource = binding.resource,
                 .inputSchema = definition["inputSchema"],
                 .tenant = view.id,
                 .within = binding.within,
                 .outputSchema = definition["outputSchema"],
                 .annotations = definition["annotations"],
                 .definition = definition,
                 .figures = figuresOf(m_services.metrics.totals(view.id, {tool.descriptor.name}))});
        }
    }
    return rows;
}

Result<std::vector<control::ServerRow>> ToolDesk::servers(const TenantId &tenant) const
{
    std::vector<control::ServerRow> rows;
    for (const auto &runtime : m_services.org.tenancy().tenants()) {
        const calls::TenantView view = runtime->view();
        if (!tenant.isEmpty() && view.id != tenant)
            continue;
        for (const tenancy::ServerHealth &server : runtime->servers())
            rows.push_back(rowOf(view, server));
    }
    return rows;
}

control::ServerRow ToolDesk::rowOf(const calls::TenantView &view,
                                   const tenancy::ServerHealth &server) const
{
    control::ServerRow row = declaredRow(server.id, server.kind, server.config);
    row.tenant = view.id;
    row.state = nameOf(server.status.state);
    row.detail = server.problem.isEmpty() ? server.status.detail : server.problem;
    row.tools = server.tools;
    row.file = server.where.file;
    row.line = server.where.line;
    if (!server.status.transport.isEmpty())
        row.transport = server.status.transport;
    row.era = server.status.era;
    row.version = server.status.version;
    row.since = server.status.since;
    row.nextTry = server.status.nextTry;
    row.authorizeAt = server.status.authorizeAt;
    for (const tools::AdapterFailure &failure : server.status.failures)
        row.failures.push_back({failure.when, failure.text});
    row.restarts = server.status.restarts;
    row.callsInFlight = server.status.callsInFlight;
    std::vector<QByteArray> names;
    for (const tools::RegisteredTool &tool : view.registry->tools()) {
        if (tool.server == server.id)
            names.push_back(tool.descriptor.name);
    }
    row.figures = figuresOf(m_services.metrics.totals(view.id, names));
    return row;
}

Result<control::ServerRow> ToolDesk::rowOf(const tenancy::TenantRuntime &runtime,
                                           const ServerId &server) const
{
    for (const tenancy::ServerHealth &health : runtime.servers()) {
        if (health.id == server)
            return rowOf(runtime.view(), health);
    }
    return fail(ErrorCode::NotFound,
                QStringLiteral("there is no server `%1`").arg(QString::fromUtf8(server.value)));
}

Result<std::shared_ptr<tenancy::TenantRuntime>> ToolDesk::runtimeOf(const TenantId &tenant) const
{
    auto runtime = m_services.org.tenancy().tenant(tenant);
    if (!runtime)
        return fail(
            ErrorCode::NotFound,
            QStringLiteral("tenant `%1` is not served").arg(QString::fromUtf8(tenant.value)));
    return runtime;
}

// --- what is done to servers ---

Result<control::ServerRow> ToolDesk::change(const control::ServerCommand &command)
{
    TRY_LET(const auto runtime, runtimeOf(command.tenant));
    TRY_LET(const control::ServerRow before, rowOf(*runtime, command.server));
    const Act act = actOf(command.act);
    const bool isDisabled = before.state == "disabled";
    const QString name = QString::fromUtf8(command.server.value);
    if (act.disabled == isDisabled)
        return fail(ErrorCode::Conflict,
                    isDisabled ? QStringLiteral("server `%1` is disabled already").arg(name)
                               : QStringLiteral("server `%1` is not disabled").arg(name));
    if (!act.disabled && (isDisabled || before.state == "unconfirmed"))
        return fail(ErrorCode::Conflict,
                    QStringLiteral("server `%1` is held back and cannot be restarted").arg(name));
    TRY_DO(m_services.administration.record(
        {.action = act.name,
         .author = command.author,
         .tenant = command.tenant,
         .reason = command.reason,
         .details = Json::object({{"server", command.server.value}})}));
    if (act.disabled)
        TRY_DO(m_services.holds.setDisabled(command.tenant, command.server, *act.disabled));
    runtime->startAgain(command.server);
    return rowOf(*runtime, command.server);
}

Result<control::ServerRow> ToolDesk::confirm(const control::ServerConfirmation &given)
{
    TRY_LET(const auto runtime, runtimeOf(given.tenant));
    TRY_LET(const control::ServerRow before, rowOf(*runtime, given.server));
    if (before.commandDigest.isEmpty() || before.commandDigest != given.commandDigest)
        return fail(ErrorCode::Conflict,
                    QStringLiteral("the command of `%1` is another one by now; look at it again")
                        .arg(QString::fromUtf8(given.server.value)));
    TRY_DO(m_services.administration.record(
        {.action = "command_confirmed",
         .author = given.author,
         .tenant = given.tenant,
         .details = Json::object({{"server", given.server.value},
                                  {"command", before.target},
                                  {"digest", given.commandDigest}})}));
    TRY_DO(m_services.holds.confirm(given.commandDigest));
    // Other tenants may have the same command.
    for (const auto &tenant : m_services.org.tenancy().tenants())
        tenant->startHeldBack();
    return rowOf(*runtime, given.server);
}

// --- further servers ---

Result<control::ServerDraft> ToolDesk::draft(const control::ServerSource &source) const
{
    TRY_LET(ServerImport imported, importServers(source.text, source.id, source.tenant));
    control::ServerDraft draft{.understoodAs = imported.understoodAs, .notes = imported.notes};
    const auto &files = m_services.org.files();
    const auto isTaken = [&](const QByteArray &name) {
        return std::any_of(files.begin(), files.end(),
                           [&](const control::OrgFile &file) { return file.name == name; });
    };
    const QByteArray stem = "servers/" + imported.servers.front().id.value;
    draft.file.name = stem + ".yaml";
    for (int number = 2; isTaken(draft.file.name); ++number)
        draft.file.name = stem + '-' + QByteArray::number(number) + ".yaml";
    draft.file.bytes = serversYaml(imported.servers);
    for (const ImportedServer &server : imported.servers)
        draft.servers.push_back(declaredRow(server.id, "mcp", server.config));
    // What applying it would object to is told while it can still be changed.
    std::vector<control::OrgFile> next = files;
    next.push_back(draft.file);
    const auto checked = tenancy::checkOrg(next, {});
    if (const QByteArray errors = tenancy::errorsOf(checked.diagnostics); !errors.isEmpty())
        return fail(ErrorCode::InvalidInput, QString::fromUtf8(errors));
    return draft;
}

Result<QByteArray> ToolDesk::add(const control::NewServers &added)
{
    const auto loaded = tools::loadServers(added.file.bytes, added.file.name);
    for (const tools::ServerDefinition &server : loaded.servers) {
        const QByteArray digest = commandDigest(server.config);
        const auto &agreed = added.confirmedCommands;
        if (digest.isEmpty() || std::find(agreed.begin(), agreed.end(), digest) == agreed.end())
            continue;
        TRY_DO(m_services.administration.record(
            {.action = "command_confirmed",
             .author = added.author,
             .reason = added.reason,
             .details = Json::object(
                 {{"server", server.id.value},
                  {"command", declaredRow(server.id, server.kind, server.config).target},
                  {"digest", digest}})}));
        TRY_DO(m_services.holds.confirm(digest));
    }
    return m_services.org.apply({.files = {added.file},
                                 .reason = added.reason,
                                 .author = added.author,
                                 .expectedRevision = added.expectedRevision.isEmpty()
                                                         ? m_services.org.revision()
                                                         : added.expectedRevision});
}

// --- trials ---

Result<identity::Principal> ToolDesk::principalFor(const TenantId &tenant, const UserId &user) const
{
    TRY_LET(const auto users, m_services.identities.users(tenant));
    const auto found = std::find_if(users.begin(), users.end(),
                                    [&](const identity::User &known) { return known.id == user; });
    const QString name = QString::fromUtf8(user.value);
    if (found == users.end())
        return fail(ErrorCode::NotFound, QStringLiteral("there is no user `%1`").arg(name));
    if (found->disabled)
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("user `%1` is disabled and cannot call").arg(name));
    return identity::Principal{found->tenant, found->id, found->roles, found->attributes, {}};
}

void ToolDesk::tryTool(control::ToolTrial trial, std::stop_source stop, TrialNews news,
                       TrialEnd end)
{
    auto principal = principalFor(trial.tenant, trial.user);
    if (!principal) {
        end(fail(principal.error()));
        return;
    }
    calls::CallRequest request;
    request.operation = calls::Operation::CallTool;
    request.tenant = trial.tenant;
    request.name = trial.tool;
    request.params =
        Json::object({{"name", trial.tool}, {"arguments", std::move(trial.arguments)}});
    request.agent = consoleAgent;
    request.requestId = RequestId("try-" + randomToken(m_services.random, requestIdSymbols));
    request.transport = "console";
    request.received = m_services.clock.monotonic();
    request.stop = stop.get_token();
    request.clientCapabilities = consoleCapabilities();
    request.inputResponses = std::move(trial.inputResponses);
    request.requestState = std::move(trial.requestState);
    if (trial.givenUp)
        request.givenUp = calls::Refusal{.code = ErrorCode::Cancelled,
                                         .reason = "what the tool asked was not answered"};
    if (news) {
        request.params.set("_meta",
                           Json::object({{"progressToken", Json(request.requestId.value)}}));
        request.notify = [news = std::move(news)](const QByteArray &method, const Json &params) {
            if (method == "notifications/progress")
                news(progressOf(params));
        };
    }
    request.trial = calls::Trial{std::move(*principal), std::move(trial.author)};
    bool closed = false;
    {
        const Lock lock(m_trials->mutex);
        closed = m_trials->closed;
        if (!closed)
            m_trials->running.emplace(request.requestId.value, std::move(stop));
    }
    if (closed)
        end(fail(ErrorCode::Unavailable, QStringLiteral("the server is stopping")));
    else
        spawn(run(m_services, m_trials, std::move(request), std::move(end)));
}

Task<void> ToolDesk::run(Services services, std::shared_ptr<Trials> trials,
                         calls::CallRequest request, TrialEnd end)
{
    const QByteArray id = request.requestId.value;
    const MonotonicTime began = request.received;
    auto reply = co_await services.calls.run(std::move(request));
    control::TrialResult result = resultOf(std::move(reply));
    result.requestId = id;
    result.took = std::chrono::duration_cast<Microseconds>(services.clock.monotonic() - began);
    end(std::move(result));
    const Lock lock(trials->mutex);
    trials->running.erase(id);
    trials->ended.notify_all();
}

void ToolDesk::stopTrials()
{
    std::map<QByteArray, std::stop_source> running;
    {
        const Lock lock(m_trials->mutex);
        m_trials->closed = true;
        running = m_trials->running;
    }
    for (auto &[id, stop] : running)
        stop.request_stop();
}

void ToolDesk::awaitTrials(std::chrono::milliseconds patience) const
{
    const Lock lock(m_trials->mutex);
    m_trials->ended.wait_for(m_trials->mutex, patience,
                             [this] { return m_trials->running.empty(); });
}

} // namespace provost::host
