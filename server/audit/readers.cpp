#include "server/audit/readers.h"

#include "server/audit/journalreader.h"
#include "server/base/mutex.h"

#include <algorithm>
#include <map>

namespace provost::audit {

namespace {

using namespace std::chrono_literals;

constexpr auto pollInterval = 100ms;

// Joins the lines of one journal to calls.
class CallReader
{
public:
    enum class State { MayGoOn, AtEnd, Ended };

    explicit CallReader(const std::filesystem::path &journal)
        : m_reader(journal)
    {
    }

    // Hands on what matches, up to the present end. `matching` is counted up.
    Result<State> read(const Filter &filter, const LineSink &sink, const std::stop_token &stop,
                       std::int64_t &matching)
    {
        while (!stop.stop_requested()) {
            TRY_LET(const auto line, m_reader.next());
            if (!line)
                return State::AtEnd;
            const LineCall call = readCall(line->text);
            if (call.phase == Phase::Intent) {
                m_open.insert_or_assign(call.callId,
                                        Intent{line->position.sequence, line->text.toByteArray()});
                continue;
            }
            TRY_LET(const bool goOn, judge(*line, call, filter, sink, matching));
            if (!goOn)
                return State::Ended;
        }
        return fail(ErrorCode::Cancelled, QStringLiteral("the search was cancelled"));
    }

private:
    struct Intent
    {
        std::int64_t sequence = 0;
        QByteArray line;
    };

    Result<bool> judge(const JournalLine &line, const LineCall &call, const Filter &filter,
                       const LineSink &sink, std::int64_t &matching)
    {
        TRY_LET(Record record, recordFromLine(line.text));
        std::int64_t sequence = line.position.sequence;
        const auto open = call.phase == Phase::Outcome ? m_open.find(call.callId) : m_open.end();
        if (open != m_open.end()) {
            TRY_LET(const Record intent, recordFromLine(open->second.line));
            sequence = open->second.sequence;
            record = folded(intent, std::move(record));
            m_open.erase(open);
        }
        if (!filter.matches(record, sequence))
            return true;
        ++matching;
        return sink(line.text, record);
    }

    JournalReader m_reader;
    std::map<QByteArray, Intent> m_open;
};

} // namespace

JournalPlace placeOf(const std::filesystem::path &data, const TenantId &tenant)
{
    const std::filesystem::path home =
        tenant.isEmpty() ? data : data / "tenants" / tenant.value.toStdString();
    return {tenant, home / "journal", home / "index.db"};
}

Result<std::vector<JournalPlace>> journalsIn(const std::filesystem::path &data)
{
    std::error_code error;
    if (!std::filesystem::is_directory(data, error))
        return fail(ErrorCode::NotFound,
                    QStringLiteral("there is no data directory `%1`").arg(toText(data)));
    std::vector<JournalPlace> places{placeOf(data, TenantId())};
    for (std::filesystem::directory_iterator entry(data / "tenants", error), end;
         !error && entry != end; entry.increment(error))
        places.push_back(
            placeOf(data, TenantId(QByteArray::fromStdString(entry->path().filename().string()))));
    std::erase_if(places, [&](const JournalPlace &place) {
        return !std::filesystem::is_directory(place.journal, error);
    });
    std::sort(places.begin(), places.end(),
              [](const JournalPlace &a, const JournalPlace &b) { return a.tenant < b.tenant; });
    return places;
}

Result<std::int64_t> readMatching(const std::vector<JournalPlace> &places, const Filter &filter,
                                  const LineSink &sink, const std::stop_token &stop)
{
    std::int64_t matching = 0;
    for (const JournalPlace &place : places) {
        CallReader reader(place.journal);
        TRY_LET(const auto state, reader.read(filter, sink, stop, matching));
        if (state == CallReader::State::Ended)
            break;
    }
    return matching;
}

Result<void> followMatching(const std::filesystem::path &data, const Filter &filter,
                            const LineSink &sink, const std::stop_token &stop)
{
    std::map<std::filesystem::path, CallReader> readers;
    Mutex mutex;
    Condition never;
    bool isFirstRound = true;
    const LineSink ignore = [](QByteArrayView, const Record &) { return true; };
    while (!stop.stop_requested()) {
        TRY_LET(const auto places, journalsIn(data));
        for (const JournalPlace &place : places) {
            auto &reader = readers.try_emplace(place.journal, place.journal).first->second;
            std::int64_t matching = 0;
            // What is there already is read for its open calls.
            auto state = reader.read(filter, isFirstRound ? ignore : sink, stop, matching);
            if (!state && state.error().code == ErrorCode::Cancelled)
                return {};
            if (!state)
                return fail(std::move(state).error());
            if (*state == CallReader::State::Ended)
                return {};
        }
        isFirstRound = false;
        mutex.lock();
        never.wait_for(mutex, stop, pollInterval, [] { return false; });
        mutex.unlock();
    }
    return {};
}

} // namespace provost::audit
