// Strong ids: UTF-8 text that cannot be mixed up. A TenantId is never passed where a KeyId is meant.
// Thread: values.
#pragma once

#include <QByteArray>
#include <QHash>

#include <compare>
#include <functional>

namespace provost {

template <class Tag>
struct Id
{
    QByteArray value;

    Id() = default;
    explicit Id(QByteArray text)
        : value(std::move(text))
    {
    }

    [[nodiscard]] bool isEmpty() const { return value.isEmpty(); }
    bool operator==(const Id &) const = default;
    bool operator<(const Id &other) const { return value < other.value; }
};

using TenantId = Id<struct TenantTag>;   // slug, [a-z0-9-]{1,63}: "acme-corp"
using UserId = Id<struct UserTag>;       // as the identity source names it: "alice@acme.com"
using CredentialId = Id<struct KeyTag>;  // public part of a key: "k7Fq2…", never the secret
using RequestId = Id<struct RequestTag>; // X-Request-Id: 1 to 128 visible ASCII characters
using ServerId = Id<struct ServerTag>;   // a tool server of the org directory: "analytics"
using SessionId = Id<struct SessionTag>; // 128 random bits of a legacy MCP session

} // namespace provost

template <class Tag>
struct std::hash<provost::Id<Tag>>
{
    std::size_t operator()(const provost::Id<Tag> &id) const noexcept { return qHash(id.value); }
};
