// Who may come in, and that nobody else does: creation, expiry, revocation, rotation, two processes, bad files.
#include "server/identity/identitystore.h"

#include "server/storage/database.h"
#include "tests/support/fakeclock.h"
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

#include <atomic>
#include <thread>

using namespace provost;
using namespace provost::identity;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

const TenantId acme("acme-corp");
const UserId alice("alice@acme.com");

User userAlice()
{
    return {.tenant = acme,
            .id = alice,
            .displayName = "Alice",
            .roles = {"data-analyst", "sales-ops"},
            .attributes = Json::object({{"region", "EU"}, {"level", 3}})};
}

} // namespace

class TstIdentityStore : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void aKeyStandsForItsUser();
    void refusalsAreAlike_data();
    void refusalsAreAlike();
    void revocationWorksAtOnce();
    void expires();
    void settingTheClockBackRevivesNothing();
    void aClockThatLeaptAndCameBackLetsKeysWork();
    void rotationOverlaps();
    void rotationKeepsTheLifetime();
    void changedUsersChangePrincipals();
    void removedUsersCannotComeIn();
    void refusesBadInput_data();
    void refusesBadInput();
    void unknownNamesAreNotFound();
    void listsByTenant();
    void neverStoresTheKey();
    void lastUsedToTheMinute();
    void survivesReopening();
    void anotherProcessRevokes();
    void aMissingDatabaseAdmitsNobody();
    void aReplacedDatabaseIsRead();
    void aPepperBelongsToItsDatabase();
    void anUnreadableDirectoryIsAnError();
    void actsWaitUntilTheyAreRecorded();
    void authenticatesWhileKeysChange();

private:
    std::unique_ptr<IdentityStore> open(const fs::path &directory)
    {
        auto store = IdentityStore::open(directory, m_clock, m_random);
        if (!store)
            qWarning("%s", qPrintable(store.error().message));
        return store ? *std::move(store) : nullptr;
    }
    NewKey newKey(std::optional<WallTime> expires = {})
    {
        return m_store->createKey({acme, alice, "laptop", expires}).value();
    }

    std::unique_ptr<QTemporaryDir> m_temporary;
    fs::path m_directory;
    testing::FakeClock m_clock;
    testing::SeededRandom m_random;
    std::unique_ptr<IdentityStore> m_store;
};

