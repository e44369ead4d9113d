// The rows of the page's tables.
#include "ui/kit/words.h"
#include "ui/tenants/tenantwords.h"

#include <QCoreApplication>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Tenants", text);
}

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

Cell mutedCell(const QString &words)
{
    return {.text = words, .tone = Tone::Muted};
}

Cell monoCell(const QByteArray &data)
{
    return {.text = text(data), .font = CellFont::Mono};
}

QString joined(const std::vector<QByteArray> &names)
{
    QStringList words;
    for (const QByteArray &name : names)
        words.append(text(name));
    return words.join(u", "_s);
}

Cell dateCell(const std::optional<WallTime> &time, const QString &never)
{
    return time ? Cell{.text = dayText(*time), .toolTip = text(toRfc3339(*time))}
                : mutedCell(never);
}

BadgeLook serverState(const QByteArray &state)
{
    if (state == "ready")
        return {BadgeKind::Allow, tr("ready")};
    if (state == "failed")
        return {BadgeKind::Deny, tr("failed")};
    if (state == "starting")
        return {BadgeKind::Neutral, tr("starting")};
    return {BadgeKind::Neutral, text(state)};
}

CellRow limitRow(const QByteArray &id, const QString &what, const QString &limit,
                 const policy::SourceLocation &where)
{
    const QByteArray line = where.file + ':' + QByteArray::number(where.line);
    return {id,
            {{.text = what},
             {.text = limit},
             {.text = where.file.isEmpty() ? QString() : text(line),
              .font = CellFont::Mono,
              .tone = Tone::Muted}},
            where.file.isEmpty() ? QByteArray() : "policies/" + line};
}

QString quotaText(const policy::Quota &quota)
{
    QStringList parts;
    if (quota.monthlyApiCalls)
        parts.append(tr("%1 calls a month").arg(numberText(*quota.monthlyApiCalls)));
    if (quota.monthlyMicroUsd)
        parts.append(tr("%1 USD a month").arg(double(*quota.monthlyMicroUsd) / 1e6, 0, 'f', 2));
    QString words = parts.join(u" · "_s);
    if (quota.per == "user")
        words += tr(", each user");
    else if (quota.per == "tenant")
        words += tr(", the whole tenant");
    return words;
}

} // namespace

std::vector<CellRow> tenantRows(const std::vector<TenantRow> &tenants)
{
    std::vector<CellRow> rows;
    for (const TenantRow &tenant : tenants) {
        Cell health{.text = tr("ok"), .badge = BadgeKind::Allow};
        if (!tenant.problems.empty())
            health = {.text =
                          counted(qint64(tenant.problems.size()), tr("problem"), tr("problems")),
                      .badge = BadgeKind::Warning,
                      .toolTip = text(tenant.problems.front())};
        rows.push_back({tenant.id.value,
                        {{.text = text(tenant.name.isEmpty() ? tenant.id.value : tenant.name),
                          .font = CellFont::Strong},
                         monoCell(tenant.id.value),
                         {.text = numberText(tenant.policies)},
                         {.text = numberText(tenant.users)},
                         {.text = numberText(tenant.activeKeys)},
                         {.text = numberText(tenant.callsToday)},
                         {.text = numberText(tenant.deniedToday)},
                         health}});
    }
    return rows;
}

BadgeLook keyState(const QByteArray &state)
{
    if (state == "active")
        return {BadgeKind::Allow, tr("active")};
    if (state == "expired")
        return {BadgeKind::Warning, tr("expired")};
    if (state == "revoked")
        return {BadgeKind::Deny, tr("revoked")};
    return {BadgeKind::Neutral, text(state)};
}

