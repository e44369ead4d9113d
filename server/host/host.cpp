#include "server/host/host.h"

#include "server/host/adminhandler.h"
#include "server/host/auditdesk.h"
#include "server/host/localcontrol.h"
#include "server/host/policydesk.h"
#include "server/host/sessiondesk.h"
#include "server/host/tenantdesk.h"
#include "server/host/tooldesk.h"

#include "server/audit/committerpool.h"
#include "server/audit/index.h"
#include "server/calls/governedcall.h"
#include "server/gateway/mcpendpoint.h"
#include "server/gateway/mcpnews.h"
#include "server/gateway/originpolicy.h"
#include "server/gateway/sessiontable.h"
#include "server/secrets/keyfile.h"
#include "server/secrets/redact.h"
#include "server/secrets/sealer.h"
#include "server/tasks/taskkeeper.h"
#include "server/telemetry/log.h"

#include <QLockFile>

namespace provost::host {

namespace {

constexpr int committerThreads = 4;
constexpr int toolThreads = 8;
constexpr int queryThreads = 2;
constexpr std::size_t questionsMax = 256;
constexpr std::chrono::seconds stopPatience{30};
constexpr std::chrono::milliseconds watchInterval{500};
constexpr int orgWatchEvery = 4; // watches: git status costs more than a look at state.db

} // namespace

// Members stand in the order in which they are needed, so that they end in the reverse order.
class Host::Building
{
public:
    explicit Building(HostOptions given)
        : options(std::move(given))
        , lock(QString::fromStdString((options.data / "lock").string()))
    {
        if (options.jsonLog)
            log.emplace(clock, telemetry::LogOptions{.redact = secrets::redactText})
                .installMessageHandler();
    }
    ~Building();

    [[nodiscard]] Result<void> openStores();
    [[nodiscard]] Result<void> openOrg();
    [[nodiscard]] Result<void> openDoors();
    void makeConsole();

    HostOptions options;
    QLockFile lock;
    SystemClock clock;
    std::optional<telemetry::Log> log;
    SystemRandom random;
    telemetry::Metrics metrics{clock};
    audit::CommitterPool committers{committerThreads};
    audit::Indexer indexer;
    std::unique_ptr<audit::Journal> journal; // the installation's
    std::unique_ptr<Administration> administration;
    std::unique_ptr<identity::IdentityStore> identities;
    std::unique_ptr<ServerHolds> holds; // on the control thread, once that runs

    tools::ToolPool toolPool{toolThreads}; // adapters on the loop hand work to it until their end
    EventThread adapters{"adapters"};

    // On the control thread, and destroyed there.
    struct ControlRoom
    {
        std::unique_ptr<tenancy::Tenancy> tenancy;
        std::unique_ptr<OrgService> org;
        std::unique_ptr<PolicyDesk> policy;
        std::unique_ptr<TenantDesk> tenants;
        std::unique_ptr<ToolDesk> tools;
        std::unique_ptr<SessionDesk> sessions;
        std::unique_ptr<QTimer> watch;
        int watches = 0;
    };
    ControlRoom room;
    QByteArray identityProblem; // control thread: why keys cannot be read; empty if they can
    EventThread controlThread{"control"};

    gateway::SessionTable sessions{clock, random};
    gateway::McpPresence presence{clock};
    gateway::MessageTap messageTap{clock};
    gateway::McpNews agentNews{sessions};
    std::unique_ptr<secrets::Sealer> callSealer;
    std::unique_ptr<tasks::TaskKeeper> tasks;
    std::unique_ptr<calls::GovernedCall> governedCall;
    std::unique_ptr<gateway::McpServices> services;
    std::unique_ptr<gateway::FrontDoor> frontDoor;
    std::unique_ptr<gateway::FrontDoor> adminDoor;
    gateway::ListenAddress endpoint;
    gateway::ListenAddress admin;

