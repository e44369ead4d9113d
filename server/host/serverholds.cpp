#include "server/host/serverholds.h"

#include "server/base/hash.h"

#include <QFile>
#include <QSaveFile>

namespace provost::host {

namespace {

QByteArray nameOf(const TenantId &tenant, const ServerId &server)
{
    return tenant.value + '/' + server.value;
}

Json toJson(const std::set<QByteArray> &names)
{
    return Json::Array(names.begin(), names.end());
}

Result<std::set<QByteArray>> namesIn(const Json &state, const char *key)
{
    std::set<QByteArray> names;
    if (!state[key].isArray())
        return fail(ErrorCode::Storage, QStringLiteral("`%1` is missing").arg(QLatin1String(key)));
    for (const Json &name : state[key].items()) {
        if (!name.isString())
            return fail(ErrorCode::Storage,
                        QStringLiteral("`%1` is no list of texts").arg(QLatin1String(key)));
        names.insert(name.toByteArray());
    }
    return names;
}

} // namespace

QByteArray commandDigest(const Json &config)
{
    if (!config["command"].isArray())
        return {};
    return sha256(
               Json::object(
                   {{"command", config["command"]}, {"env", config["env"]}, {"cwd", config["cwd"]}})
                   .toBytes())
        .toHex();
}

ServerHolds::ServerHolds(std::filesystem::path file)
    : m_file(std::move(file))
{
}

Result<std::unique_ptr<ServerHolds>> ServerHolds::open(std::filesystem::path file)
{
    std::unique_ptr<ServerHolds> holds(new ServerHolds(std::move(file)));
    QFile stored(QString::fromStdString(holds->m_file.string()));
    if (!stored.exists())
        return holds;
    const auto read = [&]() -> Result<State> {
        if (!stored.open(QIODevice::ReadOnly))
            return fail(ErrorCode::Storage, stored.errorString());
        TRY_LET(const Json json, Json::parse(stored.readAll()));
        State state;
        TRY_LET(state.disabled, namesIn(json, "disabled"));
        TRY_LET(state.confirmed, namesIn(json, "confirmed"));
        TRY_LET(state.waiting, namesIn(json, "waiting"));
        return state;
    }();
    if (!read)
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot read which tool servers are held back from `%1`: %2")
                        .arg(stored.fileName(), read.error().message));
    holds->m_state = *read;
    return holds;
}

std::optional<tools::AdapterState>
ServerHolds::heldBack(const TenantId &tenant, const tools::ServerDefinition &server) const
{
    if (m_state.disabled.contains(nameOf(tenant, server.id)))
        return tools::AdapterState::Disabled;
    if (m_state.waiting.contains(commandDigest(server.config)))
        return tools::AdapterState::Unconfirmed;
    return std::nullopt;
}

Result<void> ServerHolds::setDisabled(const TenantId &tenant, const ServerId &server, bool disabled)
{
    State next = m_state;
    if (disabled)
        next.disabled.insert(nameOf(tenant, server));
    else
        next.disabled.erase(nameOf(tenant, server));
    return change(std::move(next));
}

Result<void> ServerHolds::confirm(const QByteArray &digest)
{
    State next = m_state;
    next.waiting.erase(digest);
    next.confirmed.insert(digest);
    return change(std::move(next));
}

Result<void> ServerHolds::holdNew(const std::vector<tools::ServerDefinition> &servers)
{
    State next = m_state;
    for (const tools::ServerDefinition &server : servers) {
        const QByteArray digest = commandDigest(server.config);
        if (!digest.isEmpty() && !next.confirmed.contains(digest))
            next.waiting.insert(digest);
    }
    return change(std::move(next));
}

Result<void> ServerHolds::acceptServed(const std::vector<tools::ServerDefinition> &servers)
{
    State next = m_state;
    for (const tools::ServerDefinition &server : servers) {
        const QByteArray digest = commandDigest(server.config);
        if (!digest.isEmpty() && !next.waiting.contains(digest))
            next.confirmed.insert(digest);
    }
    return change(std::move(next));
}

Result<void> ServerHolds::change(State next)
{
    if (next == m_state)
        return {};
    QSaveFile file(QString::fromStdString(m_file.string()));
    const QByteArray text = Json::object({{"disabled", toJson(next.disabled)},
                                          {"confirmed", toJson(next.confirmed)},
                                          {"waiting", toJson(next.waiting)}})
                                .toIndented()
                            + '\n';
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return fail(
            ErrorCode::Storage,
            QStringLiteral("cannot write `%1`: %2").arg(file.fileName(), file.errorString()));
    m_state = std::move(next);
    return {};
}

} // namespace provost::host
