// AuditDesk: the console's questions about the audit log, over the indexes of one tenant, or of all tenants and the
// installation merged.
// Thread: query pool threads, several at once; every function opens what it reads.
#pragma once

#include "server/control/types.h"

#include "server/audit/query.h"
#include "server/audit/readers.h"
#include "server/telemetry/metrics.h"

#include <QString>

#include <filesystem>
#include <functional>
#include <stop_token>

namespace provost::host {

class AuditDesk
{
public:
    struct Services
    {
        std::filesystem::path data;
        const telemetry::Metrics &metrics;
        const Clock &clock;
        std::function<std::vector<QByteArray>()> problems; // what needs a person; any thread
        // Records who exported what, before the export begins.
        std::function<Result<void>(QByteArray author, QByteArray filter)> recordExport;
    };
    explicit AuditDesk(Services services);

    [[nodiscard]] Result<control::Overview> overview(const TenantId &tenant,
                                                     const control::TimeRange &range,
                                                     const std::stop_token &stop) const;
    [[nodiscard]] Result<control::AuditPage> page(const control::AuditPageRequest &request,
                                                  const std::stop_token &stop) const;
    [[nodiscard]] Result<control::AuditCount> count(const control::AuditQuery &query,
                                                    const std::stop_token &stop) const;
    [[nodiscard]] Result<std::vector<control::HistogramBucket>>
    histogram(const control::AuditQuery &query, int buckets, const std::stop_token &stop) const;
    [[nodiscard]] Result<std::vector<control::Facet>> facets(const control::AuditQuery &query,
                                                             const std::stop_token &stop) const;
    [[nodiscard]] Result<control::AuditDetail> detail(const control::RecordId &id) const;
    [[nodiscard]] Result<std::int64_t> exportTo(const control::AuditQuery &query,
                                                const QString &path, const QByteArray &author,
                                                const std::stop_token &stop) const;

    [[nodiscard]] control::FilterCheck checkFilter(QByteArrayView filter) const;
    [[nodiscard]] static std::vector<control::FilterCandidate> completeFilter(QByteArrayView filter,
                                                                              int cursor);

private:
    struct Source
    {
        TenantId tenant;
        audit::AuditReader reader;
    };

    [[nodiscard]] Result<std::vector<Source>> open(const TenantId &tenant,
                                                   const std::stop_token &stop) const;
    [[nodiscard]] Result<audit::AuditQuery> compile(const control::AuditQuery &query) const;
    [[nodiscard]] Result<std::vector<control::HistogramBucket>>
    bars(std::vector<Source> &sources, audit::AuditQuery query, int buckets) const;

    const Services m_services;
};

} // namespace provost::host