    std::unique_ptr<AuditDesk> auditDesk;
    WorkerPool queries{"queries", queryThreads, questionsMax};
    std::unique_ptr<LocalControl> control;
    std::function<void(LocalControl::News)> news;

private:
    [[nodiscard]] audit::IndexSource installationIndex() const
    {
        return {options.data / "journal", options.data / "index.db"};
    }
    void watchOutsideChanges();
    void recordActsBeside();
    [[nodiscard]] std::vector<QByteArray> problems();
};

Result<void> Host::Building::openStores()
{
    std::error_code error;
    std::filesystem::create_directories(options.data, error);
    const QString data = QString::fromStdString(options.data.string());
    if (error)
        return fail(ErrorCode::Storage, QStringLiteral("cannot create the data directory `%1`: %2")
                                            .arg(data, QString::fromStdString(error.message())));
    lock.setStaleLockTime(0); // a lock is stale only when its process is gone
    const bool locked = lock.tryLock();
    if (!locked && lock.error() != QLockFile::LockFailedError)
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot write to the data directory `%1`; check that this user "
                                   "may, and that its file system is not read-only")
                        .arg(data));
    if (!locked)
        return fail(
            ErrorCode::Conflict,
            QStringLiteral("another process serves `%1`; stop it, or name another data directory")
                .arg(data));
    TRY_LET(journal, audit::Journal::open(options.data / "journal", committers, clock));
    journal->setOnCommitted(indexer.follow(installationIndex(), journal->lastSequence()));
    administration = std::make_unique<Administration>(*journal, clock);
    TRY_LET(identities, identity::IdentityStore::open(options.data, clock, random));
    TRY_LET(holds, ServerHolds::open(options.data / "servers.json"));
    return administration->record(
        {.action = "start", .details = Json::object({{"version", PROVOST_VERSION}})});
}

Result<void> Host::Building::openOrg()
{
    Result<void> opened;
    controlThread.run([&] {
        opened = [&]() -> Result<void> {
            const auto directory = options.org.empty() ? options.data / "org" : options.org;
            TRY_LET(auto repository, org::OrgRepository::open(directory, clock));
            room.tenancy = std::make_unique<tenancy::Tenancy>(
                tenancy::TenantSurroundings{
                    .data = options.data,
                    .org = directory,
                    .committers = committers,
                    .indexer = indexer,
                    .clock = clock,
                    .adapters = {clock, random, toolPool, adapters.thread(), options.data},
                    .heldBack =
                        [this](const TenantId &tenant, const tools::ServerDefinition &server) {
                            return holds->heldBack(tenant, server);
                        }},
                [this](const tenancy::TenantChange &change) {
                    agentNews.tell(change);
                    if (news)
                        news(LocalControl::News::Configuration);
                });
            room.org = std::make_unique<OrgService>(std::move(repository), *room.tenancy,
                                                    *administration, *holds);
            return room.org->reload("start");
        }();
    });
    return opened;
}

Result<void> Host::Building::openDoors()
{
    TRY_LET(QByteArray callKey, secrets::readOrCreateKey(options.data / "keys" / "call-state.key",
                                                         secrets::Sealer::keyBytes, random));
    callSealer = std::make_unique<secrets::Sealer>(std::move(callKey), random);
    tasks = std::make_unique<tasks::TaskKeeper>(options.data, clock);
    governedCall = std::make_unique<calls::GovernedCall>(calls::GovernedCall::Services{
        *room.tenancy, *identities, *journal, clock, random, metrics, *callSealer});
    services = std::make_unique<gateway::McpServices>(gateway::makeMcpServices(
        {.calls = *governedCall,
         .tenants = *room.tenancy,
         .identities = *identities,
         .metrics = metrics,
         .sessions = sessions,
         .presence = presence,
         .news = agentNews,
         .clock = clock,
         .random = random,
         .instructions = "Tools, resources and prompts are governed: each call is decided by "
                         "policy and recorded. A "
                         "refusal names its reason and whether trying again can help.",
         .tasks = tasks.get()}));
    services->tap = &messageTap;
    frontDoor = std::make_unique<gateway::FrontDoor>(
        gateway::FrontDoorOptions{.loops = options.gatewayLoops}, clock,
        [this](const gateway::LoopContext &context) {
            return std::make_unique<gateway::McpEndpoint>(
                *services, gateway::OriginPolicy(context.listening, {}));
        });
    TRY_LET(endpoint, frontDoor->listen(options.listenHost, options.listenPort));
    adminDoor = std::make_unique<gateway::FrontDoor>(
        gateway::FrontDoorOptions{.loops = 1}, clock, [this](const gateway::LoopContext &context) {
            return std::make_unique<AdminHandler>(
                context, AdminHandler::Services{metrics, [this] { return problems(); }});
        });
    TRY_LET(admin, adminDoor->listen(options.adminHost, options.adminPort));
    return {};
}

