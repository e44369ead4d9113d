// Session on PostgreSQL.
//
// The connection logs in as a role that may read (and, for tools that write, change) the tables. For each call its
// tables stand behind temporary views of the same names, with security barrier, that hold the row condition and the
// masks; the login role owns them. Statements then run as the query role, which may use these views and has no right
// on any table: that is checked when the connection is made.
//
// A free query could take the login role back (`SELECT set_config('role', …)`) and read the tables through a function
// that runs text as SQL (query_to_xml). So it runs inside a function that belongs to the query role and is SECURITY
// DEFINER: in there the server itself refuses to change the role. The function is STABLE and the transaction READ ONLY.
// Values of the condition stand in a temporary table that the query role cannot read.
//
// A write: the views check every row that is made, so rows outside the condition are neither changed nor made.
// Thread: the one that opened it.
#pragma once

#include "server/tools/adapters/sql/postgreschannel.h"
#include "server/tools/adapters/sql/session.h"

namespace provost::tools::sql {

class PostgresSession final : public Session
{
public:
    // Errors: Unavailable; InvalidInput if the query role could reach tables.
    [[nodiscard]] static Result<std::shared_ptr<Session>> open(std::shared_ptr<const Config> config,
                                                               const Clock &clock, Random &random);

    [[nodiscard]] Result<std::vector<Table>> describe() override;
    [[nodiscard]] Result<Answer> run(const Job &job) override;
    [[nodiscard]] bool isUsable() const override { return m_isUsable && m_channel->isUsable(); }

private:
    PostgresSession(std::shared_ptr<const Config> config, std::unique_ptr<PostgresChannel> channel,
                    const Clock &clock);

    struct Cover // what stands in the temporary schema
    {
        QByteArray script; // makes it, the values apart
        std::vector<BoundValue> values;
        bool operator==(const Cover &) const = default;
    };

    [[nodiscard]] PostgresChannel::Bounds ownBounds() const;
    [[nodiscard]] Result<void> checkQueryRole();
    [[nodiscard]] Result<Table> describeTable(const TableRule &rule);
    [[nodiscard]] Cover coverFor(const Job &job) const;
    [[nodiscard]] Result<void> raise(const Cover &cover);
    [[nodiscard]] Result<Answer> inTransaction(const Job &job);
    [[nodiscard]] Result<Answer> read(const Job &job, const PostgresChannel::Bounds &bounds);
    [[nodiscard]] Result<Answer> write(const Job &job, const PostgresChannel::Bounds &bounds);

    std::shared_ptr<const Config> m_config;
    std::unique_ptr<PostgresChannel> m_channel;
    const Clock &m_clock;
    std::vector<Table> m_tables;
    std::optional<Cover> m_cover; // that stands; none if in doubt
    bool m_isUsable = true;
};

} // namespace provost::tools::sql
