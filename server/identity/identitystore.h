// IdentityStore: users and API keys of an installation, in state.db. Keys have the form pv_<id>_<secret><crc>: a public
// id of 8 symbols, 30 random symbols (178 bits) and 6 symbols of CRC-32 for secret scanners; only
// HMAC-SHA256(pepper, key) is kept, so a key is shown once, at creation.
// INVARIANT: authenticate() sees a creation or revocation as soon as the call that made it has returned.
// Thread: authenticate() from any thread, lock-free on an immutable table; all else from the control thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/identity/principal.h"

#include <filesystem>
#include <memory>
#include <optional>

namespace provost::identity {

struct User
{
    TenantId tenant;
    UserId id;
    QByteArray displayName;
    std::vector<QByteArray> roles;
    Json attributes = Json::object();
    bool disabled = false;
};

enum class KeyState { Active, Expired, Revoked };

struct ApiKey
{
    CredentialId id;
    TenantId tenant;
    UserId user;
    QByteArray label;
    WallTime created;
    std::optional<WallTime> expires;
    std::optional<WallTime> revoked;
    std::optional<WallTime> lastUsed; // to the minute
};

struct NewKey
{
    ApiKey key;
    QByteArray secret; // the whole pv_… string; never stored, never logged
};

struct KeyRequest
{
    TenantId tenant;
    UserId user;
    QByteArray label;
    std::optional<WallTime> expires;
};

class IdentityStore
{
public:
    // Opens or creates state.db in `directory`, and the pepper (32 random bytes, mode 0600) in directory/keys.
    // Errors: Storage with path and need.
    [[nodiscard]] static Result<std::unique_ptr<IdentityStore>>
    open(const std::filesystem::path &directory, const Clock &clock, Random &random);
    ~IdentityStore();

    // Errors: Unauthenticated, with one message for every cause (unknown, revoked, expired, disabled, malformed).
    [[nodiscard]] Result<Principal> authenticate(QByteArrayView key) const;

    [[nodiscard]] Result<void> putUser(const User &user); // creates or replaces
    [[nodiscard]] Result<std::vector<User>> users(const std::optional<TenantId> &tenant) const;

    // Errors: NotFound (no such user).
    [[nodiscard]] Result<NewKey> createKey(const KeyRequest &request);
    [[nodiscard]] Result<std::vector<ApiKey>> keys(const std::optional<TenantId> &tenant) const;
    [[nodiscard]] Result<void> revokeKey(const CredentialId &id); // idempotent; NotFound
    // A new key for the same user and label; the old one expires after `overlap`.
    [[nodiscard]] Result<NewKey> rotateKey(const CredentialId &id, std::chrono::seconds overlap);

    // Writes the last-used times that authenticate() noted. Called now and then, and at close.
    [[nodiscard]] Result<void> flushLastUsed();

private:
    struct State;
    explicit IdentityStore(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

[[nodiscard]] KeyState stateOf(const ApiKey &key, WallTime now);

} // namespace provost::identity
