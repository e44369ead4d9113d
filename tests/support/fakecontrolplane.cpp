#include "tests/support/fakecontrolplane.h"

#include <algorithm>

namespace provost::testing {

using namespace control;

std::vector<AuditRow> FakeControlPlane::makeAuditRows(int count, WallTime newest)
{
    struct Kind
    {
        const char *tool, *status, *decision, *policy, *reason;
        int line;
    };
    static constexpr Kind kinds[] = {
        {"query_analytics", "success", "allow", "data-analyst-access", "", 12},
        {"read_customers", "success", "allow", "sales-ops-access", "", 20},
        {"write_deals", "denied", "deny", "large-deals",
         "Deals above 1,000,000 EUR are changed by the finance team", 38},
        {"query_analytics", "success", "allow", "regional-isolation", "", 28},
        {"read_deals", "rate_limited", "", "",
         "policy `sales-ops-access` is limited to 1000 calls in 3600 s", 0},
        {"memory__read_graph", "error", "allow", "knowledge-graph-read",
         "the upstream server went away", 52},
    };
    static constexpr const char *tenants[] = {"acme-corp", "beta-inc", "gamma-llc"};
    static constexpr const char *users[] = {"ana@acme.example", "sam@acme.example",
                                            "rita@acme.example"};
    std::vector<AuditRow> rows;
    for (int i = 0; i < count; ++i) {
        const Kind &kind = kinds[static_cast<std::size_t>(i * 7 % 6)];
        rows.push_back(
            {.id = {TenantId(tenants[i % 3]), count - i},
             .timestamp = newest - std::chrono::milliseconds(700) * i,
             .user = UserId(users[i / 2 % 3]),
             .agent = i % 2 == 0 ? "claude-code 2.1" : "crm-sync 0.9",
             .action = "tool_call",
             .tool = kind.tool,
             .resource = "analytics_db.customers",
             .status = kind.status,
             .decision = kind.decision,
             .policy = kind.policy,
             .policyFile =
                 kind.line > 0 ? QByteArray("tenants/") + tenants[i % 3] + ".yaml" : QByteArray(),
             .policyLine = kind.line,
             .reason = kind.reason,
             .durationUs = 900 + i * 37 % 4000,
             .recordsReturned = i % 2 == 0 ? std::optional<std::int64_t>(i % 90) : std::nullopt,
             .requestId = "req-" + QByteArray::number(i),
             .workflowId = i % 5 == 0 ? "wf-12345" : "",
             .masked = i * 7 % 6 == 3});
    }
    return rows;
}

std::vector<AuditRow> FakeControlPlane::matching(const AuditQuery &query) const
{
    std::vector<AuditRow> rows;
    for (const AuditRow &row : auditRows) {
        const bool inTenant = query.tenant.isEmpty() || row.id.tenant == query.tenant;
        const bool inRange = (!query.range.from || row.timestamp >= *query.range.from)
                             && (!query.range.until || row.timestamp < *query.range.until);
        // The fake knows one form of filter, status:VALUE; anything else matches every row.
        const bool passes =
            !query.filter.startsWith("status:") || row.status == query.filter.mid(7);
        if (inTenant && inRange && passes)
            rows.push_back(row);
    }
    return rows;
}

void FakeControlPlane::status(Answer<ServerStatus> answer)
{
    answerLater<ServerStatus>("status", answer, serverStatus);
}

std::stop_source FakeControlPlane::overview(TenantId, TimeRange, Answer<Overview> answer)
{
    answerLater<Overview>("overview", answer, overviewAnswer);
    return {};
}

std::stop_source FakeControlPlane::auditPage(AuditPageRequest request, Answer<AuditPage> answer)
{
    pageRequests.push_back(request);
    std::vector<AuditRow> rows = matching(request.query);
    const auto rowsMax = static_cast<std::ptrdiff_t>(request.rowsMax);
    AuditPage page;
    if (request.direction == PageDirection::Older) {
        auto from = rows.begin();
        if (request.anchor)
            from = std::find_if(rows.begin(), rows.end(), [&](const AuditRow &row) {
                return row.timestamp < request.anchor->timestamp;
            });
        const auto until = from + std::min(rowsMax, rows.end() - from);
        page = {{from, until}, until != rows.end()};
    } else {
        auto until = rows.end();
        if (request.anchor)
            until = std::find_if(rows.begin(), rows.end(), [&](const AuditRow &row) {
                return row.timestamp <= request.anchor->timestamp;
            });
        const auto from = until - std::min(rowsMax, until - rows.begin());
        page = {{from, until}, from != rows.begin()};
    }
    answerLater<AuditPage>("auditPage", answer, std::move(page));
    return {};
}

std::stop_source FakeControlPlane::auditCount(AuditQuery query, Answer<AuditCount> answer)
{
    answerLater<AuditCount>("auditCount", answer,
                            AuditCount{static_cast<std::int64_t>(matching(query).size()),
                                       static_cast<std::int64_t>(auditRows.size()),
                                       Microseconds(41'000)});
    return {};
}

std::stop_source FakeControlPlane::auditHistogram(AuditQuery, int,
                                                  Answer<std::vector<HistogramBucket>> answer)
{
    answerLater<std::vector<HistogramBucket>>("auditHistogram", answer, histogramAnswer);
    return {};
}

std::stop_source FakeControlPlane::auditFacets(AuditQuery, Answer<std::vector<Facet>> answer)
{
    answerLater<std::vector<Facet>>("auditFacets", answer, facetsAnswer);
    return {};
}

void FakeControlPlane::auditDetail(RecordId id, Answer<AuditDetail> answer)
{
    const auto row = std::find_if(auditRows.begin(), auditRows.end(),
                                  [&](const AuditRow &known) { return known.id == id; });
    AuditDetail detail = detailAnswer;
    if (row != auditRows.end())
        detail.row = *row;
    answerLater<AuditDetail>("auditDetail", answer, std::move(detail));
}

void FakeControlPlane::why(RecordId id, Answer<Why> answer)
{
    const auto row = std::find_if(auditRows.begin(), auditRows.end(),
                                  [&](const AuditRow &known) { return known.id == id; });
    Why why = whyAnswer;
    if (row != auditRows.end())
        why.row = *row;
    answerLater<Why>("why", answer, std::move(why));
}

std::stop_source FakeControlPlane::auditExport(AuditQuery query, QString, QByteArray,
                                               Answer<std::int64_t> answer)
{
    answerLater<std::int64_t>("auditExport", answer,
                              static_cast<std::int64_t>(matching(query).size()));
    return {};
}

FilterCheck FakeControlPlane::checkFilter(QByteArrayView filter) const
{
    return filter.contains("!!") ? filterAnswer : FilterCheck();
}

std::vector<FilterCandidate> FakeControlPlane::completeFilter(QByteArrayView, int) const
{
    return candidates;
}

void FakeControlPlane::orgState(Answer<OrgState> answer)
{
    answerLater<OrgState>("orgState", answer, org);
}

void FakeControlPlane::checkDraft(std::vector<OrgFile>, Answer<DraftCheck> answer)
{
    answerLater<DraftCheck>("checkDraft", answer, draftAnswer);
}

void FakeControlPlane::editPolicy(QByteArray, PolicyEdit edit, Answer<QByteArray> answer)
{
    edits.push_back(std::move(edit));
    answerLater<QByteArray>("editPolicy", answer, editedText);
}

void FakeControlPlane::apply(ChangeRequest change, Answer<QByteArray> answer)
{
    applied.push_back(std::move(change));
    answerLater<QByteArray>("apply", answer, QByteArray("77aa00bb11cc"));
}

void FakeControlPlane::history(int, Answer<std::vector<Revision>> answer)
{
    answerLater<std::vector<Revision>>("history", answer, revisions);
}

void FakeControlPlane::orgAt(QByteArray revision, Answer<OrgState> answer)
{
    const auto known = orgByRevision.find(revision);
    answerLater<OrgState>(
        "orgAt", answer,
        known != orgByRevision.end()
            ? Result<OrgState>(known->second)
            : fail(ErrorCode::NotFound, QStringLiteral("revision `%1` is not in the history")
                                            .arg(QString::fromUtf8(revision))));
}

void FakeControlPlane::rollBack(QByteArray revision, QByteArray, QByteArray,
                                Answer<QByteArray> answer)
{
    answerLater<QByteArray>("rollBack", answer, std::move(revision));
}

void FakeControlPlane::vocabulary(TenantId, Answer<Vocabulary> answer)
{
    answerLater<Vocabulary>("vocabulary", answer, vocabularyAnswer);
}

void FakeControlPlane::simulate(Simulation simulation, Answer<SimulationResult> answer)
{
    simulations.push_back(std::move(simulation));
    answerLater<SimulationResult>("simulate", answer, simulationAnswer);
}

void FakeControlPlane::tenants(Answer<std::vector<TenantRow>> answer)
{
    answerLater<std::vector<TenantRow>>("tenants", answer, tenantRows);
}

void FakeControlPlane::templates(Answer<std::vector<QByteArray>> answer)
{
    answerLater<std::vector<QByteArray>>("templates", answer, templateNames);
}

void FakeControlPlane::createTenant(NewTenant tenant, Answer<QByteArray> answer)
{
    const QByteArray file = "tenants/" + tenant.id.value + ".yaml";
    newTenants.push_back(std::move(tenant));
    answerLater<QByteArray>("createTenant", answer, file);
}

void FakeControlPlane::users(TenantId, Answer<std::vector<UserRow>> answer)
{
    answerLater<std::vector<UserRow>>("users", answer, userRows);
}

void FakeControlPlane::putUser(UserRow user, QByteArray, Answer<UserRow> answer)
{
    answerLater<UserRow>("putUser", answer, std::move(user));
}

void FakeControlPlane::keys(TenantId, Answer<std::vector<KeyRow>> answer)
{
    answerLater<std::vector<KeyRow>>("keys", answer, keyRows);
}

void FakeControlPlane::createKey(NewKeyRequest request, Answer<CreatedKey> answer)
{
    keyRequests.push_back(request);
    answerLater<CreatedKey>("createKey", answer,
                            CreatedKey{{.id = CredentialId("k7Fq2LmX"),
                                        .tenant = request.tenant,
                                        .user = request.user,
                                        .label = request.label,
                                        .state = "active"},
                                       "pv_k7Fq2LmX_exampleexampleexampleexample000000"});
}

void FakeControlPlane::revokeKey(CredentialId id, QByteArray, Answer<KeyRow> answer)
{
    answerLater<KeyRow>("revokeKey", answer, KeyRow{.id = std::move(id), .state = "revoked"});
}

void FakeControlPlane::tools(TenantId, Answer<std::vector<ToolRow>> answer)
{
    answerLater<std::vector<ToolRow>>("tools", answer, toolRows);
}

void FakeControlPlane::servers(TenantId, Answer<std::vector<ServerRow>> answer)
{
    answerLater<std::vector<ServerRow>>("servers", answer, serverRows);
}

void FakeControlPlane::changeServer(ServerCommand command, Answer<ServerRow> answer)
{
    ServerRow row = serverNamed(command.tenant, command.server);
    row.state = command.act == ServerCommand::Act::Disable ? "disabled" : "starting";
    serverCommands.push_back(std::move(command));
    answerLater<ServerRow>("changeServer", answer, std::move(row));
}

void FakeControlPlane::confirmServer(ServerConfirmation confirmation, Answer<ServerRow> answer)
{
    ServerRow row = serverNamed(confirmation.tenant, confirmation.server);
    row.state = "starting";
    serverConfirmations.push_back(std::move(confirmation));
    answerLater<ServerRow>("confirmServer", answer, std::move(row));
}

ServerRow FakeControlPlane::serverNamed(const TenantId &tenant, const ServerId &server) const
{
    const auto known = std::find_if(serverRows.begin(), serverRows.end(), [&](const auto &row) {
        return row.tenant == tenant && row.id == server;
    });
    return known == serverRows.end() ? ServerRow{.id = server, .tenant = tenant} : *known;
}

void FakeControlPlane::draftServer(ServerSource source, Answer<ServerDraft> answer)
{
    serverSources.push_back(std::move(source));
    answerLater<ServerDraft>("draftServer", answer, serverDraft);
}

void FakeControlPlane::addServers(NewServers servers, Answer<QByteArray> answer)
{
    newServers.push_back(std::move(servers));
    answerLater<QByteArray>("addServers", answer, QByteArray("77aa00bb11cc"));
}

std::stop_source FakeControlPlane::tryTool(ToolTrial trial, Answer<TrialResult> answer)
{
    trials.push_back(std::move(trial));
    TrialResult result;
    if (!trialAnswers.empty())
        result = trialAnswers[std::min(trials.size(), trialAnswers.size()) - 1];
    m_endTrial = [this, answer, result = std::move(result)] {
        answerLater<TrialResult>("tryTool", answer, result);
    };
    if (!trialsWait)
        endTrial();
    lastTrial = {};
    return lastTrial;
}

void FakeControlPlane::endTrial()
{
    std::exchange(m_endTrial, {})();
}

void FakeControlPlane::sessions(TenantId, Answer<std::vector<SessionRow>> answer)
{
    answerLater<std::vector<SessionRow>>("sessions", answer, sessionRows);
}

void FakeControlPlane::endSession(SessionEnd end, Answer<SessionRow> answer)
{
    SessionRow row{.key = end.key};
    sessionEnds.push_back(std::move(end));
    answerLater<SessionRow>("endSession", answer, std::move(row));
}

void FakeControlPlane::sessionMessages(MessagesRequest request, Answer<SessionMessages> answer)
{
    SessionMessages later = messagesAnswer;
    std::erase_if(later.messages,
                  [&](const SessionMessage &message) { return message.sequence <= request.after; });
    messagesRequests.push_back(std::move(request));
    answerLater<SessionMessages>("sessionMessages", answer, std::move(later));
}

} // namespace provost::testing
