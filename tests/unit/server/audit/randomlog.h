// RandomLog: random records and filters, and a journal full of such records with what an index should show of it.
// differenceTo() is the truth that an index is compared with: a plain loop over the records.
// Thread: one.
#pragma once

#include "tests/support/fakeclock.h"
#include "tests/support/seededrandom.h"

#include "server/audit/journal.h"
#include "server/audit/journalreader.h"
#include "server/audit/query.h"

#include <algorithm>
#include <map>
#include <set>

namespace provost::audit::testing {

using provost::testing::FakeClock;
using provost::testing::SeededRandom;

// A record as the index should show it.
struct Expected
{
    std::int64_t sequence = 0;
    Record record;
};

// These tests are not about power loss.
class QuickDisk final : public Disk
{
public:
    int sync(int) override { return 0; }
    int syncAll(int) override { return 0; }
};

class RandomLog
{
public:
    explicit RandomLog(std::uint64_t seed)
        : random(seed)
    {
    }

    FakeClock clock;
    SeededRandom random;

    QByteArray oneOf(std::initializer_list<const char *> values)
    {
        return *(values.begin() + random.below(values.size()));
    }
    Record record(Phase phase, const QByteArray &callId)
    {
        Record record;
        record.phase = phase;
        record.callId = callId;
        record.timestamp = clock.now();
        record.user = UserId(oneOf({"alice", "bob", "carol", ""}));
        record.agent = oneOf({"claude", "cursor/1.0", "Cursor"});
        record.action = phase == Phase::Event ? oneOf({"start", "stop"}) : "tool_call";
        record.tool = oneOf({"db.read", "db.write", "fs.read", "[x]", "caf\xc3\xa9", ""});
        record.resource = oneOf({"sales", "db%", "db_", "a b", ""});
        record.status = phase == Phase::Intent
                            ? "pending"
                            : oneOf({"success", "denied", "error", "rate_limited"});
        record.decision = oneOf({"allow", "deny", ""});
        record.policy = oneOf({"p1", "p2", ""});
        record.requestId = "req_" + QByteArray::number(int(random.below(50)));
        record.durationUs = std::int64_t(random.below(5000));
        record.costMicroUsd = std::int64_t(random.below(3)) * 500000;
        if (random.below(2) == 0)
            record.recordsReturned = std::int64_t(random.below(5));
        if (random.below(3) == 0)
            record.httpStatus = 400 + int(random.below(4));
        if (random.below(2) == 0)
            record.arguments = Json::object({{"q", oneOf({"SELECT x", "50%", "a_b"})}});
        for (const char *role : {"analyst", "admin"}) {
            if (random.below(2) == 0)
                record.roles.emplace_back(role);
        }
        record.toolError = random.below(4) == 0;
        return record;
    }
    QByteArray term()
    {
        switch (random.below(17)) {
        case 0:
            return "tool:" + oneOf({"db.*", "*.read", "[x]", "?x]", "*", "\"\"", "caf?", "none"});
        case 1: return "user:" + oneOf({"alice", "*o*", "\"\"", "*", "ALICE"});
        case 2: return "agent:" + oneOf({"cursor*", "Cursor", "claude"});
        case 3: return "status:" + oneOf({"denied", "pending", "success", "e*"});
        case 4: return "resource:" + oneOf({"db*", "db_", "\"a b\"", "*"});
        case 5: return "role:" + oneOf({"admin", "a*", "none", "\"\"", "*"});
        case 6: return "ms" + oneOf({">", "<=", ":", "!="}) + oneOf({"2.5", "0", "4.999", "1"});
        case 7: return "cost" + oneOf({">", "<", ":", ">="}) + oneOf({"0.5", "1", "0"});
        case 8: return "records" + oneOf({">2", ":*", "<=1", ":1..3", "!=2"});
        case 9: return "http" + oneOf({":403", ":*", ">401", "!=400"});
        case 10: return "request:" + oneOf({"req_1", "req_1*", "*_2?", "\"\"", "*"});
        case 11: return "seq" + oneOf({">100", "<50", ":10..30"});
        case 12: return "phase:" + oneOf({"event", "intent", "outcome"});
        case 13: return oneOf({"select", "50%", "a_b", "DB", "cursor", "\"a b\"", "req_3"});
        case 14: return "time" + oneOf({">2026-01-15T14:30", "<2026-01-15T14:25", ">=2026-01-15"});
        case 15: return "call:" + oneOf({"c7", "c12", "c1*", "\"\"", "none"});
        default: return "decision" + oneOf({":deny", "!=allow", ":*"}) + " tool_error:true";
        }
    }
    QByteArray filter(int depth)
    {
        if (depth == 0 || random.below(3) == 0)
            return (random.below(4) == 0 ? "-" : "") + QByteArray(term());
        const QByteArray left = filter(depth - 1);
        const QByteArray right = filter(depth - 1);
        switch (random.below(3)) {
        case 0: return left + " " + right;
        case 1: return "(" + left + " OR " + right + ")";
        default: return "-(" + left + " " + right + ")";
        }
    }

    static std::int64_t append(Journal &journal, const Record &record)
    {
        const auto receipt = journal.appendAndWait(record);
        if (!receipt)
            qFatal("%s", qPrintable(receipt.error().message));
        return journal.lastSequence();
    }

