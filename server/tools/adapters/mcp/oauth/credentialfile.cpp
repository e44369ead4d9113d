#include "server/tools/adapters/mcp/oauth/credentialfile.h"

#include <QFile>
#include <QLoggingCategory>
#include <QSaveFile>

#include <system_error>

namespace provost::tools::mcp::oauth {

namespace {

Q_LOGGING_CATEGORY(logCredentials, "provost.tools.mcp")

constexpr qint64 fileBytesMax = 1 << 20;

Json jsonOf(const Client &client)
{
    return Json::object({
        {"issuer", client.issuer},
        {"id", client.id},
        {"secret", client.secret},
        {"method", client.method},
        {"redirectUri", client.redirectUri},
    });
}

Client clientOf(const Json &json)
{
    return {
        .issuer = json["issuer"].toByteArray(),
        .id = json["id"].toByteArray(),
        .secret = json["secret"].toByteArray(),
        .privateKey = {},
        .method = json["method"].toByteArray(),
        .redirectUri = json["redirectUri"].toByteArray(),
    };
}

Json jsonOf(const Tokens &tokens)
{
    Json json = Json::object({
        {"issuer", tokens.issuer},
        {"resource", tokens.resource},
        {"access", tokens.access},
        {"refresh", tokens.refresh},
        {"scopes", textOf(tokens.scopes)},
    });
    if (tokens.usableUntil)
        json.set("usableUntil", toRfc3339(*tokens.usableUntil));
    return json;
}

Tokens tokensOf(const Json &json)
{
    Tokens tokens{
        .issuer = json["issuer"].toByteArray(),
        .resource = json["resource"].toByteArray(),
        .access = json["access"].toByteArray(),
        .refresh = json["refresh"].toByteArray(),
        .scopes = readScopes(json["scopes"].toByteArray()),
        .usableUntil = {},
    };
    if (const auto until = fromRfc3339(json["usableUntil"].toByteArray()))
        tokens.usableUntil = *until;
    return tokens;
}

} // namespace

CredentialFile::CredentialFile(std::filesystem::path file, secrets::Sealer sealer,
                               QByteArray context, ToolPool &pool)
    : m_file(std::move(file))
    , m_sealer(std::move(sealer))
    , m_context(std::move(context))
    , m_pool(pool)
{
}

Credentials CredentialFile::load() const
{
    QFile file(m_file);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    const auto text = m_sealer.open(file.read(fileBytesMax), m_context);
    const auto json = text ? Json::parse(*text) : Result<Json>(fail(text.error()));
    if (!json) {
        qCWarning(logCredentials, "`%s` does not open: its upstream must be authorised again",
                  m_file.c_str());
        return {};
    }
    Credentials credentials{
        .issuer = (*json)["issuer"].toByteArray(),
        .tokens = tokensOf((*json)["tokens"]),
        .registered = {},
    };
    for (const Json &client : (*json)["registered"].items())
        credentials.registered.push_back(clientOf(client));
    return credentials;
}

void CredentialFile::keep(const Credentials &credentials)
{
    Json json =
        Json::object({{"issuer", credentials.issuer}, {"tokens", jsonOf(credentials.tokens)}});
    Json registered = Json::array();
    for (const Client &client : credentials.registered)
        registered.append(jsonOf(client));
    json.set("registered", std::move(registered));
    {
        const Lock lock(m_mutex);
        m_next = m_sealer.seal(json.toBytes(), m_context);
    }
    // A full pool leaves the file as it was; the next change writes it, and a restart authorises again at worst.
    if (const auto queued = m_pool.run([self = shared_from_this()] { self->write(); }); !queued)
        qCWarning(logCredentials, "`%s` was not written: %s", m_file.c_str(),
                  qUtf8Printable(queued.error().message));
}

void CredentialFile::write()
{
    const Lock lock(m_mutex);
    if (m_next.isEmpty())
        return;
    std::error_code error;
    const auto directory = m_file.parent_path();
    if (std::filesystem::create_directories(directory, error))
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    QSaveFile file(QString::fromStdString(m_file.string()));
    const bool written = !error && file.open(QIODevice::WriteOnly)
                         && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner)
                         && file.write(m_next) == m_next.size() && file.commit();
    if (!written)
        qCWarning(logCredentials, "`%s` was not written: %s", m_file.c_str(),
                  qUtf8Printable(file.errorString()));
    m_next.clear();
}

} // namespace provost::tools::mcp::oauth
