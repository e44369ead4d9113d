// IdentityStore: users and API keys of an installation, in state.db. Of a key (see apikeyformat.h) only
// HMAC-SHA256(pepper, key) is kept, so it is shown once, at creation. Several processes may work on one store.
// INVARIANT: authenticate() sees a creation or revocation as soon as the call that made it has returned; one made by
// another process with the next reloadIfChanged(), which a server calls twice a second.
// INVARIANT: setting the clock back does not bring an expired key back to life while the store is open.
// Thread: read() and authenticate() from any thread, on an immutable table; all else from one thread, the control thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/random.h"
#include "server/identity/presentedkey.h"
#include "server/identity/principal.h"

#include <filesystem>
#include <functional>
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
    bool operator==(const User &) const = default;
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
    bool operator==(const ApiKey &) const = default;
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
    // Errors: Storage with path and need; also for a pepper that is missing or not the one of this state.db.
    // `clock` and `random` outlive the store.
    [[nodiscard]] static Result<std::unique_ptr<IdentityStore>>
    open(const std::filesystem::path &directory, const Clock &clock, Random &random);
    ~IdentityStore();

    // What to keep of a key's text. Takes as long for a wrong secret as for an unknown id.
    [[nodiscard]] PresentedKey read(QByteArrayView key) const;
    // Errors: Unauthenticated, with one message for every cause (unknown, revoked, expired, disabled, malformed).
    [[nodiscard]] Result<Principal> authenticate(const PresentedKey &key) const;
    [[nodiscard]] Result<Principal> authenticate(QByteArrayView key) const; // read() and the above

    // Creates or replaces. Errors: InvalidInput, Storage.
    [[nodiscard]] Result<void> putUser(const User &user);
    // Revokes the user's keys, which stay in keys(), and forgets the user. Errors: NotFound, Storage.
    [[nodiscard]] Result<void> removeUser(const TenantId &tenant, const UserId &id);
    // By tenant and id.
    [[nodiscard]] Result<std::vector<User>> users(const std::optional<TenantId> &tenant) const;

    // Errors: NotFound (no such user), InvalidInput (already expired), Storage.
    [[nodiscard]] Result<NewKey> createKey(const KeyRequest &request);
    // The newest first.
    [[nodiscard]] Result<std::vector<ApiKey>> keys(const std::optional<TenantId> &tenant) const;
    [[nodiscard]] Result<void> revokeKey(const CredentialId &id); // idempotent; NotFound
    // A new key for the same user and label, good for as long as the old one was when it was made; the old one expires
    // after `overlap`, or earlier if it was to. Errors: NotFound, Conflict (revoked or expired), Storage.
    [[nodiscard]] Result<NewKey> rotateKey(const CredentialId &id, std::chrono::seconds overlap);

    // Reads again what another process has changed; true if it had. A state.db that is gone authenticates nobody.
    // Costs some microseconds when nothing has changed. Errors: Storage.
    [[nodiscard]] Result<bool> reloadIfChanged();

    // Acts that were carried out beside a running server (`provost key revoke`) wait here until it can record them.
    // To be called before the act: what cannot be noted must not happen.
    [[nodiscard]] Result<void> noteAct(const Json &act);
    // Hands each waiting act to `record`, oldest first, and forgets those for which it succeeds.
    [[nodiscard]] Result<void> drainActs(const std::function<Result<void>(const Json &)> &record);

    // Writes the last-used times that authenticate() noted. Called now and then, and at close.
    [[nodiscard]] Result<void> flushLastUsed();

private:
    struct State;
    explicit IdentityStore(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

[[nodiscard]] KeyState stateOf(const ApiKey &key, WallTime now);

} // namespace provost::identity