std::vector<CellRow> keyRows(const std::vector<KeyRow> &keys, WallTime now)
{
    std::vector<CellRow> rows;
    for (const KeyRow &key : keys) {
        const BadgeLook state = keyState(key.state);
        Cell expires = dateCell(key.expires, tr("never"));
        const bool soon =
            key.state == "active" && key.expires && *key.expires - now < std::chrono::hours(24 * 7);
        if (soon) {
            expires.text += tr(" ! soon");
            expires.tone = Tone::Ask;
        }
        rows.push_back({key.id.value,
                        {{.text = text(key.user.value)},
                         {.text = text(key.label)},
                         monoCell(key.id.value),
                         {.text = state.text, .badge = state.kind},
                         dateCell(key.created, {}),
                         expires,
                         dateCell(key.lastUsed, tr("not yet"))}});
    }
    return rows;
}

std::vector<CellRow> userRows(const std::vector<UserRow> &users)
{
    std::vector<CellRow> rows;
    for (const UserRow &user : users) {
        QStringList attributes;
        for (const auto &[name, value] : attributeTexts(user.attributes))
            attributes.append(name + u" = "_s + value);
        rows.push_back({user.id.value,
                        {{.text = text(user.id.value)},
                         {.text = text(user.displayName)},
                         {.text = joined(user.roles)},
                         {.text = attributes.join(u", "_s), .font = CellFont::Mono},
                         user.disabled ? Cell{.text = tr("disabled"), .badge = BadgeKind::Deny}
                                       : Cell{.text = tr("active"), .badge = BadgeKind::Allow}}});
    }
    return rows;
}

std::vector<CellRow> serverRows(const std::vector<ServerRow> &servers)
{
    std::vector<CellRow> rows;
    for (const ServerRow &server : servers) {
        const BadgeLook state = serverState(server.state);
        rows.push_back({server.id.value,
                        {monoCell(server.id.value),
                         {.text = text(server.kind)},
                         {.text = state.text, .badge = state.kind},
                         mutedCell(text(server.detail)),
                         {.text = numberText(server.tools)}}});
    }
    return rows;
}

std::vector<CellRow> toolRows(const std::vector<ToolRow> &tools)
{
    std::vector<CellRow> rows;
    for (const ToolRow &tool : tools) {
        Cell name = monoCell(tool.name);
        name.toolTip = text(tool.description);
        rows.push_back({tool.name,
                        {name,
                         mutedCell(text(tool.title.isEmpty() ? tool.description : tool.title)),
                         monoCell(tool.server),
                         {.text = text(tool.permission)},
                         monoCell(tool.resource)}});
    }
    return rows;
}

QString rateText(const policy::RateLimit &limit)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(limit.period).count();
    const QString calls = counted(limit.callsMax, tr("call"), tr("calls"));
    switch (seconds) {
    case 1: return tr("%1 a second").arg(calls);
    case 60: return tr("%1 a minute").arg(calls);
    case 3600: return tr("%1 an hour").arg(calls);
    case 86400: return tr("%1 a day").arg(calls);
    default: return tr("%1 in %2 s").arg(calls).arg(seconds);
    }
}

std::vector<CellRow> limitRows(const TenantRow &tenant)
{
    std::vector<CellRow> rows;
    const policy::TenantLimits &limits = tenant.limits;
    if (limits.tenant)
        rows.push_back(limitRow("tenant", tr("The whole tenant"), rateText(*limits.tenant),
                                limits.tenant->where));
    if (limits.user)
        rows.push_back(
            limitRow("user", tr("Each user"), rateText(*limits.user), limits.user->where));
    for (const auto &[tool, limit] : limits.tools)
        rows.push_back(
            limitRow("tool:" + tool, tr("Tool %1").arg(text(tool)), rateText(limit), limit.where));
    for (const policy::Quota &quota : tenant.quotas)
        rows.push_back(limitRow(
            "quota:" + quota.role.text + ':' + QByteArray::number(quota.where.line),
            tr("Quota of role %1").arg(text(quota.role.text)), quotaText(quota), quota.where));
    return rows;
}

} // namespace provost::ui
