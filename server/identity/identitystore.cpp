#include "server/identity/identitystore.h"

#include "server/base/hash.h"
#include "server/identity/apikeyformat.h"
#include "server/identity/identityrows.h"
#include "server/identity/keytable.h"
#include "server/secrets/keyfile.h"
#include "server/storage/database.h"

#include <algorithm>

#include <sys/stat.h>

namespace provost::identity {

namespace {

constexpr int pepperBytes = 32;

// Which file a path leads to; a restored backup is another one.
struct FileIdentity
{
    dev_t device = 0;
    ino_t inode = 0;
    bool operator==(const FileIdentity &) const = default;
};

std::optional<FileIdentity> identityOf(const std::filesystem::path &path)
{
    struct stat status
    {
    };
    if (::stat(path.c_str(), &status) != 0)
        return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino};
}

WallTime minuteToTime(std::int64_t minute)
{
    return WallTime{std::chrono::minutes{minute}};
}

std::int64_t minuteOf(WallTime time)
{
    return std::chrono::floor<std::chrono::minutes>(time).time_since_epoch().count();
}

QString textOf(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

tl::unexpected<Error> noSuchKey(const CredentialId &id)
{
    return fail(ErrorCode::NotFound,
                QStringLiteral("there is no key `%1`").arg(QString::fromUtf8(id.value)));
}

} // namespace

struct IdentityStore::State
{
    State(std::filesystem::path directory, const Clock &time, Random &source)
        : path(std::move(directory))
        , clock(time)
        , random(source)
        , openedAt(time.now())
        , openedAtMonotonic(time.monotonic())
    {
    }

    // The wall clock, except that it cannot be set back below the time that has passed since opening.
    [[nodiscard]] WallTime now() const
    {
        const auto passed = std::chrono::floor<Microseconds>(clock.monotonic() - openedAtMonotonic);
        return std::max(clock.now(), openedAt + passed);
    }

    [[nodiscard]] std::filesystem::path databasePath() const { return path / "state.db"; }

    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> openPepper();
    [[nodiscard]] Result<std::int64_t>
    readDataVersion(); // changes when another connection has written
    [[nodiscard]] Result<void> reload();
    void admitNobody();
    // Commits, and lets authenticate() see it.
    [[nodiscard]] Result<void> commit(storage::Transaction &transaction);
    [[nodiscard]] Result<std::optional<ApiKey>> findKey(const CredentialId &id);
    [[nodiscard]] Result<NewKey> insertKey(const KeyRequest &request, WallTime created);

    const std::filesystem::path path;
    const Clock &clock;
    Random &random;
    const WallTime openedAt;
    const MonotonicTime openedAtMonotonic;
    QByteArray pepper;
    std::optional<storage::Database> database; // there from open() on
    std::optional<FileIdentity> file;
    std::int64_t dataVersion = 0;
    std::atomic<std::shared_ptr<const KeyTable>> table;
};

Result<void> IdentityStore::State::open()
{
    std::error_code error;
    std::filesystem::create_directories(path, error);
    if (error)
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot create `%1`: %2")
                        .arg(textOf(path), QString::fromStdString(error.message())));
    TRY_LET(database, storage::Database::open(databasePath()));
    const auto opened = identityOf(databasePath());
    TRY_DO(storage::migrate(*database, identitySchema));
    TRY_DO(openPepper());
    TRY_DO(reload());
    file = opened;
    return {};
}

// A pepper belongs to one state.db: with another one, no key would ever verify and nobody would know why.
Result<void> IdentityStore::State::openPepper()
{
    const auto pepperFile = path / "keys" / "api-keys.pepper";
    constexpr QByteArrayView checked = "provost pepper check";
    TRY_LET(storage::Statement find,
            database->prepare("SELECT value FROM installation WHERE name = 'pepper_check'"));
    const auto text = [](const storage::Statement &row) { return row.get<QByteArray>(0); };
    TRY_LET(auto check, find.first(text));
    if (!check) {
        TRY_LET(const QByteArray made, secrets::readOrCreateKey(pepperFile, pepperBytes, random));
        TRY_DO(database->execute(
            "INSERT OR IGNORE INTO installation (name, value) VALUES ('pepper_check', ?)",
            hmacSha256(made, checked).toHex()));
        find.bind();
        TRY_LET(check, find.first(text)); // of the process that was first
    }
    auto known = secrets::readKey(pepperFile, pepperBytes);
    if (!known)
        return fail(ErrorCode::Storage,
                    known.error().message
                        + QStringLiteral("; the keys in `%1` need it: restore it from a backup")
                              .arg(textOf(databasePath())));
    if (!check || !equalInConstantTime(hmacSha256(*known, checked).toHex(), *check))
        return fail(ErrorCode::Storage,
                    QStringLiteral("`%1` is not the pepper of `%2`: restore both from one backup")
                        .arg(textOf(pepperFile), textOf(databasePath())));
    pepper = *std::move(known);
    return {};
}

