// AuditDesk: the console's questions about the audit log, over the indexes of all tenants and of the installation.
// Thread: query pool threads, several at once; every function opens what it reads.
#pragma once

#include "server/control/types.h"

#include "server/audit/index.h"
#include "server/telemetry/metrics.h"

#include <QString>

#include <filesystem>
#include <stop_token>

namespace provost::host {

class AuditDesk
{
public:
    AuditDesk(std::filesystem::path data, const telemetry::Metrics &metrics, const Clock &clock);

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

    [[nodiscard]] static control::FilterCheck checkFilter(QByteArrayView filter);
    [[nodiscard]] static std::vector<control::FilterCandidate> completeFilter(QByteArrayView filter,
                                                                              int cursor);

private:
    const std::filesystem::path m_data;
    const telemetry::Metrics &m_metrics;
    const Clock &m_clock;
};

} // namespace provost::host
