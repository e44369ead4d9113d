// TenantRuntime: one tenant while it is served: its policy snapshot, tool servers, registry, limits and journal.
// INVARIANT: a tenant whose journal cannot be opened has no runtime; nobody is served without a record.
// Thread: the control thread. view() is what other threads get, a copy of snapshots.
#pragma once

#include "server/audit/index.h"
#include "server/audit/journal.h"
#include "server/base/mailbox.h"
#include "server/calls/tenantview.h"
#include "server/tools/adapters.h"

#include <filesystem>
#include <map>

namespace provost::tenancy {

struct ServerHealth
{
    ServerId id;
    QByteArray kind;
    tools::AdapterStatus status;
    int tools = 0;
    QByteArray problem; // why it is not served; empty if it is
    policy::SourceLocation where{};
    Json config{}; // as declared
};

// Where a tenant keeps its files and what its adapters share.
struct TenantSurroundings
{
    std::filesystem::path data; // the installation's data directory
    std::filesystem::path org;
    audit::CommitterPool &committers;
    audit::Indexer &indexer;
    const Clock &clock;
    tools::AdapterEnvironment adapters;
    // The state that keeps a server from being started, decided by an administrator; none: it may start. May be empty.
    std::function<std::optional<tools::AdapterState>(const TenantId &,
                                                     const tools::ServerDefinition &)>
        heldBack{};
    std::shared_ptr<tools::ToolSchemas> schemas = std::make_shared<tools::ToolSchemas>();
};

class TenantRuntime : public std::enable_shared_from_this<TenantRuntime>
{
public:
    // Opens the tenant's journal. `onChanged` runs on the control thread when view() answers differently.
    // Errors: Storage.
    [[nodiscard]] static Result<std::shared_ptr<TenantRuntime>>
    open(const TenantId &id, const TenantSurroundings &surroundings,
         std::function<void()> onChanged);
    ~TenantRuntime();

    void setPolicy(std::shared_ptr<const policy::Snapshot> policy);
    // Starts what is new, keeps what is unchanged, stops what is gone. Catalogs arrive later, through onChanged.
    void setServers(const std::vector<tools::ServerDefinition> &definitions);

    // Stops the server and starts it anew, unless it is held back. Nothing if there is none of that id.
    void startAgain(const ServerId &id);
    // Starts what was held back and is no longer.
    void startHeldBack();

    [[nodiscard]] calls::TenantView view() const;
    [[nodiscard]] std::vector<ServerHealth> servers() const;
    [[nodiscard]] audit::Journal &journal() const { return *m_journal; }
    [[nodiscard]] std::filesystem::path directory() const;

private:
    struct Server
    {
        tools::ServerDefinition definition;
        std::shared_ptr<tools::Adapter> adapter; // null if it could not be made
        tools::Catalog catalog;
        QByteArray problem;
        std::optional<tools::AdapterState> held{}; // set: it was not started because of that
    };

    TenantRuntime(TenantId id, const TenantSurroundings &surroundings,
                  std::shared_ptr<audit::Journal> journal, std::function<void()> onChanged);

    [[nodiscard]] audit::IndexSource indexSource() const;
    void start(Server &server);
    void setProblem(Server &server, const QByteArray &problem);
    static Task<void> readCatalog(std::weak_ptr<TenantRuntime> self, ServerId id,
                                  std::weak_ptr<tools::Adapter> adapter);
    void acceptCatalog(const ServerId &id, const std::shared_ptr<tools::Adapter> &adapter,
                       Result<tools::Catalog> catalog);
    void publishRegistry();

    const TenantId m_id;
    const TenantSurroundings m_surroundings;
    std::shared_ptr<audit::Journal> m_journal;
    std::function<void()> m_onChanged;
    std::shared_ptr<limits::RateLimiter> m_limiter = std::make_shared<limits::RateLimiter>();
    std::shared_ptr<const policy::Snapshot> m_policy;
    std::shared_ptr<const tools::Registry> m_registry;
    std::vector<Server> m_servers; // in the order of the org directory
    Mailbox<ServerId> m_changedCatalogs;
};

} // namespace provost::tenancy