Result<std::int64_t> IdentityStore::State::readDataVersion()
{
    TRY_LET(storage::Statement select, database->prepare("PRAGMA data_version"));
    TRY_LET(const auto version,
            select.first([](const storage::Statement &row) { return row.get<std::int64_t>(0); }));
    return version.value_or(0);
}

Result<void> IdentityStore::State::reload()
{
    TRY_LET(const std::int64_t version, readDataVersion());
    // One statement, so that keys and users are of one moment.
    TRY_LET(
        storage::Statement select,
        database->prepare("SELECT k.id, k.keyed_hash, k.tenant, k.user, k.expires, k.last_used, "
                          "u.roles, u.attributes FROM api_keys k "
                          "JOIN users u ON u.tenant = k.tenant AND u.id = k.user "
                          "WHERE k.revoked IS NULL AND NOT u.disabled"));
    const auto before = table.load();
    const auto lastUsedOf = [&](const CredentialId &id, std::optional<WallTime> stored) {
        if (before) {
            const auto known = before->entries().find(id);
            if (known != before->entries().end())
                return known->second.lastUsed;
        }
        return std::make_shared<std::atomic<std::int64_t>>(stored ? minuteOf(*stored) : 0);
    };
    KeyTable::Entries entries;
    const auto readRow = [&](const storage::Statement &row) {
        const auto id = row.get<CredentialId>(0);
        const Principal principal{.tenant = row.get<TenantId>(2),
                                  .user = row.get<UserId>(3),
                                  .roles = rolesOf(row.get<QByteArray>(6)),
                                  .attributes = attributesOf(row.get<QByteArray>(7)),
                                  .credential = id};
        entries.emplace(id, KeyEntry{principal, QByteArray::fromHex(row.get<QByteArray>(1)),
                                     row.get<std::optional<WallTime>>(4),
                                     lastUsedOf(id, row.get<std::optional<WallTime>>(5))});
    };
    for (;;) {
        TRY_LET(const bool isRow, select.step());
        if (!isRow)
            break;
        readRow(select);
    }
    table.store(std::make_shared<const KeyTable>(pepper, std::move(entries)));
    dataVersion = version;
    return {};
}

void IdentityStore::State::admitNobody()
{
    table.store(std::make_shared<const KeyTable>(pepper, KeyTable::Entries()));
    file.reset(); // read again once there is one
}

Result<void> IdentityStore::State::commit(storage::Transaction &transaction)
{
    TRY_DO(transaction.commit());
    return reload();
}

Result<std::optional<ApiKey>> IdentityStore::State::findKey(const CredentialId &id)
{
    TRY_LET(storage::Statement find, database->prepare(QByteArray(keyColumns) + " WHERE id = ?"));
    find.bind(id);
    return find.first(keyOf);
}

Result<NewKey> IdentityStore::State::insertKey(const KeyRequest &request, WallTime created)
{
    const NewKeyText text = makeKeyText(random);
    const ApiKey key{.id = text.id,
                     .tenant = request.tenant,
                     .user = request.user,
                     .label = request.label,
                     .created = created,
                     .expires = request.expires};
    // An id that exists already (47 random bits) is refused by the table: Conflict, and the caller may try again.
    TRY_DO(database->execute("INSERT INTO api_keys (id, keyed_hash, tenant, user, label, created, "
                             "expires) VALUES (?, ?, ?, ?, ?, ?, ?)",
                             key.id, hmacSha256(pepper, text.key).toHex(), key.tenant, key.user,
                             key.label, key.created, key.expires));
    return NewKey{key, text.key};
}

IdentityStore::IdentityStore(std::unique_ptr<State> state)
    : m_state(std::move(state))
{
}

IdentityStore::~IdentityStore()
{
    static_cast<void>(flushLastUsed()); // only times of use are lost
}