void TstIdentityStore::init()
{
    m_store.reset();
    m_temporary = std::make_unique<QTemporaryDir>();
    m_directory = fs::path(m_temporary->path().toStdString()) / "data";
    m_clock.setWall(WallTime{1'768'487'025s});
    m_store = open(m_directory);
    QVERIFY(m_store);
    QVERIFY(m_store->putUser(userAlice()));
}

void TstIdentityStore::aKeyStandsForItsUser()
{
    const NewKey created = newKey();
    QCOMPARE(created.key.tenant, acme);
    QCOMPARE(created.key.label, "laptop");
    QCOMPARE(created.key.created, m_clock.now());
    const auto principal = m_store->authenticate(created.secret);
    QVERIFY(principal);
    QCOMPARE(principal->tenant, acme);
    QCOMPARE(principal->user, alice);
    QCOMPARE(principal->roles, userAlice().roles);
    QCOMPARE(principal->attributes, userAlice().attributes);
    QCOMPARE(principal->credential, created.key.id);
    QCOMPARE(stateOf(created.key, m_clock.now()), KeyState::Active);
}

void TstIdentityStore::refusalsAreAlike_data()
{
    QTest::addColumn<QByteArray>("how");
    for (const char *how : {"empty", "garbage", "cut", "other secret", "other id", "revoked",
                            "expired", "user disabled", "another installation", "empty row"})
        QTest::newRow(how) << QByteArray(how);
}

void TstIdentityStore::refusalsAreAlike()
{
    QFETCH(const QByteArray, how);
    NewKey key = newKey(how == "expired" ? std::optional(m_clock.now() + 1h) : std::nullopt);
    QVERIFY(m_store->authenticate(key.secret));
    if (how == "empty") {
        key.secret.clear();
    } else if (how == "garbage") {
        key.secret = "Bearer x\0y\xff";
    } else if (how == "cut") {
        key.secret.chop(1);
    } else if (how == "other secret" || how == "other id") {
        // Well-formed, with a right check, but half of another key.
        const NewKey other = newKey();
        QVERIFY(m_store->revokeKey(other.key.id));
        key.secret = other.secret;
    } else if (how == "revoked") {
        QVERIFY(m_store->revokeKey(key.key.id));
    } else if (how == "expired") {
        m_clock.advance(1h);
    } else if (how == "user disabled") {
        User disabled = userAlice();
        disabled.disabled = true;
        QVERIFY(m_store->putUser(disabled));
    } else if (how == "empty row") {
        // Whoever writes to the file must not make a key of what is not there.
        auto file = storage::Database::open(m_directory / "state.db");
        QVERIFY(file);
        QVERIFY(file->execute("UPDATE api_keys SET id = '', keyed_hash = ''"));
        QVERIFY(m_store->reloadIfChanged().value());
        key.secret.clear();
    } else {
        const auto elsewhere = open(m_directory / "elsewhere");
        QVERIFY(elsewhere->putUser(userAlice()));
        key = elsewhere->createKey({acme, alice, {}, {}}).value();
    }
    const auto refused = m_store->authenticate(key.secret);
    QVERIFY(!refused);
    QCOMPARE(refused.error(),
             (Error{ErrorCode::Unauthenticated,
                    QStringLiteral("the key is missing, unknown, expired or revoked")}));
}

void TstIdentityStore::revocationWorksAtOnce()
{
    const NewKey first = newKey();
    const NewKey second = newKey();
    QVERIFY(m_store->revokeKey(first.key.id));
    QVERIFY(!m_store->authenticate(first.secret));
    QVERIFY(m_store->authenticate(second.secret));
    const WallTime revokedAt = m_clock.now();
    m_clock.advance(1h);
    QVERIFY(m_store->revokeKey(first.key.id)); // again: the first time counts
    const std::vector<ApiKey> keys = m_store->keys(acme).value();
    for (const ApiKey &key : keys) {
        if (key.id == first.key.id) {
            QCOMPARE(key.revoked, revokedAt);
            QCOMPARE(stateOf(key, m_clock.now()), KeyState::Revoked);
        }
    }
}

void TstIdentityStore::expires()
{
    const NewKey key = newKey(m_clock.now() + 1h);
    m_clock.advance(1h - 1us);
    QVERIFY(m_store->authenticate(key.secret));
    m_clock.advance(1us);
    QVERIFY(!m_store->authenticate(key.secret));
    QCOMPARE(stateOf(key.key, m_clock.now()), KeyState::Expired);
}

void TstIdentityStore::settingTheClockBackRevivesNothing()
{
    const NewKey key = newKey(m_clock.now() + 1h);
    m_clock.advance(2h);
    QVERIFY(!m_store->authenticate(key.secret));
    m_clock.setWall(m_clock.now() - 24h);
    QVERIFY(!m_store->authenticate(key.secret));
}

void TstIdentityStore::aClockThatLeaptAndCameBackLetsKeysWork()
{
    const NewKey key = newKey(m_clock.now() + 1h);
    const WallTime before = m_clock.now();
    m_clock.setWall(before + 24h * 365);
    QVERIFY(!m_store->authenticate(key.secret));
    m_clock.setWall(before);
    QVERIFY(m_store->authenticate(key.secret));
}

void TstIdentityStore::rotationOverlaps()
{
    const NewKey old = newKey();
    const NewKey fresh = m_store->rotateKey(old.key.id, 1h).value();
    QVERIFY(fresh.key.id != old.key.id);
    QCOMPARE(fresh.key.label, old.key.label);
    QCOMPARE(fresh.key.user, old.key.user);
    QVERIFY(!fresh.key.expires);
    QVERIFY(m_store->authenticate(old.secret));
    QVERIFY(m_store->authenticate(fresh.secret));
    m_clock.advance(1h);
    QVERIFY(!m_store->authenticate(old.secret));
    QVERIFY(m_store->authenticate(fresh.secret));
    QCOMPARE(m_store->rotateKey(old.key.id, 1h).error().code, ErrorCode::Conflict);

    const NewKey third = m_store->rotateKey(fresh.key.id, 0s).value();
    QVERIFY(!m_store->authenticate(fresh.secret));
    QVERIFY(m_store->authenticate(third.secret));
    QVERIFY(m_store->revokeKey(third.key.id));
    QCOMPARE(m_store->rotateKey(third.key.id, 1h).error().code, ErrorCode::Conflict);
}

void TstIdentityStore::rotationKeepsTheLifetime()
{
    const NewKey old = newKey(m_clock.now() + 24h);
    m_clock.advance(20h);
    const NewKey fresh = m_store->rotateKey(old.key.id, 10h).value();
    QCOMPARE(fresh.key.expires, m_clock.now() + 24h);
    m_clock.advance(4h);
    QVERIFY(!m_store->authenticate(old.secret)); // its own end came before that of the overlap
    QVERIFY(m_store->authenticate(fresh.secret));
}

void TstIdentityStore::changedUsersChangePrincipals()
{
    const NewKey key = newKey();
    User changed = userAlice();
    changed.roles = {"viewer"};
    changed.attributes = Json::object({{"region", "US"}});
    QVERIFY(m_store->putUser(changed));
    QCOMPARE(m_store->authenticate(key.secret)->roles, std::vector<QByteArray>{"viewer"});
    QCOMPARE(m_store->authenticate(key.secret)->attributes, changed.attributes);
    QCOMPARE(m_store->users(acme).value(), std::vector<User>{changed});
    changed.disabled = true;
    QVERIFY(m_store->putUser(changed));
    QVERIFY(!m_store->authenticate(key.secret));
    changed.disabled = false;
    QVERIFY(m_store->putUser(changed));
    QVERIFY(m_store->authenticate(key.secret));
}

void TstIdentityStore::removedUsersCannotComeIn()
{
    const NewKey key = newKey();
    QVERIFY(m_store->removeUser(acme, alice));
    QVERIFY(!m_store->authenticate(key.secret));
    QVERIFY(m_store->users({}).value().empty());
    QCOMPARE(m_store->keys({}).value().size(), std::size_t(1));
    QVERIFY(m_store->keys({}).value()[0].revoked);
    QCOMPARE(m_store->removeUser(acme, alice).error().code, ErrorCode::NotFound);
    QVERIFY(m_store->putUser(userAlice()));
    QVERIFY(!m_store->authenticate(key.secret)); // a namesake gets no old keys
}

void TstIdentityStore::refusesBadInput_data()
{
    QTest::addColumn<QByteArray>("what");
    for (const char *what :
         {"no tenant", "tenant with slash", "tenant in capitals", "long tenant", "no user",
          "user with line end", "user not UTF-8", "long user", "empty role", "role with NUL",
          "many roles", "attributes not an object", "huge attributes", "duplicate attributes",
          "long name"})
        QTest::newRow(what) << QByteArray(what);
}

void TstIdentityStore::refusesBadInput()
{
    QFETCH(const QByteArray, what);
    User user = userAlice();
    if (what == "no tenant")
        user.tenant = {};
    else if (what == "tenant with slash")
        user.tenant = TenantId("../x");
    else if (what == "tenant in capitals")
        user.tenant = TenantId("ACME");
    else if (what == "long tenant")
        user.tenant = TenantId(QByteArray(64, 'a'));
    else if (what == "no user")
        user.id = {};
    else if (what == "user with line end")
        user.id = UserId("a\nb");
    else if (what == "user not UTF-8")
        user.id = UserId("a\xff");
    else if (what == "long user")
        user.id = UserId(QByteArray(257, 'a'));
    else if (what == "empty role")
        user.roles = {""};
    else if (what == "role with NUL")
        user.roles = {QByteArray("a\0b", 3)};
    else if (what == "many roles")
        user.roles.assign(257, "r");
    else if (what == "attributes not an object")
        user.attributes = Json::array();
    else if (what == "huge attributes")
        user.attributes.set("x", QByteArray(70'000, 'x'));
    else if (what == "duplicate attributes")
        user.attributes = Json::object({{"a", 1}, {"a", 2}});
    else
        user.displayName = QByteArray(1025, 'a');
    const auto refused = m_store->putUser(user);
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, ErrorCode::InvalidInput);
    QCOMPARE(m_store->users({}).value(), std::vector<User>{userAlice()});
}

void TstIdentityStore::unknownNamesAreNotFound()
{
    QCOMPARE(m_store->createKey({acme, UserId("bob"), {}, {}}).error().code, ErrorCode::NotFound);
    QCOMPARE(m_store->createKey({TenantId("beta"), alice, {}, {}}).error().code,
             ErrorCode::NotFound);
    QCOMPARE(m_store->revokeKey(CredentialId("nope")).error().code, ErrorCode::NotFound);
    QCOMPARE(m_store->rotateKey(CredentialId("nope"), 1h).error().code, ErrorCode::NotFound);
    QCOMPARE(m_store->createKey({acme, alice, {}, m_clock.now()}).error().code,
             ErrorCode::InvalidInput);
    QCOMPARE(m_store->createKey({acme, alice, "a\nb", {}}).error().code, ErrorCode::InvalidInput);
    QVERIFY(m_store->keys({}).value().empty());
}

void TstIdentityStore::listsByTenant()
{
    User other = userAlice();
    other.tenant = TenantId("beta");
    QVERIFY(m_store->putUser(other));
    const NewKey first = newKey();
    m_clock.advance(1s);
    const NewKey second = newKey();
    QVERIFY(m_store->createKey({other.tenant, alice, {}, {}}));
    QCOMPARE(m_store->keys({}).value().size(), std::size_t(3));
    QCOMPARE(m_store->keys(acme).value(), (std::vector<ApiKey>{second.key, first.key}));
    QCOMPARE(m_store->users({}).value(), (std::vector<User>{userAlice(), other}));
    QVERIFY(m_store->keys(TenantId("gamma")).value().empty());
}

void TstIdentityStore::neverStoresTheKey()
{
    const NewKey key = newKey();
    const QByteArray secret = key.secret.mid(12, 30);
    m_store.reset();
    for (const auto &entry : fs::recursive_directory_iterator(m_directory)) {
        if (!entry.is_regular_file())
            continue;
        QFile file(QString::fromStdString(entry.path().string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(!file.readAll().contains(secret));
        struct stat status
        {
        };
        QCOMPARE(::stat(entry.path().c_str(), &status), 0);
        QCOMPARE(status.st_mode & 0077U, 0U); // for the owner alone
    }
}

void TstIdentityStore::lastUsedToTheMinute()
{
    const NewKey key = newKey();
    QVERIFY(!m_store->keys({}).value()[0].lastUsed);
    QVERIFY(m_store->authenticate(key.secret));
    const WallTime minute = std::chrono::floor<std::chrono::minutes>(m_clock.now());
    QCOMPARE(m_store->keys({}).value()[0].lastUsed, minute);
    QVERIFY(m_store->flushLastUsed());
    m_clock.advance(10min);
    QVERIFY(m_store->authenticate(key.secret));
    QVERIFY(newKey().key.id != key.key.id); // a new table keeps the time
    m_store = nullptr;                      // writes it
    m_store = open(m_directory);
    const std::vector<ApiKey> keys = m_store->keys({}).value();
    const auto used =
        std::find_if(keys.begin(), keys.end(), [&](const ApiKey &k) { return k.id == key.key.id; });
    QCOMPARE(used->lastUsed, minute + 10min);
}

void TstIdentityStore::survivesReopening()
{
    const NewKey good = newKey();
    const NewKey revoked = newKey();
    QVERIFY(m_store->revokeKey(revoked.key.id));
    m_store.reset();
    m_store = open(m_directory);
    QVERIFY(m_store);
    QVERIFY(m_store->authenticate(good.secret));
    QVERIFY(!m_store->authenticate(revoked.secret));
    QCOMPARE(m_store->users({}).value(), std::vector<User>{userAlice()});
}

void TstIdentityStore::anotherProcessRevokes()
{
    const NewKey key = newKey();
    const auto other = open(m_directory);
    QVERIFY(other->authenticate(key.secret));
    QVERIFY(m_store->reloadIfChanged().has_value()); // whatever opening has written
    QCOMPARE(m_store->reloadIfChanged(), false);
    QVERIFY(other->revokeKey(key.key.id));
    const NewKey theirs = other->createKey({acme, alice, {}, {}}).value();
    QVERIFY(m_store->authenticate(key.secret)); // not yet seen here
    QCOMPARE(m_store->reloadIfChanged(), true);
    QVERIFY(!m_store->authenticate(key.secret));
    QVERIFY(m_store->authenticate(theirs.secret));
    QCOMPARE(m_store->reloadIfChanged(), false);
}

void TstIdentityStore::aMissingDatabaseAdmitsNobody()
{
    const NewKey key = newKey();
    for (const char *name : {"state.db", "state.db-wal", "state.db-shm"})
        fs::remove(m_directory / name);
    const auto gone = m_store->reloadIfChanged();
    QVERIFY(!gone);
    QCOMPARE(gone.error().code, ErrorCode::Storage);
    QVERIFY(!m_store->authenticate(key.secret));
    QVERIFY(!m_store->reloadIfChanged());
}

void TstIdentityStore::aReplacedDatabaseIsRead()
{
    const NewKey old = newKey();
    QVERIFY(m_store->flushLastUsed());
    m_store.reset(); // checkpoints
    const fs::path copy = m_directory / "copy.db";
    fs::copy_file(m_directory / "state.db", copy);
    m_store = open(m_directory);
    const NewKey later = newKey();
    QVERIFY(m_store->authenticate(later.secret));
    for (const char *name : {"state.db-wal", "state.db-shm"})
        fs::remove(m_directory / name);
    fs::rename(copy, m_directory / "state.db"); // a backup is restored
    QCOMPARE(m_store->reloadIfChanged(), true);
    QVERIFY(m_store->authenticate(old.secret));
    QVERIFY(!m_store->authenticate(later.secret));
    QVERIFY(m_store->revokeKey(old.key.id));
    QVERIFY(!m_store->authenticate(old.secret));
}

void TstIdentityStore::aPepperBelongsToItsDatabase()
{
    QVERIFY(newKey().secret.size() == 48);
    m_store.reset();
    const fs::path pepper = m_directory / "keys" / "api-keys.pepper";
    fs::rename(pepper, pepper.string() + ".away");
    const auto missing = IdentityStore::open(m_directory, m_clock, m_random);
    QVERIFY(!missing);
    QVERIFY(missing.error().message.contains(QStringLiteral("restore")));
    QVERIFY(!fs::exists(pepper)); // not silently made anew
    const auto elsewhere = open(m_directory / "elsewhere");
    fs::copy_file(m_directory / "elsewhere" / "keys" / "api-keys.pepper", pepper);
    const auto wrong = IdentityStore::open(m_directory, m_clock, m_random);
    QVERIFY(!wrong);
    QVERIFY(wrong.error().message.contains(QStringLiteral("pepper")));
}

void TstIdentityStore::anUnreadableDirectoryIsAnError()
{
    const fs::path file = m_directory / "file";
    QFile plain(QString::fromStdString(file.string()));
    QVERIFY(plain.open(QIODevice::WriteOnly));
    const auto store = IdentityStore::open(file, m_clock, m_random);
    QVERIFY(!store);
    QCOMPARE(store.error().code, ErrorCode::Storage);
}

void TstIdentityStore::actsWaitUntilTheyAreRecorded()
{
    const auto other = open(m_directory);
    for (int i = 1; i <= 3; ++i)
        QVERIFY(other->noteAct(Json::object({{"act", i}})));
    std::vector<std::int64_t> recorded;
    const auto untilSecond = m_store->drainActs([&](const Json &act) -> Result<void> {
        if (act["act"].toInteger() == 2)
            return fail(ErrorCode::Storage, QStringLiteral("disk full"));
        recorded.push_back(*act["act"].toInteger());
        return {};
    });
    QCOMPARE(untilSecond.error().code, ErrorCode::Storage);
    const auto rest = m_store->drainActs([&](const Json &act) -> Result<void> {
        recorded.push_back(*act["act"].toInteger());
        return {};
    });
    QVERIFY(rest);
    QCOMPARE(recorded, (std::vector<std::int64_t>{1, 2, 3}));
}

void TstIdentityStore::authenticatesWhileKeysChange()
{
    const NewKey steady = newKey();
    const NewKey doomed = newKey();
    std::atomic_bool stop{false};
    std::atomic_bool revoked{false};
    std::atomic_int refusedSteady{0};
    std::atomic_int admittedDoomed{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 3; ++t) {
            threads.emplace_back([&] {
                while (!stop) {
                    const bool wasRevoked = revoked;
                    if (!m_store->authenticate(steady.secret))
                        ++refusedSteady;
                    if (m_store->authenticate(doomed.secret) && wasRevoked)
                        ++admittedDoomed;
                }
            });
        }
        for (int i = 0; i < 20; ++i) {
            QVERIFY(newKey().secret.size() == 48);
            if (i == 10) {
                QVERIFY(m_store->revokeKey(doomed.key.id));
                revoked = true;
            }
        }
        stop = true;
    }
    QCOMPARE(refusedSteady.load(), 0);
    QCOMPARE(admittedDoomed.load(), 0);
}

PROVOST_TEST(TstIdentityStore)
#include "tst_identitystore.moc"