    // Writes calls and events, some of them open to the end; what the index should show, oldest first. `Unruly`: some
    // calls end long after they began, and the clock is set back now and then.
    enum class Manner { Orderly, Unruly };
    std::vector<Expected> write(Journal &journal, const std::filesystem::path &directory, int calls,
                                Manner manner = Manner::Orderly)
    {
        std::vector<Expected> all;
        std::vector<std::size_t> open;
        std::vector<std::size_t> late;
        const auto conclude = [&](std::vector<std::size_t> &from) {
            const std::size_t which = random.below(from.size());
            Expected &call = all[from[which]];
            from.erase(from.begin() + std::ptrdiff_t(which));
            Record outcome = record(Phase::Outcome, call.record.callId);
            append(journal, outcome);
            call.record = folded(call.record, std::move(outcome));
        };
        for (int i = 0; i < calls; ++i) {
            clock.advance(Microseconds(random.below(10'000'000)));
            const bool isUnruly = manner == Manner::Unruly;
            if (isUnruly && random.below(50) == 0)
                clock.setWall(clock.now() - std::chrono::minutes(random.below(20)));
            const QByteArray id = "c" + QByteArray::number(i);
            if (random.below(5) == 0) {
                const Record event = record(Phase::Event, {});
                all.push_back({append(journal, event), event});
                continue;
            }
            if (random.below(5) == 0) { // refused before an intent
                const Record outcome = record(Phase::Outcome, id);
                all.push_back({append(journal, outcome), outcome});
                continue;
            }
            const Record intent = record(Phase::Intent, id);
            (isUnruly && random.below(10) == 0 ? late : open).push_back(all.size());
            all.push_back({append(journal, intent), intent});
            while (!open.empty() && random.below(3) != 0)
                conclude(open);
            if (late.size() > 50)
                conclude(late);
        }
        // The journal's own events, at the start of each segment.
        JournalReader lines(directory);
        for (;;) {
            const auto line = lines.next().value();
            if (!line)
                break;
            const Record record = recordFromLine(line->text).value();
            if (record.action == "segment")
                all.push_back({line->position.sequence, record});
        }
        std::sort(all.begin(), all.end(), [](const Expected &a, const Expected &b) {
            return std::pair(a.record.timestamp, a.sequence)
                   < std::pair(b.record.timestamp, b.sequence);
        });
        return all;
    }
};

inline std::vector<std::int64_t> allPages(AuditReader &reader, const AuditQuery &query,
                                          Direction direction, int rowsMax = 7)
{
    std::vector<std::int64_t> sequences;
    PageRequest request{.direction = direction, .rowsMax = rowsMax};
    for (;;) {
        const AuditPage page = reader.page(query, request).value();
        std::vector<std::int64_t> part;
        for (const AuditRow &row : page.rows)
            part.push_back(row.key.sequence);
        const bool isOlder = direction == Direction::Older;
        sequences.insert(isOlder ? sequences.end() : sequences.begin(), part.begin(), part.end());
        if (!page.more)
            return sequences;
        request.anchor = isOlder ? page.rows.back().key : page.rows.front().key;
    }
}

// What the reader answers otherwise than a loop over `all` (oldest first); empty if nothing.
inline QByteArray differenceTo(const std::vector<Expected> &all, AuditReader &reader,
                               const AuditQuery &query, int rowsPerPage = 7)
{
    std::vector<const Record *> matching; // newest first
    std::vector<std::int64_t> sequences;
    for (auto one = all.rbegin(); one != all.rend(); ++one) {
        const WallTime time = one->record.timestamp;
        if (query.filter.matches(one->record, one->sequence)
            && time >= query.range.from.value_or(time)
            && time < query.range.until.value_or(WallTime::max())) {
            matching.push_back(&one->record);
            sequences.push_back(one->sequence);
        }
    }
    if (allPages(reader, query, Direction::Older, rowsPerPage) != sequences
        || allPages(reader, query, Direction::Newer, rowsPerPage) != sequences)
        return "pages";

    const auto total = std::int64_t(matching.size());
    if (reader.count(query, 1'000'000)->matching != total)
        return "count";
    const auto capped = reader.count(query, 10).value();
    if (capped.isCapped != (total > 10 && !query.filter.matchesAll()))
        return "cap";

    const auto histogram = reader.histogram(query, 20).value();
    auto bars = histogram.bars;
    for (HistogramBar &bar : bars)
        bar.total = bar.denied = bar.limited = bar.errors = 0;
    for (const Record *record : matching) {
        if (bars.empty() || record->timestamp < bars.front().from)
            return "range of the histogram";
        HistogramBar &bar =
            bars.at(std::size_t((record->timestamp - bars.front().from) / histogram.width));
        ++bar.total;
        bar.denied += record->status == "denied" ? 1 : 0;
        bar.limited += record->status == "rate_limited" ? 1 : 0;
        bar.errors += record->status == "error" ? 1 : 0;
    }
    if (bars != histogram.bars)
        return "histogram";

    const std::int64_t sampled = std::max<std::int64_t>(total - 3, 1);
    for (const std::int64_t rowsMax : {std::int64_t(1'000'000), sampled}) {
        std::map<QByteArray, std::pair<std::int64_t, std::set<QByteArray>>> tools;
        for (const Record *record : matching) {
            if (record == matching.data()[std::min(rowsMax, total - 1)] && rowsMax < total)
                break;
            auto &[count, users] = tools[record->tool];
            ++count;
            users.insert(record->user.value);
        }
        tools.erase("");
        const Field fields[] = {Field::Tool};
        const auto facets = reader.facets(query, fields, 100, rowsMax).value();
        if (facets.rows != std::min(total, rowsMax) || facets.isSample != (total > rowsMax)
            || facets.facets[0].values.size() != tools.size())
            return "rows of the facets";
        for (const FacetValue &value : facets.facets[0].values) {
            const auto &[count, users] = tools[value.value];
            if (value.count != count || value.users != std::int64_t(users.size()))
                return "facets";
        }
    }
    return {};
}

} // namespace provost::audit::testing