Result<std::unique_ptr<IdentityStore>> IdentityStore::open(const std::filesystem::path &directory,
                                                           const Clock &clock, Random &random)
{
    auto state = std::make_unique<State>(directory, clock, random);
    TRY_DO(state->open());
    return std::unique_ptr<IdentityStore>(new IdentityStore(std::move(state)));
}

PresentedKey IdentityStore::read(QByteArrayView key) const
{
    return m_state->table.load()->read(key); // the control thread may be reading the pepper anew
}

Result<Principal> IdentityStore::authenticate(QByteArrayView key) const
{
    return authenticate(read(key));
}

Result<Principal> IdentityStore::authenticate(const PresentedKey &key) const
{
    const WallTime now = m_state->now();
    const std::shared_ptr<const KeyTable> table = m_state->table.load();
    const KeyEntry *entry = table->find(key, now);
    if (entry == nullptr)
        return fail(ErrorCode::Unauthenticated,
                    QStringLiteral("the key is missing, unknown, expired or revoked"));
    const std::int64_t minute = minuteOf(now);
    if (entry->lastUsed->load(std::memory_order_relaxed) < minute)
        entry->lastUsed->store(minute, std::memory_order_relaxed);
    return entry->principal;
}

Result<void> IdentityStore::putUser(const User &user)
{
    TRY_DO(checkUser(user));
    TRY_LET(auto transaction, m_state->database->begin());
    TRY_DO(m_state->database->execute(
        "INSERT INTO users (tenant, id, display_name, roles, attributes, disabled) "
        "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, id) DO UPDATE SET "
        "display_name = excluded.display_name, roles = excluded.roles, "
        "attributes = excluded.attributes, disabled = excluded.disabled",
        user.tenant, user.id, user.displayName, rolesToText(user.roles), user.attributes.toBytes(),
        user.disabled));
    return m_state->commit(transaction);
}

Result<void> IdentityStore::removeUser(const TenantId &tenant, const UserId &id)
{
    TRY_LET(auto transaction, m_state->database->begin());
    TRY_DO(m_state->database->execute("DELETE FROM users WHERE tenant = ? AND id = ?", tenant, id));
    if (m_state->database->changedRows() == 0)
        return fail(ErrorCode::NotFound,
                    QStringLiteral("there is no user `%1`").arg(QString::fromUtf8(id.value)));
    TRY_DO(m_state->database->execute(
        "UPDATE api_keys SET revoked = ? WHERE tenant = ? AND user = ? AND revoked IS NULL",
        m_state->now(), tenant, id));
    return m_state->commit(transaction);
}

Result<std::vector<User>> IdentityStore::users(const std::optional<TenantId> &tenant) const
{
    TRY_LET(storage::Statement select,
            m_state->database->prepare(QByteArray(userColumns)
                                       + " WHERE ?1 IS NULL OR tenant = ?1 ORDER BY tenant, id"));
    select.bind(tenant);
    return select.all(userOf);
}

Result<NewKey> IdentityStore::createKey(const KeyRequest &request)
{
    const WallTime now = m_state->now();
    TRY_DO(checkLabel(request.label));
    if (request.expires && *request.expires <= now)
        return fail(ErrorCode::InvalidInput, QStringLiteral("the key would have expired already"));
    TRY_LET(auto transaction, m_state->database->begin());
    TRY_LET(storage::Statement find,
            m_state->database->prepare("SELECT 1 FROM users WHERE tenant = ? AND id = ?"));
    find.bind(request.tenant, request.user);
    TRY_LET(const auto user, find.first([](const storage::Statement &) { return true; }));
    if (!user)
        return fail(ErrorCode::NotFound, QStringLiteral("tenant `%1` has no user `%2`")
                                             .arg(QString::fromUtf8(request.tenant.value),
                                                  QString::fromUtf8(request.user.value)));
    TRY_LET(NewKey created, m_state->insertKey(request, now));
    TRY_DO(m_state->commit(transaction));
    return created;
}

