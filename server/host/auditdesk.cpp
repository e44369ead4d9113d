#include "server/host/auditdesk.h"

#include <QSaveFile>

#include <limits>
#include <map>

namespace provost::host {

namespace {

using control::AuditRow;

constexpr std::int64_t countMax = 5'000'000;
constexpr int facetValuesMax = 8;
constexpr audit::Field facetFields[] = {audit::Field::Tool, audit::Field::User, audit::Field::Agent,
                                        audit::Field::Rule, audit::Field::Status};

AuditRow rowOf(const TenantId &tenant, const audit::AuditRow &from)
{
    const audit::Record &record = from.record;
    return {.id = {tenant, from.key.sequence},
            .timestamp = from.key.time,
            .user = record.user,
            .agent = record.agent,
            .action = record.action,
            .tool = record.tool,
            .resource = record.resource,
            .status = record.status,
            .decision = record.decision,
            .policy = record.policy,
            .policyFile = record.policyFile,
            .policyLine = record.policyLine,
            .reason = record.reason,
            .durationUs = record.durationUs,
            .recordsReturned = record.recordsReturned,
            .requestId = record.requestId,
            .workflowId = record.workflowId,
            .masked = !record.rowFilter.isEmpty()};
}

// Rows of several logs are ordered by time, then by tenant, then by sequence.
bool isNewer(const AuditRow &a, const AuditRow &b)
{
    if (a.timestamp != b.timestamp)
        return a.timestamp > b.timestamp;
    if (a.id.tenant != b.id.tenant)
        return b.id.tenant < a.id.tenant;
    return a.id.sequence > b.id.sequence;
}

// Where `anchor`, a row of any log, stands in the order of the log of `tenant`.
audit::RowKey anchorIn(const TenantId &tenant, const AuditRow &anchor)
{
    if (tenant == anchor.id.tenant)
        return {anchor.timestamp, anchor.id.sequence};
    const bool allAtThatTimeAreOlder = tenant < anchor.id.tenant;
    return {anchor.timestamp, allAtThatTimeAreOlder ? std::numeric_limits<std::int64_t>::max() : 0};
}

QByteArray auditLink(const QByteArray &filter)
{
    return "audit?filter=" + filter.toPercentEncoding();
}

QByteArray quoted(const audit::FacetValue &value)
{
    return audit::quotedValue(value.value);
}

// The values of one field over several logs, most frequent first.
std::vector<control::NamedCount> merged(const std::vector<audit::Facets> &all, audit::Field field,
                                        const QByteArray &filterPrefix)
{
    std::map<QByteArray, control::NamedCount> byName;
    for (const audit::Facets &facets : all) {
        for (const audit::Facet &facet : facets.facets) {
            if (facet.field != field)
                continue;
            for (const audit::FacetValue &value : facet.values) {
                control::NamedCount &sum = byName[value.value];
                sum.name = value.value;
                sum.count += value.count;
                sum.agents += value.users;
                sum.link = auditLink(filterPrefix + quoted(value));
            }
        }
    }
    std::vector<control::NamedCount> counts;
    counts.reserve(byName.size());
    for (auto &[name, count] : byName)
        counts.push_back(std::move(count));
    std::stable_sort(counts.begin(), counts.end(),
                     [](const control::NamedCount &a, const control::NamedCount &b) {
                         return a.count > b.count;
                     });
    if (counts.size() > facetValuesMax)
        counts.resize(facetValuesMax);
    return counts;
}

std::vector<control::Attention> attentionFor(const std::vector<QByteArray> &problems,
                                             const control::Overview &overview,
                                             std::int64_t failedAuthentications)
{
    using Kind = control::Attention::Kind;
    std::vector<control::Attention> items;
    for (const QByteArray &problem : problems) {
        const qsizetype lineEnd = problem.indexOf('\n');
        items.push_back({Kind::Problem,
                         lineEnd < 0 ? problem : problem.first(lineEnd),
                         lineEnd < 0 ? QByteArray() : problem.sliced(lineEnd + 1),
                         {}});
    }
    if (failedAuthentications > 0)
        items.push_back({Kind::Warning,
                         QByteArray::number(qint64(failedAuthentications))
                             + " failed authentications since the start",
                         "Somebody used a key that is unknown, expired or revoked.",
                         auditLink("action:login")});
    if (overview.limited > 0)
        items.push_back({Kind::Warning,
                         QByteArray::number(qint64(overview.limited)) + " calls were rate limited",
                         "Agents were told when to try again.", auditLink("status:rate_limited")});
    if (overview.denied > 0)
        items.push_back(
            {Kind::Info,
             QByteArray::number(qint64(overview.denied)) + " calls were denied by policy",
             "See which rules, and whether they are the ones you meant.",
             auditLink("status:denied")});
    if (overview.errors > 0)
        items.push_back({Kind::Info,
                         QByteArray::number(qint64(overview.errors)) + " calls ended in an error",
                         "The tool or its server failed.", auditLink("status:error")});
    return items;
}

} // namespace

AuditDesk::AuditDesk(Services services)
    : m_services(std::move(services))
{
}

Result<std::vector<AuditDesk::Source>> AuditDesk::open(const TenantId &tenant,
                                                       const std::stop_token &stop) const
{
    std::vector<audit::JournalPlace> places;
    if (tenant.isEmpty()) {
        TRY_LET(places, audit::journalsIn(m_services.data));
    } else {
        places.push_back(audit::placeOf(m_services.data, tenant));
    }
    std::vector<Source> sources;
    for (const audit::JournalPlace &place : places) {
        auto reader = audit::AuditReader::open(place.index, place.journal);
        if (!reader && reader.error().code == ErrorCode::NotFound)
            continue; // nothing was recorded there yet
        if (!reader)
            return fail(reader.error());
        reader->stopWith(stop);
        sources.push_back({place.tenant, std::move(*reader)});
    }
    return sources;
}

Result<audit::AuditQuery> AuditDesk::compile(const control::AuditQuery &query) const
{
    TRY_LET(audit::Filter filter, audit::Filter::fromText(query.filter, m_services.clock.now()));
    return audit::AuditQuery{std::move(filter), {query.range.from, query.range.until}};
}

Result<control::AuditPage> AuditDesk::page(const control::AuditPageRequest &request,
                                           const std::stop_token &stop) const
{
    TRY_LET(const audit::AuditQuery query, compile(request.query));
    TRY_LET(std::vector<Source> sources, open(request.query.tenant, stop));
    const bool older = request.direction == control::PageDirection::Older;
    control::AuditPage page;
    for (Source &source : sources) {
        audit::PageRequest own{.direction =
                                   older ? audit::Direction::Older : audit::Direction::Newer,
                               .rowsMax = request.rowsMax};
        if (request.anchor)
            own.anchor = anchorIn(source.tenant, *request.anchor);
        TRY_LET(const audit::AuditPage part, source.reader.page(query, own));
        for (const audit::AuditRow &row : part.rows)
            page.rows.push_back(rowOf(source.tenant, row));
        page.more |= part.more;
    }
    std::sort(page.rows.begin(), page.rows.end(), isNewer);
    const auto rowsMax = static_cast<std::size_t>(request.rowsMax);
    if (page.rows.size() > rowsMax) {
        // Keep those next to the anchor: at the front going to older rows, at the back going to newer ones.
        const auto surplus = static_cast<std::ptrdiff_t>(page.rows.size() - rowsMax);
        if (older)
            page.rows.erase(page.rows.end() - surplus, page.rows.end());
        else
            page.rows.erase(page.rows.begin(), page.rows.begin() + surplus);
        page.more = true;
    }
    return page;
}

Result<control::AuditCount> AuditDesk::count(const control::AuditQuery &query,
                                             const std::stop_token &stop) const
{
    const auto before = m_services.clock.monotonic();
    TRY_LET(const audit::AuditQuery matching, compile(query));
    TRY_LET(std::vector<Source> sources, open(query.tenant, stop));
    control::AuditCount count;
    for (Source &source : sources) {
        TRY_LET(const audit::AuditCount found, source.reader.count(matching, countMax));
        TRY_LET(const audit::AuditCount all, source.reader.count({}, countMax));
        count.matching += found.matching;
        count.total += all.matching;
    }
    count.took = std::chrono::duration_cast<Microseconds>(m_services.clock.monotonic() - before);
    return count;
}

Result<std::vector<control::HistogramBucket>>
AuditDesk::histogram(const control::AuditQuery &query, int buckets,
                     const std::stop_token &stop) const
{
    TRY_LET(audit::AuditQuery compiled, compile(query));
    TRY_LET(std::vector<Source> sources, open(query.tenant, stop));
    return bars(sources, std::move(compiled), buckets);
}

Result<std::vector<control::HistogramBucket>>
AuditDesk::bars(std::vector<Source> &sources, audit::AuditQuery query, int buckets) const
{
    // The same ends for all logs, or their bars would not line up.
    if (!query.range.until)
        query.range.until = m_services.clock.now() + std::chrono::seconds(1);
    if (!query.range.from) {
        std::optional<WallTime> first;
        for (Source &source : sources) {
            TRY_LET(
                const audit::AuditPage oldest,
                source.reader.page(query, {.direction = audit::Direction::Newer, .rowsMax = 1}));
            if (!oldest.rows.empty() && (!first || oldest.rows.front().key.time < *first))
                first = oldest.rows.front().key.time;
        }
        query.range.from = first.value_or(*query.range.until - std::chrono::hours(1));
    }
    std::map<WallTime, control::HistogramBucket> byTime;
    for (Source &source : sources) {
        TRY_LET(const audit::Histogram histogram, source.reader.histogram(query, buckets));
        for (const audit::HistogramBar &bar : histogram.bars) {
            control::HistogramBucket &bucket = byTime[bar.from];
            bucket.from = bar.from;
            bucket.total += bar.total;
            bucket.denied += bar.denied + bar.limited;
            bucket.errors += bar.errors;
        }
    }
    std::vector<control::HistogramBucket> result;
    result.reserve(byTime.size());
    for (const auto &[from, bucket] : byTime)
        result.push_back(bucket);
    return result;
}

Result<std::vector<control::Facet>> AuditDesk::facets(const control::AuditQuery &query,
                                                      const std::stop_token &stop) const
{
    TRY_LET(const audit::AuditQuery compiled, compile(query));
    TRY_LET(std::vector<Source> sources, open(query.tenant, stop));
    std::vector<audit::Facets> all;
    for (Source &source : sources) {
        TRY_LET(audit::Facets facets, source.reader.facets(compiled, facetFields, facetValuesMax));
        all.push_back(std::move(facets));
    }
    std::vector<control::Facet> result;
    for (const audit::Field field : facetFields) {
        const std::string_view name = audit::infoOf(field).name;
        control::Facet facet{.field = QByteArray(name.data(), qsizetype(name.size()))};
        for (const control::NamedCount &value : merged(all, field, {}))
            facet.values.push_back({value.name, value.count});
        result.push_back(std::move(facet));
    }
    return result;
}

Result<control::AuditDetail> AuditDesk::detail(const control::RecordId &id) const
{
    const audit::JournalPlace place = audit::placeOf(m_services.data, id.tenant);
    TRY_LET(audit::AuditReader reader, audit::AuditReader::open(place.index, place.journal));
    TRY_LET(audit::AuditDetail found, reader.detail(id.sequence));
    control::AuditDetail detail{.row = rowOf(id.tenant, found.row),
                                .rawIntent = std::move(found.intentLine),
                                .rawOutcome = std::move(found.outcomeLine)};
    if (!detail.rawIntent.isEmpty())
        detail.intent = Json::parse(detail.rawIntent).value_or(Json());
    if (!detail.rawOutcome.isEmpty())
        detail.outcome = Json::parse(detail.rawOutcome).value_or(Json());
    return detail;
}

Result<std::int64_t> AuditDesk::exportTo(const control::AuditQuery &query, const QString &path,
                                         const QByteArray &author,
                                         const std::stop_token &stop) const
{
    TRY_LET(const audit::AuditQuery compiled, compile(query));
    TRY_DO(m_services.recordExport(author, compiled.filter.canonical()));
    std::vector<audit::JournalPlace> places;
    if (query.tenant.isEmpty()) {
        TRY_LET(places, audit::journalsIn(m_services.data));
    } else {
        places.push_back(audit::placeOf(m_services.data, query.tenant));
    }
    QSaveFile file(path); // a cancelled export leaves nothing behind
    if (!file.open(QIODevice::WriteOnly))
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot write `%1`: %2").arg(path, file.errorString()));
    const auto inRange = [&](const audit::Record &record) {
        return (!query.range.from || record.timestamp >= *query.range.from)
               && (!query.range.until || record.timestamp < *query.range.until);
    };
    std::int64_t written = 0;
    TRY_DO(audit::readMatching(
        places, compiled.filter,
        [&](QByteArrayView line, const audit::Record &record) {
            if (!inRange(record))
                return true;
            ++written;
            return file.write(line.data(), line.size()) == line.size() && file.write("\n") == 1;
        },
        stop));
    if (stop.stop_requested())
        return fail(ErrorCode::Cancelled, QStringLiteral("the export was cancelled"));
    if (!file.commit())
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot write `%1`: %2").arg(path, file.errorString()));
    return written;
}

Result<control::Overview> AuditDesk::overview(const TenantId &tenant,
                                              const control::TimeRange &range,
                                              const std::stop_token &stop) const
{
    TRY_LET(std::vector<Source> sources, open(tenant, stop));
    const audit::AuditQuery all{.range = {range.from, range.until}};
    control::Overview overview;
    std::vector<audit::Facets> denials;
    std::vector<audit::Facets> tools;
    TRY_LET(const audit::Filter denied,
            audit::Filter::fromText("status:denied", m_services.clock.now()));
    constexpr audit::Field ruleField[] = {audit::Field::Rule};
    constexpr audit::Field toolField[] = {audit::Field::Tool};
    for (Source &source : sources) {
        if (source.tenant.isEmpty())
            continue; // administration, not calls
        TRY_LET(const audit::Histogram histogram, source.reader.histogram(all, 60));
        for (const audit::HistogramBar &bar : histogram.bars) {
            overview.calls += bar.total;
            overview.denied += bar.denied;
            overview.limited += bar.limited;
            overview.errors += bar.errors;
        }
        TRY_LET(audit::Facets rules,
                source.reader.facets({denied, all.range}, ruleField, facetValuesMax));
        denials.push_back(std::move(rules));
        TRY_LET(audit::Facets used, source.reader.facets(all, toolField, facetValuesMax));
        tools.push_back(std::move(used));
        TRY_LET(const auto agents, source.reader.agents(all));
        for (const audit::AgentActivity &agent : agents)
            overview.agents.push_back(
                {source.tenant, agent.user, agent.agent, {}, agent.lastSeen, agent.calls});
    }
    overview.topDenials = merged(denials, audit::Field::Rule, "status:denied rule:");
    overview.topTools = merged(tools, audit::Field::Tool, "tool:");

    const auto metrics = m_services.metrics.snapshot(tenant.isEmpty() ? nullptr : &tenant);
    for (const telemetry::SecondSample &second : metrics.recent) {
        const auto of = [&](telemetry::Outcome outcome) {
            return second.byOutcome[static_cast<int>(outcome)];
        };
        overview.points.push_back(
            {.at = second.second,
             .calls = second.calls,
             .denied = of(telemetry::Outcome::Denied),
             .errors = of(telemetry::Outcome::Error) + of(telemetry::Outcome::ToolError),
             .p50Us = second.p50Us,
             .p95Us = second.p95Us,
             .p99Us = second.p99Us});
    }
    constexpr std::size_t rateSeconds = 10;
    std::int64_t lately = 0;
    for (std::size_t i = 0; i < std::min(rateSeconds, metrics.recent.size()); ++i)
        lately += metrics.recent[metrics.recent.size() - 1 - i].calls;
    overview.callsPerSecond = double(lately) / double(rateSeconds);
    overview.p50Us = metrics.p50Us;
    overview.p95Us = metrics.p95Us;
    overview.p99Us = metrics.p99Us;
    overview.attention =
        attentionFor(m_services.problems(), overview, metrics.failedAuthentications);
    return overview;
}

control::FilterCheck AuditDesk::checkFilter(QByteArrayView filter) const
{
    const auto parsed = audit::Filter::parse(filter, m_services.clock.now());
    if (parsed)
        return {};
    return {false, parsed.error().position, parsed.error().message.toUtf8()};
}

std::vector<control::FilterCandidate> AuditDesk::completeFilter(QByteArrayView filter, int cursor)
{
    // The filter bar replaces the whole word, the language only its last part.
    const audit::FilterCompletion completion = audit::completeFilter(filter, cursor);
    qsizetype wordStart = completion.from;
    while (wordStart > 0 && filter[wordStart - 1] != ' ')
        --wordStart;
    const QByteArray kept = filter.sliced(wordStart, completion.from - wordStart).toByteArray();
    std::vector<control::FilterCandidate> candidates;
    for (const audit::FilterCandidate &candidate : completion.candidates)
        candidates.push_back({kept + candidate.text, candidate.hint});
    return candidates;
}

} // namespace provost::host
