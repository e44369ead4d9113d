#include "server/host/policydesk.h"

#include "server/org/textpatch.h"
#include "server/policy/decidejson.h"

#include <set>

namespace provost::host {

using tenancy::CheckedOrg;
using tenancy::checkOrg;
using tenancy::errorsOf;

namespace {

// The files in force, with those of a draft in their place.
std::vector<control::OrgFile> withDraft(std::vector<control::OrgFile> files,
                                        const std::vector<control::OrgFile> &draft)
{
    for (const control::OrgFile &changed : draft) {
        const auto known =
            std::find_if(files.begin(), files.end(),
                         [&](const control::OrgFile &file) { return file.name == changed.name; });
        if (known == files.end())
            files.push_back(changed);
        else
            known->bytes = changed.bytes;
    }
    return files;
}

Result<std::shared_ptr<const policy::Snapshot>> snapshotOf(const CheckedOrg &org,
                                                           const TenantId &tenant)
{
    for (const policy::Tenant &known : org.revision.org.tenants) {
        if (known.id == tenant)
            return policy::Snapshot::compile(known, org.revision.id);
    }
    return fail(
        ErrorCode::NotFound,
        QStringLiteral("tenant `%1` is not in this org").arg(QString::fromUtf8(tenant.value)));
}

Result<policy::Explanation> explain(const CheckedOrg &org, const policy::Request &request)
{
    if (const QByteArray errors = errorsOf(org.diagnostics); !errors.isEmpty())
        return fail(ErrorCode::InvalidInput, QString::fromUtf8(errors));
    TRY_LET(const auto snapshot, snapshotOf(org, request.tenant));
    return snapshot->explain(request);
}

// The question that a recorded call asked, as `provost decide` takes it.
Json requestOf(const control::AuditDetail &detail)
{
    const Json &record = detail.intent.isNull() ? detail.outcome : detail.intent;
    const Json &attributes = record["attributes"];
    Json user = attributes["user"].isObject() ? attributes["user"] : Json::object();
    user.set("id", record["user_id"]);
    user.set("roles", record["roles"].isArray() ? record["roles"] : Json::array());
    Json resource = attributes["resource"].isObject() ? attributes["resource"] : Json::object();
    if (record["resource"].isString())
        resource.set("id", record["resource"]);
    if (attributes["within"].isArray())
        resource.set("within", attributes["within"]);
    Json request = Json::object({{"id", record["call_id"]},
                                 {"tenant", record["tenant_id"]},
                                 {"user", std::move(user)},
                                 {"tool", record["tool_name"]},
                                 {"resource", std::move(resource)},
                                 {"permission", record["permission"]},
                                 {"request", Json::object({{"transport", record["transport"]}})},
                                 {"now", record["timestamp"]}});
    if (record["arguments"].isObject())
        request.set("args", record["arguments"]);
    if (attributes["row_attributes"].isArray())
        request.set("row_attributes", attributes["row_attributes"]);
    std::erase_if(request.membersRef(),
                  [](const Json::Member &member) { return member.value.isNull(); });
    return request;
}

std::vector<QByteArray> sorted(const std::set<QByteArray> &names)
{
    return {names.begin(), names.end()};
}

void collect(const std::vector<policy::Located> &from, std::set<QByteArray> &into)
{
    for (const policy::Located &name : from)
        into.insert(name.text);
}

} // namespace

PolicyDesk::PolicyDesk(OrgService &org, const Clock &clock)
    : m_org(org)
    , m_clock(clock)
{
}

Result<control::OrgState> PolicyDesk::state() const
{
    return control::OrgState{m_org.revision(), m_org.files()};
}

Result<control::OrgState> PolicyDesk::stateAt(const QByteArray &revision) const
{
    TRY_LET(auto files, m_org.repository().filesAt(revision));
    return control::OrgState{revision, std::move(files)};
}

Result<control::DraftCheck> PolicyDesk::check(const std::vector<control::OrgFile> &draft) const
{
    CheckedOrg checked = checkOrg(withDraft(m_org.files(), draft), m_org.revision());
    return control::DraftCheck{std::move(checked.diagnostics), std::move(checked.revision.org)};
}

Result<QByteArray> PolicyDesk::edit(const QByteArray &text, const control::PolicyEdit &edit)
{
    const org::PolicyAddress address{edit.tenant, edit.policy};
    switch (edit.kind) {
    case control::PolicyEdit::Kind::SetField:
        return org::setPolicyField(text, address, edit.field, edit.value);
    case control::PolicyEdit::Kind::AddPolicy: return org::addPolicy(text, address);
    case control::PolicyEdit::Kind::RemovePolicy: return org::removePolicy(text, address);
    case control::PolicyEdit::Kind::RenamePolicy:
        return org::renamePolicy(text, address, edit.value.toByteArray());
    }
    return fail(ErrorCode::Internal, QStringLiteral("unknown kind of edit"));
}

Result<QByteArray> PolicyDesk::apply(const control::ChangeRequest &change)
{
    return m_org.apply(change);
}

Result<std::vector<control::Revision>> PolicyDesk::history(int revisionsMax) const
{
    TRY_LET(auto commits, m_org.repository().history(revisionsMax));
    std::vector<control::Revision> revisions;
    revisions.reserve(commits.size());
    for (org::Commit &commit : commits)
        revisions.push_back({std::move(commit.revision), commit.when, std::move(commit.author),
                             std::move(commit.reason), std::move(commit.files)});
    return revisions;
}

Result<QByteArray> PolicyDesk::rollBack(const QByteArray &revision, const QByteArray &reason,
                                        const QByteArray &author)
{
    return m_org.rollBack(revision, reason, author);
}

Result<control::Vocabulary> PolicyDesk::vocabulary(const TenantId &tenant) const
{
    const auto runtime = m_org.tenancy().tenant(tenant);
    if (!runtime)
        return fail(
            ErrorCode::NotFound,
            QStringLiteral("tenant `%1` is not served").arg(QString::fromUtf8(tenant.value)));
    const calls::TenantView view = runtime->view();
    std::set<QByteArray> roles;
    std::set<QByteArray> tools;
    std::set<QByteArray> resources;
    std::set<QByteArray> permissions{"read", "write", "run"};
    std::set<QByteArray> attributes{"user.id", "user.roles", "now"};
    for (const policy::Role &role : view.policy->model().roles)
        roles.insert(role.name.text);
    for (const policy::Policy &known : view.policy->model().policies) {
        collect(known.roles, roles);
        collect(known.resources, resources);
        collect(known.tools, tools);
        collect(known.permissions, permissions);
    }
    for (const tools::RegisteredTool &tool : view.registry->tools()) {
        const tools::PolicyBinding &binding = tool.descriptor.policy;
        tools.insert(tool.descriptor.name);
        permissions.insert(binding.permission);
        resources.insert(binding.within.begin(), binding.within.end());
        if (!binding.resource.isEmpty())
            resources.insert(binding.resource);
        for (const QByteArray &row : binding.rowAttributes)
            attributes.insert("resource." + row);
        for (const Json::Member &argument :
             tool.descriptor.definition["inputSchema"]["properties"].members())
            attributes.insert("args." + argument.key);
    }
    for (std::set<QByteArray> *names : {&roles, &tools, &resources, &permissions})
        names->erase("*");
    return control::Vocabulary{sorted(roles), sorted(tools), sorted(resources), sorted(permissions),
                               sorted(attributes)};
}

Result<control::SimulationResult> PolicyDesk::simulate(const control::Simulation &simulation) const
{
    TRY_LET(policy::Request request, policy::requestFromJson(simulation.request, m_clock.now()));
    const CheckedOrg live = checkOrg(m_org.files(), m_org.revision());
    if (simulation.draft.empty()) {
        TRY_LET(policy::Explanation explanation, explain(live, request));
        return control::SimulationResult{std::move(explanation), std::nullopt, live.diagnostics};
    }
    const CheckedOrg draft = checkOrg(withDraft(m_org.files(), simulation.draft), "draft");
    TRY_LET(policy::Explanation explanation, explain(draft, request));
    control::SimulationResult result{std::move(explanation), std::nullopt, draft.diagnostics};
    // A tenant that only the draft knows has no live answer.
    if (auto now = explain(live, request))
        result.live = std::move(*now);
    return result;
}

Result<control::Why> PolicyDesk::why(const control::AuditDetail &detail) const
{
    control::Why why{.row = detail.row, .request = requestOf(detail)};
    const auto request = policy::requestFromJson(why.request, detail.row.timestamp);
    if (!request || detail.row.decision.isEmpty()) {
        why.note = "policy was not asked: " + detail.row.reason;
        return why;
    }
    const Json &record = detail.outcome.isNull() ? detail.intent : detail.outcome;
    const QByteArray revision = record["policy_revision"].toByteArray();
    if (const auto files = m_org.repository().filesAt(revision)) {
        if (auto then = explain(checkOrg(*files, revision), *request))
            why.then = std::move(*then);
        else
            why.note = then.error().message.toUtf8();
    } else {
        why.note = files.error().message.toUtf8();
    }
    if (auto live = explain(checkOrg(m_org.files(), m_org.revision()), *request))
        why.live = std::move(*live);
    return why;
}

} // namespace provost::host