void Host::Building::makeConsole()
{
    auditDesk = std::make_unique<AuditDesk>(
        AuditDesk::Services{.data = options.data,
                            .metrics = metrics,
                            .clock = clock,
                            .problems = [this] { return problems(); },
                            .recordExport =
                                [this](QByteArray author, QByteArray filter) {
                                    return administration->record(
                                        {.action = "export",
                                         .author = std::move(author),
                                         .details = Json::object({{"filter", std::move(filter)}})});
                                }});
    controlThread.run([this] {
        room.policy = std::make_unique<PolicyDesk>(*room.org, clock);
        room.tenants = std::make_unique<TenantDesk>(TenantDesk::Services{
            .org = *room.org,
            .identities = *identities,
            .administration = *administration,
            .metrics = metrics,
            .clock = clock,
            .endpoint = endpoint.url(),
            .admin = admin.url(),
            .agents = [this] {
                return static_cast<int>(gateway::connectedAgents(sessions, presence, clock.now()));
            }});
        room.sessions = std::make_unique<SessionDesk>(
            SessionDesk::Services{sessions, presence, messageTap, *administration});
        room.tools =
            std::make_unique<ToolDesk>(ToolDesk::Services{.org = *room.org,
                                                          .holds = *holds,
                                                          .identities = *identities,
                                                          .administration = *administration,
                                                          .calls = *governedCall,
                                                          .metrics = metrics,
                                                          .clock = clock,
                                                          .random = random});
    });
    control =
        std::make_unique<LocalControl>(Desks{controlThread, *room.policy, *room.tenants,
                                             *room.tools, *room.sessions, queries, *auditDesk});
    controlThread.run([this] {
        news = control->newsSender();
        indexer.setOnIndexed([news = news](const audit::IndexSource &, std::int64_t) {
            news(LocalControl::News::Records);
        });
        room.watch = std::make_unique<QTimer>();
        room.watch->setInterval(watchInterval);
        QObject::connect(room.watch.get(), &QTimer::timeout, room.watch.get(),
                         [this] { watchOutsideChanges(); });
        room.watch->start();
    });
}

// `provost key revoke` and an editor on the org directory work beside a running server.
void Host::Building::watchOutsideChanges()
{
    const auto changed = identities->reloadIfChanged();
    identityProblem = changed ? QByteArray() : changed.error().message.toUtf8();
    if (changed && *changed) {
        recordActsBeside();
        news(LocalControl::News::Configuration);
    }
    if (++room.watches % orgWatchEvery == 0 && room.org->hasMoved()) {
        const QByteArray before = room.org->problem();
        const auto reloaded = room.org->reload("outside");
        if (!reloaded && room.org->problem() != before)
            qWarning("%s", qUtf8Printable(reloaded.error().message));
        news(LocalControl::News::Configuration);
    }
    news(LocalControl::News::Status);
}

// Acts that were carried out beside the server are recorded as soon as it sees them.
void Host::Building::recordActsBeside()
{
    const auto recorded = identities->drainActs([this](const Json &act) {
        return administration->record({.action = act["action"].toByteArray(),
                                       .author = act["author"].toByteArray(),
                                       .tenant = TenantId(act["tenant"].toByteArray()),
                                       .details = act["details"]});
    });
    if (!recorded)
        qWarning("%s", qUtf8Printable(recorded.error().message));
}

std::vector<QByteArray> Host::Building::problems()
{
    std::vector<QByteArray> found;
    controlThread.run([&] {
        if (room.tenants)
            found = room.tenants->status().value_or(control::ServerStatus()).problems;
        if (!identityProblem.isEmpty())
            found.push_back("no key can be verified: " + identityProblem);
    });
    return found;
}

Host::Building::~Building()
{
    if (adminDoor)
        adminDoor->stop(std::chrono::milliseconds(0));
    if (frontDoor)
        frontDoor->stop(stopPatience);
    control.reset();
    if (room.tools) {
        controlThread.run([this] { room.tools->stopTrials(); });
        room.tools->awaitTrials(stopPatience);
    }
    controlThread.run([this] {
        room.watch.reset();
        if (administration && room.org)
            static_cast<void>(
                administration->record({.action = "stop"})); // the process ends whether or not
        if (identities)
            static_cast<void>(identities->flushLastUsed());
        room.sessions.reset();
        room.tools.reset();
        room.tenants.reset();
        room.policy.reset();
        room.org.reset();
        room.tenancy.reset();
    });
}

Result<std::unique_ptr<Host>> Host::start(HostOptions options)
{
    auto building = std::make_unique<Building>(std::move(options));
    TRY_DO(building->openStores());
    TRY_DO(building->openOrg());
    TRY_DO(building->openDoors());
    building->makeConsole();
    return std::unique_ptr<Host>(new Host(std::move(building)));
}

Host::Host(std::unique_ptr<Building> building)
    : m_building(std::move(building))
{
}

Host::~Host() = default;

QByteArray Host::endpointUrl() const
{
    return m_building->endpoint.url();
}

QByteArray Host::adminUrl() const
{
    return m_building->admin.url();
}

control::ControlPlane &Host::control()
{
    return *m_building->control;
}

} // namespace provost::host
