#include "server/host/sessiondesk.h"

#include "server/base/hash.h"

#include <algorithm>

namespace provost::host {

namespace {

const char *nameOf(protocol::Era era)
{
    return era == protocol::Era::Legacy ? "legacy" : "modern";
}

// A session by its public id; an agent of the modern era by who it is and what it claims.
QByteArray keyOf(const gateway::SessionInfo &info)
{
    if (!info.id.isEmpty())
        return "session/" + info.id;
    const Json named = Json::array({info.owner.tenant.value, info.owner.user.value, info.agent});
    return "agent/" + sha256(named.toBytes()).toHex().first(16);
}

control::SessionRow rowOf(const gateway::SessionInfo &info)
{
    return {.key = keyOf(info),
            .id = info.id,
            .tenant = info.owner.tenant,
            .user = info.owner.user,
            .agent = info.agent,
            .era = nameOf(info.era),
            .transport = info.transport,
            .since = info.since,
            .lastSeen = info.lastSeen,
            .callsInFlight = info.callsInFlight,
            .streaming = info.streaming};
}

} // namespace

SessionDesk::SessionDesk(Services services)
    : m_services(services)
{
}

std::vector<gateway::SessionInfo> SessionDesk::all() const
{
    std::vector<gateway::SessionInfo> all = m_services.sessions.list();
    const auto here = m_services.presence.list();
    all.insert(all.end(), here.begin(), here.end());
    return all;
}

Result<std::vector<control::SessionRow>> SessionDesk::sessions(const TenantId &tenant) const
{
    std::vector<control::SessionRow> rows;
    for (const gateway::SessionInfo &info : all()) {
        if (tenant.isEmpty() || info.owner.tenant == tenant)
            rows.push_back(rowOf(info));
    }
    std::stable_sort(rows.begin(), rows.end(),
                     [](const control::SessionRow &a, const control::SessionRow &b) {
                         return a.lastSeen > b.lastSeen;
                     });
    return rows;
}

Result<gateway::SessionInfo> SessionDesk::find(const QByteArray &key) const
{
    for (gateway::SessionInfo &info : all()) {
        if (keyOf(info) == key)
            return std::move(info);
    }
    return fail(ErrorCode::NotFound, QStringLiteral("the agent is not connected any more"));
}

Result<control::SessionRow> SessionDesk::end(const control::SessionEnd &end)
{
    TRY_LET(const gateway::SessionInfo info, find(end.key));
    if (info.id.isEmpty())
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the modern era has no sessions; revoke the key instead"));
    TRY_DO(m_services.administration.record(
        {.action = "session_ended",
         .author = end.author,
         .tenant = info.owner.tenant,
         .reason = end.reason,
         .details = Json::object(
             {{"session", info.id}, {"user", info.owner.user.value}, {"agent", info.agent}})}));
    if (!m_services.sessions.endByPublicId(info.id))
        return fail(ErrorCode::NotFound, QStringLiteral("the session has ended meanwhile"));
    return rowOf(info);
}

Result<control::SessionMessages> SessionDesk::messages(const control::MessagesRequest &request)
{
    TRY_LET(const gateway::SessionInfo info, find(request.key));
    const gateway::MessageTap::Subject subject{info.owner, info.id,
                                               info.id.isEmpty() ? info.agent : QByteArray()};
    if (!m_services.tap.isWatched(subject))
        TRY_DO(m_services.administration.record(
            {.action = "messages_inspected",
             .author = request.author,
             .tenant = info.owner.tenant,
             .details = Json::object(
                 {{"session", info.id}, {"user", info.owner.user.value}, {"agent", info.agent}})}));
    TRY_LET(auto read, m_services.tap.read(subject, request.after));
    control::SessionMessages messages{.dropped = read.dropped};
    for (gateway::TappedMessage &message : read.messages)
        messages.messages.push_back({message.sequence, message.when, message.toAgent,
                                     std::move(message.method), std::move(message.text),
                                     message.bytes});
    return messages;
}

} // namespace provost::host
