// AuditReader: questions to one index.db: pages, counts, histogram, facets, one record in full.
// A row is a call (intent and outcome in one) or an event. The order is by the time when it began, then by sequence;
// neither changes when the call ends, so pages do not shift.
// Errors: Storage; NotFound where there is no index yet; Cancelled once the token of stopWith() asks to stop.
// Thread: one at a time; each thread opens its own.
#pragma once

#include "server/audit/filter.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

namespace provost::audit {

struct TimeRange
{
    std::optional<WallTime> from;  // inclusive
    std::optional<WallTime> until; // exclusive
    bool operator==(const TimeRange &) const = default;
};

struct AuditQuery
{
    Filter filter;
    TimeRange range;
};

// Where a row stands in the order.
struct RowKey
{
    WallTime time;
    std::int64_t sequence = 0; // of the row's first line
    bool operator==(const RowKey &) const = default;
};

struct AuditRow
{
    RowKey key;
    // Of the line that concluded it; none while the call is open.
    std::optional<std::int64_t> concluded;
    Record record; // without arguments, attributes and details; those are in the raw lines

    bool operator==(const AuditRow &) const = default;
};

enum class Direction { Older, Newer };

struct PageRequest
{
    // Rows strictly older or newer than this place; none: from the newest (Older) or the oldest (Newer) row.
    std::optional<RowKey> anchor;
    Direction direction = Direction::Older;
    int rowsMax = 256;
};

struct AuditPage
{
    std::vector<AuditRow> rows; // newest first, whatever the direction
    bool more = false;          // there is another page in that direction
};

struct AuditCount
{
    std::int64_t matching = 0;
    bool isCapped = false; // there are more
};

struct HistogramBar
{
    WallTime from;
    std::int64_t total = 0;
    std::int64_t denied = 0;
    std::int64_t limited = 0;
    std::int64_t errors = 0;
    bool operator==(const HistogramBar &) const = default;
};

struct Histogram
{
    Microseconds width{0};          // of each bar; a round one
    std::vector<HistogramBar> bars; // oldest first, without gaps, the empty ones too
};

struct FacetValue
{
    QByteArray value;
    std::int64_t count = 0;
    std::int64_t users = 0; // distinct ones
    bool operator==(const FacetValue &) const = default;
};

struct Facet
{
    Field field = Field::Tool;
    std::vector<FacetValue> values; // most frequent first; empty texts are left out
};

struct Facets
{
    std::vector<Facet> facets;
    std::int64_t rows = 0; // that were counted; a value's share is its count / rows
    bool isSample = false; // only the newest rows were counted
};

struct AgentActivity
{
    UserId user;
    QByteArray agent;
    WallTime lastSeen;
    std::int64_t calls = 0;
    bool operator==(const AgentActivity &) const = default;
};

struct AuditDetail
{
    AuditRow row;
    QByteArray intentLine;  // the exact bytes in the journal; empty if there is none
    QByteArray outcomeLine; // of the outcome or event
};

class AuditReader
{
public:
    // `journal` is the directory that the raw lines are read from.
    [[nodiscard]] static Result<AuditReader> open(const std::filesystem::path &index,
                                                  std::filesystem::path journal);
    ~AuditReader();
    AuditReader(AuditReader &&other) noexcept;
    AuditReader &operator=(AuditReader &&) = delete;

    void stopWith(std::stop_token stop);

    [[nodiscard]] Result<AuditPage> page(const AuditQuery &query, const PageRequest &request);
    // Counts no further than `countMax`; without a filter that is always exact and quick.
    [[nodiscard]] Result<AuditCount> count(const AuditQuery &query, std::int64_t countMax);
    // At most `barsMax` bars over the range; an open end is the first or last row.
    [[nodiscard]] Result<Histogram> histogram(const AuditQuery &query, int barsMax);
    // The most frequent values of text fields among the newest `rowsMax` rows.
    [[nodiscard]] Result<Facets> facets(const AuditQuery &query, std::span<const Field> fields,
                                        int valuesMax, std::int64_t rowsMax = 200'000);
    [[nodiscard]] Result<std::vector<AgentActivity>> agents(const AuditQuery &query,
                                                            std::int64_t rowsMax = 200'000);
    // By the sequence of any of its lines. Errors: NotFound.
    [[nodiscard]] Result<AuditDetail> detail(std::int64_t sequence);
    // Known values of a text field that begin with `prefix`, in order.
    [[nodiscard]] Result<std::vector<QByteArray>> values(Field field, const QByteArray &prefix,
                                                         int valuesMax);
    // The last line that is indexed.
    [[nodiscard]] Result<std::int64_t> watermark();

private:
    struct State;
    explicit AuditReader(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

} // namespace provost::audit
