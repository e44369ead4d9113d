#include "server/tenancy/tenantruntime.h"

#include "server/tenancy/orgrevision.h"

#include <QLoggingCategory>

namespace provost::tenancy {

namespace {

Q_LOGGING_CATEGORY(logTenancy, "provost.tenancy")

bool isUnchanged(const tools::ServerDefinition &a, const tools::ServerDefinition &b)
{
    return a.kind == b.kind && a.prefix == b.prefix && a.config == b.config;
}

} // namespace

Result<std::shared_ptr<TenantRuntime>> TenantRuntime::open(const TenantId &id,
                                                           const TenantSurroundings &surroundings,
                                                           std::function<void()> onChanged)
{
    const auto directory = surroundings.data / "tenants" / id.value.toStdString();
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (error)
        return fail(ErrorCode::Storage, QStringLiteral("cannot create `%1`: %2")
                                            .arg(QString::fromStdString(directory.string()),
                                                 QString::fromStdString(error.message())));
    TRY_LET(auto journal, audit::Journal::open(directory / "journal", surroundings.committers,
                                               surroundings.clock));
    return std::shared_ptr<TenantRuntime>(
        new TenantRuntime(id, surroundings, std::move(journal), std::move(onChanged)));
}

TenantRuntime::TenantRuntime(TenantId id, const TenantSurroundings &surroundings,
                             std::shared_ptr<audit::Journal> journal,
                             std::function<void()> onChanged)
    : m_id(std::move(id))
    , m_surroundings(surroundings)
    , m_journal(std::move(journal))
    , m_onChanged(std::move(onChanged))
    , m_registry(std::make_shared<tools::Registry>(std::vector<tools::ServerCatalog>()))
    , m_changedCatalogs([this](const ServerId &server) {
        for (const Server &known : m_servers) {
            if (known.definition.id == server && known.adapter)
                spawn(readCatalog(weak_from_this(), server, known.adapter));
        }
    })
{
    m_journal->setOnCommitted(
        m_surroundings.indexer.follow(indexSource(), m_journal->lastSequence()));
}

TenantRuntime::~TenantRuntime()
{
    m_journal->setOnCommitted(nullptr);
    m_surroundings.indexer.forget(indexSource());
}

audit::IndexSource TenantRuntime::indexSource() const
{
    return {directory() / "journal", directory() / "index.db"};
}

std::filesystem::path TenantRuntime::directory() const
{
    return m_surroundings.data / "tenants" / m_id.value.toStdString();
}

void TenantRuntime::setPolicy(std::shared_ptr<const policy::Snapshot> policy)
{
    m_policy = std::move(policy);
    m_onChanged();
}

void TenantRuntime::setServers(const std::vector<tools::ServerDefinition> &definitions)
{
    std::vector<Server> next;
    std::vector<std::size_t> started;
    for (const tools::ServerDefinition &definition : definitions) {
        const auto known =
            std::find_if(m_servers.begin(), m_servers.end(), [&](const Server &server) {
                return server.definition.id == definition.id
                       && isUnchanged(server.definition, definition);
            });
        if (known != m_servers.end() && known->adapter) {
            next.push_back(std::move(*known));
            next.back().definition.where = definition.where;
        } else {
            started.push_back(next.size());
            next.push_back({definition, nullptr, {}, {}});
        }
    }
    m_servers = std::move(next);
    for (const std::size_t index : started)
        start(m_servers[index]);
    publishRegistry();
}

void TenantRuntime::startAgain(const ServerId &id)
{
    for (Server &server : m_servers) {
        if (server.definition.id != id)
            continue;
        server = {server.definition, nullptr, {}, {}};
        start(server);
        publishRegistry();
    }
}

void TenantRuntime::startHeldBack()
{
    for (Server &server : m_servers) {
        if (server.held)
            start(server);
    }
    publishRegistry();
}

void TenantRuntime::start(Server &server)
{
    server.held =
        m_surroundings.heldBack ? m_surroundings.heldBack(m_id, server.definition) : std::nullopt;
    if (server.held) {
        setProblem(server, server.held == tools::AdapterState::Unconfirmed
                               ? "its command waits for confirmation in the console"
                               : QByteArray());
        return;
    }
    const auto config = tools::substitute(server.definition.config,
                                          variablesFor(m_id, directory(), m_surroundings.org));
    if (!config) {
        setProblem(server, config.error().message.toUtf8());
        return;
    }
    auto adapter = tools::makeAdapter(server.definition, *config, m_id, m_surroundings.adapters);
    if (!adapter) {
        setProblem(server, adapter.error().message.toUtf8());
        return;
    }
    setProblem(server, {});
    server.adapter = std::move(*adapter);
    server.adapter->setOnCatalogChanged(
        [sender = m_changedCatalogs.sender(), id = server.definition.id] { sender.post(id); });
    spawn(readCatalog(weak_from_this(), server.definition.id, server.adapter));
}

// Whoever serves without a window finds it in the log.
void TenantRuntime::setProblem(Server &server, const QByteArray &problem)
{
    if (!problem.isEmpty() && problem != server.problem)
        qCWarning(logTenancy, "tool server %s of %s: %s", server.definition.id.value.constData(),
                  m_id.value.constData(), problem.constData());
    server.problem = problem;
}

// Holds neither the tenant nor the adapter while it waits, so that both can be stopped meanwhile.
Task<void> TenantRuntime::readCatalog(std::weak_ptr<TenantRuntime> self, ServerId id,
                                      std::weak_ptr<tools::Adapter> adapter)
{
    auto catalog = co_await adapter.lock()->catalog();
    const auto tenant = self.lock();
    const auto stillThere = adapter.lock();
    if (tenant && stillThere)
        tenant->acceptCatalog(id, stillThere, std::move(catalog));
}

void TenantRuntime::acceptCatalog(const ServerId &id,
                                  const std::shared_ptr<tools::Adapter> &adapter,
                                  Result<tools::Catalog> catalog)
{
    const auto server = std::find_if(m_servers.begin(), m_servers.end(), [&](const Server &known) {
        return known.definition.id == id && known.adapter == adapter;
    });
    if (server == m_servers.end())
        return; // replaced meanwhile
    if (catalog) {
        server->catalog = std::move(*catalog);
        setProblem(*server, {});
    } else {
        server->catalog =
            {}; // what cannot be listed cannot be called under a name that may have changed
        setProblem(*server, catalog.error().message.toUtf8());
    }
    publishRegistry();
}

void TenantRuntime::publishRegistry()
{
    std::vector<tools::ServerCatalog> catalogs;
    for (const Server &server : m_servers) {
        if (server.adapter)
            catalogs.push_back({server.definition.id, server.definition.prefix, server.adapter,
                                server.catalog, server.definition.outputValidation});
    }
    m_registry = std::make_shared<tools::Registry>(std::move(catalogs), m_surroundings.schemas);
    m_onChanged();
}

calls::TenantView TenantRuntime::view() const
{
    return {m_id, m_policy, m_registry, m_limiter, m_journal};
}

std::vector<ServerHealth> TenantRuntime::servers() const
{
    std::vector<ServerHealth> healths;
    for (const Server &server : m_servers) {
        ServerHealth health{server.definition.id,    server.definition.kind,  {}, 0, server.problem,
                            server.definition.where, server.definition.config};
        health.tools = static_cast<int>(server.catalog.tools.size());
        if (server.adapter)
            health.status = server.adapter->status();
        else if (server.held)
            health.status.state = *server.held;
        else
            health.status.state = tools::AdapterState::Failed;
        healths.push_back(std::move(health));
    }
    return healths;
}

} // namespace provost::tenancy
