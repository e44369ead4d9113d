// CredentialFile: the tokens and registrations that Provost has at the authorization server of one upstream, sealed,
// in a file of mode 0600 in the tenant's directory. What does not open (another key, another tenant, an upstream that
// was given another address) counts as nothing: the upstream has to be authorised again.
// Thread: load() on any before the first keep(); keep() on one thread. Files are written on the tool pool.
#pragma once

#include "server/base/clock.h"
#include "server/base/mutex.h"
#include "server/secrets/sealer.h"
#include "server/tools/adapters/mcp/oauth/client.h"
#include "server/tools/toolpool.h"

#include <filesystem>
#include <memory>

namespace provost::tools::mcp::oauth {

struct Tokens
{
    QByteArray
        issuer; // of the authorization server that gave them, and that alone sees the refresh token
    QByteArray resource;
    QByteArray access;
    QByteArray refresh;
    Scopes scopes; // that were asked for
    std::optional<WallTime> usableUntil;
    bool operator==(const Tokens &) const = default;
};

struct Credentials
{
    QByteArray issuer; // that the configured client was first used with
    Tokens tokens;
    std::vector<Client> registered; // one for each issuer
    bool operator==(const Credentials &) const = default;
};

class CredentialFile : public std::enable_shared_from_this<CredentialFile>
{
public:
    // `context` is what the credentials belong to: tenant, server and its address. `pool` outlives this.
    CredentialFile(std::filesystem::path file, secrets::Sealer sealer, QByteArray context,
                   ToolPool &pool);

    [[nodiscard]] Credentials load() const;
    // Durable a little later; the last one counts.
    void keep(const Credentials &credentials);

private:
    void write();

    const std::filesystem::path m_file;
    const secrets::Sealer m_sealer;
    const QByteArray m_context;
    ToolPool &m_pool;
    Mutex m_mutex;                         // held while writing, so that writes keep their order
    QByteArray m_next GUARDED_BY(m_mutex); // sealed; empty: written already
};

} // namespace provost::tools::mcp::oauth
