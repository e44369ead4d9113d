#include "server/identity/identityrows.h"

#include <algorithm>

namespace provost::identity {

namespace {

constexpr qsizetype idBytesMax = 256;
constexpr qsizetype textBytesMax = 1024;
constexpr std::size_t rolesMax = 256;
constexpr qsizetype attributesBytesMax = 65'536;

bool isPlainText(QByteArrayView text, qsizetype bytesMax)
{
    return text.size() <= bytesMax && text.isValidUtf8()
           && std::none_of(text.begin(), text.end(), [](char c) {
                  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
              });
}

bool isTenantId(QByteArrayView text)
{
    const auto isAllowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !text.isEmpty() && text.size() <= 63 && std::all_of(text.begin(), text.end(), isAllowed);
}

tl::unexpected<Error> bad(const char *what)
{
    return fail(ErrorCode::InvalidInput, QString::fromUtf8(what));
}

} // namespace

const char *const identitySchema[1] = {
    R"(CREATE TABLE installation (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
       CREATE TABLE users (
           tenant TEXT NOT NULL,
           id TEXT NOT NULL,
           display_name TEXT NOT NULL,
           roles TEXT NOT NULL,       -- JSON array of names
           attributes TEXT NOT NULL,  -- JSON object
           disabled INTEGER NOT NULL,
           PRIMARY KEY (tenant, id)) STRICT;
       CREATE TABLE api_keys (
           id TEXT PRIMARY KEY,
           keyed_hash TEXT NOT NULL,  -- hex of HMAC-SHA256(pepper, key)
           tenant TEXT NOT NULL,
           user TEXT NOT NULL,
           label TEXT NOT NULL,
           created INTEGER NOT NULL,  -- times are microseconds since 1970
           expires INTEGER,
           revoked INTEGER,
           last_used INTEGER) STRICT;
       -- What was done beside a running server and is not yet in its journal.
       CREATE TABLE acts (number INTEGER PRIMARY KEY AUTOINCREMENT, act TEXT NOT NULL) STRICT;)",
};

User userOf(const storage::Statement &row)
{
    return {.tenant = row.get<TenantId>(0),
            .id = row.get<UserId>(1),
            .displayName = row.get<QByteArray>(2),
            .roles = rolesOf(row.get<QByteArray>(3)),
            .attributes = attributesOf(row.get<QByteArray>(4)),
            .disabled = row.get<bool>(5)};
}

ApiKey keyOf(const storage::Statement &row)
{
    return {.id = row.get<CredentialId>(0),
            .tenant = row.get<TenantId>(1),
            .user = row.get<UserId>(2),
            .label = row.get<QByteArray>(3),
            .created = row.get<WallTime>(4),
            .expires = row.get<std::optional<WallTime>>(5),
            .revoked = row.get<std::optional<WallTime>>(6),
            .lastUsed = row.get<std::optional<WallTime>>(7)};
}

QByteArray rolesToText(const std::vector<QByteArray> &roles)
{
    return Json(Json::Array(roles.begin(), roles.end())).toBytes();
}

std::vector<QByteArray> rolesOf(const QByteArray &text)
{
    std::vector<QByteArray> roles;
    const auto list = Json::parse(text);
    if (list) {
        for (const Json &role : list->items())
            roles.push_back(role.toByteArray());
    }
    return roles;
}

Json attributesOf(const QByteArray &text)
{
    auto attributes = Json::parse(text);
    return attributes && attributes->isObject() ? *std::move(attributes) : Json::object();
}

Result<void> checkUser(const User &user)
{
    if (!isTenantId(user.tenant.value))
        return bad("a tenant id has 1 to 63 of a-z, 0-9 and -");
    if (user.id.isEmpty() || !isPlainText(user.id.value, idBytesMax))
        return bad("a user id has 1 to 256 bytes of plain text");
    if (!isPlainText(user.displayName, textBytesMax))
        return bad("a display name has at most 1024 bytes of plain text");
    const auto isRole = [](const QByteArray &role) {
        return !role.isEmpty() && isPlainText(role, idBytesMax);
    };
    if (user.roles.size() > rolesMax || !std::all_of(user.roles.begin(), user.roles.end(), isRole))
        return bad("roles are at most 256 names of 1 to 256 bytes");
    // Read back as it will be stored: no duplicate keys, not too deep.
    const QByteArray attributes = user.attributes.toBytes();
    if (!user.attributes.isObject() || attributes.size() > attributesBytesMax
        || !Json::parse(attributes))
        return bad("attributes are a JSON object of at most 64 KiB without duplicate keys");
    return {};
}

Result<void> checkLabel(QByteArrayView label)
{
    if (!isPlainText(label, textBytesMax))
        return bad("a label has at most 1024 bytes of plain text");
    return {};
}

} // namespace provost::identity