Result<std::vector<ApiKey>> IdentityStore::keys(const std::optional<TenantId> &tenant) const
{
    TRY_LET(storage::Statement select,
            m_state->database->prepare(QByteArray(keyColumns)
                                       + " WHERE ?1 IS NULL OR tenant = ?1 "
                                         "ORDER BY created DESC, id"));
    select.bind(tenant);
    TRY_LET(auto keys, select.all(keyOf));
    const auto table = m_state->table.load();
    for (ApiKey &key : keys) {
        const auto entry = table->entries().find(key.id);
        if (entry == table->entries().end())
            continue;
        if (const std::int64_t minute = entry->second.lastUsed->load(); minute > 0)
            key.lastUsed = minuteToTime(minute);
    }
    return keys;
}

Result<void> IdentityStore::revokeKey(const CredentialId &id)
{
    TRY_LET(auto transaction, m_state->database->begin());
    TRY_DO(m_state->database->execute(
        "UPDATE api_keys SET revoked = coalesce(revoked, ?) WHERE id = ?", m_state->now(), id));
    if (m_state->database->changedRows() == 0)
        return noSuchKey(id);
    return m_state->commit(transaction);
}

Result<NewKey> IdentityStore::rotateKey(const CredentialId &id, std::chrono::seconds overlap)
{
    const WallTime now = m_state->now();
    TRY_LET(auto transaction, m_state->database->begin());
    TRY_LET(const auto old, m_state->findKey(id));
    if (!old)
        return noSuchKey(id);
    if (stateOf(*old, now) != KeyState::Active)
        return fail(ErrorCode::Conflict,
                    QStringLiteral("key `%1` is revoked or expired; create a new one")
                        .arg(QString::fromUtf8(id.value)));
    KeyRequest request{.tenant = old->tenant, .user = old->user, .label = old->label};
    if (old->expires)
        request.expires = now + (*old->expires - old->created);
    TRY_LET(NewKey created, m_state->insertKey(request, now));
    const WallTime oldEnds = std::min(now + std::max(overlap, std::chrono::seconds{0}),
                                      old->expires.value_or(WallTime::max()));
    TRY_DO(m_state->database->execute("UPDATE api_keys SET expires = ? WHERE id = ?", oldEnds, id));
    TRY_DO(m_state->commit(transaction));
    return created;
}

Result<bool> IdentityStore::reloadIfChanged()
{
    const auto file = identityOf(m_state->databasePath());
    if (!file) {
        m_state->admitNobody();
        return fail(ErrorCode::Storage, QStringLiteral("`%1` is gone; nobody can authenticate")
                                            .arg(textOf(m_state->databasePath())));
    }
    if (file != m_state->file) {
        if (auto opened = m_state->open(); !opened) {
            m_state->admitNobody();
            return fail(std::move(opened).error());
        }
        return true;
    }
    TRY_LET(const std::int64_t version, m_state->readDataVersion());
    if (version == m_state->dataVersion)
        return false;
    TRY_DO(m_state->reload());
    return true;
}

Result<void> IdentityStore::noteAct(const Json &act)
{
    return m_state->database->execute("INSERT INTO acts (act) VALUES (?)", act.toBytes());
}

Result<void> IdentityStore::drainActs(const std::function<Result<void>(const Json &)> &record)
{
    TRY_LET(auto select,
            m_state->database->prepare("SELECT number, act FROM acts ORDER BY number"));
    TRY_LET(const auto acts, select.all([](const storage::Statement &row) {
        return std::pair(row.get<std::int64_t>(0), row.get<QByteArray>(1));
    }));
    for (const auto &[number, text] : acts) {
        TRY_LET(const Json act, Json::parse(text));
        TRY_DO(record(act));
        TRY_DO(m_state->database->execute("DELETE FROM acts WHERE number = ?", number));
    }
    return {};
}

Result<void> IdentityStore::flushLastUsed()
{
    const auto table = m_state->table.load();
    TRY_LET(auto transaction, m_state->database->begin());
    TRY_LET(storage::Statement update,
            m_state->database->prepare("UPDATE api_keys SET last_used = ?1 WHERE id = ?2 AND "
                                       "(last_used IS NULL OR last_used < ?1)"));
    for (const auto &[id, entry] : table->entries()) {
        const std::int64_t minute = entry.lastUsed->load();
        if (minute == 0)
            continue;
        update.bind(minuteToTime(minute), id);
        TRY_DO(update.run());
    }
    return transaction.commit();
}

KeyState stateOf(const ApiKey &key, WallTime now)
{
    if (key.revoked)
        return KeyState::Revoked;
    return key.expires && now >= *key.expires ? KeyState::Expired : KeyState::Active;
}

} // namespace provost::identity
