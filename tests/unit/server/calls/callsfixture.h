// CallsFixture: a GovernedCall with everything real around it, except for the tools, which a test plays, the disk of
// the tenant's journal, which it can make fail, and time.
// Thread: the test's.
#pragma once

#include "server/calls/governedcall.h"
#include "server/policy/loader.h"
#include "server/secrets/sealer.h"
#include "tests/support/await.h"
#include "tests/support/fakeclock.h"
#include "tests/support/journalrecords.h"
#include "tests/support/seededrandom.h"

#include <QTemporaryDir>
#include <QTest>

#include <cerrno>

namespace provost::testing {

inline std::vector<audit::Record> recordsIn(const audit::Journal &journal)
{
    return recordsIn(journal.directory());
}

// A tool server that a test plays.
class FakeAdapter final : public tools::Adapter
{
public:
    struct Seen
    {
        QByteArray nativeName;
        Json arguments;
        tools::CallContext context;
        std::vector<audit::Record> journal; // on disk when the tool was called
    };

    explicit FakeAdapter(const audit::Journal &watched)
        : m_watched(watched)
    {
    }

    Task<Result<tools::Catalog>> catalog() override { co_return tools::Catalog(); }

    Task<Result<tools::Output>> call(QByteArray nativeName, Json arguments,
                                     tools::CallContext context) override
    {
        seen.push_back({std::move(nativeName), std::move(arguments), std::move(context),
                        recordsIn(m_watched)});
        if (!late)
            co_return answer;
        Completion<tools::Output> later;
        waiting.push_back(later.resolver());
        co_return co_await later;
    }

    Task<Result<tools::Output>> readResource(QByteArray nativeUri,
                                             tools::CallContext context) override
    {
        return call(std::move(nativeUri), {}, std::move(context));
    }

    Task<Result<tools::Output>> getPrompt(QByteArray nativeName, Json arguments,
                                          tools::CallContext context) override
    {
        return call(std::move(nativeName), std::move(arguments), std::move(context));
    }

    Task<Result<tools::Output>> complete(Json params, tools::CallContext context) override
    {
        return call(params["ref"]["name"].toByteArray(), params, std::move(context));
    }

    void abandon(QByteArray state, TenantId, UserId) override { abandoned << state; }
    QByteArrayList abandoned;
    [[nodiscard]] tools::AdapterStatus status() const override { return {}; }

    static tools::Output text(QByteArray text, bool isError = false)
    {
        tools::Output output{
            .result = Json::object(
                {{"content",
                  Json::array({Json::object({{"type", "text"}, {"text", std::move(text)}})})}})};
        if (isError)
            output.result.set("isError", true);
        return output;
    }

    std::vector<Seen> seen;
    Result<tools::Output> answer = text("done");
    bool late = false; // answers wait in `waiting`
    std::vector<Resolver<tools::Output>> waiting;

private:
    const audit::Journal &m_watched;
};

class FailingDisk final : public audit::Disk
{
public:
    int write(int file, QByteArrayView bytes, qint64 offset) override
    {
        return failing ? ENOSPC : Disk::write(file, bytes, offset);
    }
    int sync(int file) override { return failing || failingSync ? EIO : Disk::sync(file); }

    std::atomic<bool> failing = false;
    std::atomic<bool> failingSync = false;
};

class TenantList final : public calls::TenantDirectory
{
public:
    [[nodiscard]] std::optional<calls::TenantView> find(const TenantId &id) const override
    {
        const auto found = views.find(id);
        return found != views.end() ? std::optional(found->second) : std::nullopt;
    }

    std::map<TenantId, calls::TenantView> views;
};

// Tenant acme serves the tools echo, read_deals, write_deals and hidden; alice is an Analyst there, bob is Sales and
// has two keys, carol of tenant closed has one that nobody serves.
class CallsFixture
{
public:
    explicit CallsFixture(const char *policies = acmePolicies)
        : installation(openJournal("installation", audit::Disk::system()))
        , journal(openJournal("acme", disk))
        , adapter(std::make_shared<FakeAdapter>(*journal))
        , identities(*identity::IdentityStore::open(directory(), clock, random))
        , aliceKey(keyFor("acme", "alice", {"Analyst"}))
        , bobKey(keyFor("acme", "bob", {"Sales"}))
        , carolKey(keyFor("closed", "carol", {"Analyst"}))
        , governed({tenants, *identities, *installation, clock, random, metrics, sealer})
    {
        tenants.views[TenantId("acme")] = {TenantId("acme"), snapshotOf(policies), registry(),
                                           std::make_shared<limits::RateLimiter>(), journal};
    }

    static constexpr char acmePolicies[] = R"(
tenants:
  - id: acme
    name: Acme
    policies:
      - name: everybody-echoes
        roles: ["*"]
        tools: [echo]
      - name: analysts-read
        roles: [Analyst]
        resources: [db]
        permissions: [read]
      - name: large-deals
        effect: deny
        roles: ["*"]
        tools: [write_deals]
        reason: Deals are changed by the finance team
)";

    // One operation by the holder of `key`, to its end.
    calls::CallReply run(const QByteArray &key, const QByteArray &name,
                         Json arguments = Json::object(),
                         calls::Operation operation = calls::Operation::CallTool)
    {
        return await(governed.run(request(key, name, std::move(arguments), operation)));
    }

    calls::CallRequest request(const QByteArray &key, const QByteArray &name,
                               Json arguments = Json::object(),
                               calls::Operation operation = calls::Operation::CallTool)
    {
        calls::CallRequest request;
        request.operation = operation;
        request.credential = identities->read(key);
        request.name = name;
        request.params = Json::object({{"name", name}, {"arguments", std::move(arguments)}});
        request.agent = "robot 1.0";
        request.requestId = RequestId("r-1");
        request.peerAddress = "192.0.2.1";
        request.received = clock.monotonic();
        return request;
    }

    [[nodiscard]] std::vector<audit::Record> records() const { return recordsIn(*journal); }

private:
    QTemporaryDir m_directory;

public:
    FakeClock clock;
    SeededRandom random;
    telemetry::Metrics metrics{clock};
    audit::CommitterPool committers{1};
    FailingDisk disk; // of acme's journal
    std::shared_ptr<audit::Journal> installation;
    std::shared_ptr<audit::Journal> journal; // acme's
    std::shared_ptr<FakeAdapter> adapter;
    std::unique_ptr<identity::IdentityStore> identities;
    const QByteArray aliceKey;
    const QByteArray bobKey;
    const QByteArray carolKey;
    TenantList tenants;
    secrets::Sealer sealer{QByteArray(secrets::Sealer::keyBytes, 'k'), random};
    calls::GovernedCall governed;

private:
    [[nodiscard]] std::filesystem::path directory() const
    {
        return m_directory.path().toStdString();
    }

    std::shared_ptr<audit::Journal> openJournal(const char *name, audit::Disk &on)
    {
        auto opened = audit::Journal::open(directory() / name, committers, clock, {.disk = &on});
        if (!opened)
            qFatal("%s", qUtf8Printable(opened.error().message));
        return std::move(*opened);
    }

    QByteArray keyFor(const char *tenant, const char *user, std::vector<QByteArray> roles)
    {
        const Json attributes = Json::object({{"region", "EU"}});
        if (!identities->putUser(
                {TenantId(tenant), UserId(user), user, std::move(roles), attributes}))
            qFatal("cannot make a user");
        return identities->createKey({TenantId(tenant), UserId(user), "test", {}})->secret;
    }

    static std::shared_ptr<const policy::Snapshot> snapshotOf(const char *text)
    {
        const auto loaded = policy::loadOrg({{"tenants/acme.yaml", text}});
        if (loaded.hasErrors())
            qFatal("%s", policy::toText(loaded.diagnostics.front()).constData());
        return *policy::Snapshot::compile(loaded.org.tenants.front(), "revision-1");
    }

    std::shared_ptr<const tools::Registry> registry()
    {
        const auto tool = [](const char *name, tools::PolicyBinding binding) {
            return tools::ToolDescriptor{
                name, QByteArray("native-") + name,
                Json::object({{"name", name}, {"inputSchema", Json::object({{"type", "object"}})}}),
                std::move(binding)};
        };
        tools::PolicyBinding deals{"read", "db.deals", {"db"}, Json::object(), {"region"}};
        tools::Catalog catalog;
        catalog.tools = {tool("echo", {}), tool("read_deals", deals), tool("hidden", {})};
        deals.permission = "write";
        catalog.tools.push_back(tool("write_deals", deals));
        catalog.resources = {{"file:///report",
                              "native:///report",
                              Json::object({{"uri", "file:///report"}}),
                              {"read", "db.report", {"db"}}},
                             {"file:///secret",
                              "native:///secret",
                              Json::object({{"uri", "file:///secret"}}),
                              {"read", "vault", {}}}};
        catalog.prompts = {{"greet",
                            "native-greet",
                            Json::object({{"name", "greet"}}),
                            {"read", "db.greeting", {"db"}}}};
        return std::make_shared<tools::Registry>(
            std::vector<tools::ServerCatalog>{{ServerId("fake"), {}, adapter, std::move(catalog)}});
    }
};

} // namespace provost::testing
