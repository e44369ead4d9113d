#include "server/audit/journal.h"

#include "server/audit/journalopening.h"

#include <algorithm>
#include <future>
#include <set>

namespace provost::audit {

namespace {

using namespace std::chrono_literals;

constexpr qint64 batchBytesMax = 4 << 20;    // one write and sync
constexpr qint64 waitingBytesMax = 64 << 20; // records that wait for a committer
constexpr qsizetype callIdBytesMax = 64;
constexpr auto repairInterval = 1s;

// Nobody waits for what the journal appends by itself.
using Waiter = std::variant<std::monostate, Resolver<Receipt>, std::promise<Result<Receipt>>>;

void answer(Waiter &waiter, Result<Receipt> result)
{
    if (auto *resolver = std::get_if<Resolver<Receipt>>(&waiter))
        resolver->resolve(std::move(result));
    else if (auto *promise = std::get_if<std::promise<Result<Receipt>>>(&waiter))
        promise->set_value(std::move(result));
}

struct Entry
{
    LineCall call;
    QByteArray members;
    Waiter waiter;
};

Entry entryOf(const Record &record, Waiter waiter = {})
{
    Entry entry{{record.phase, record.callId, record.timestamp}, {}, std::move(waiter)};
    entry.members.reserve(1024);
    appendMembers(entry.members, record);
    return entry;
}

qint64 sealedBytesMax(const std::vector<Entry> &batch)
{
    qint64 bytes = 0;
    for (const Entry &entry : batch)
        bytes += entry.members.size() + sealBytesMax;
    return bytes;
}

// Call ids stand in lines without escapes, so that they are found without reading the line.
bool isCallId(QByteArrayView id)
{
    return !id.isEmpty() && id.size() <= callIdBytesMax
           && std::all_of(id.begin(), id.end(),
                          [](char c) { return c > ' ' && c < 0x7f && c != '"' && c != '\\'; });
}

Record interruptedOutcome(Record intent, WallTime now, const char *reason)
{
    intent.phase = Phase::Outcome;
    intent.status = "interrupted";
    intent.timestamp = now;
    intent.reason = reason;
    return intent;
}

} // namespace

// The queue is shared and guarded; the files belong to the committer that serves the journal at the moment.
class Journal::State final : public CommitterPool::Work,
                             public std::enable_shared_from_this<Journal::State>
{
public:
    State(std::filesystem::path journalDirectory, CommitterPool &committers, const Clock &clock,
          JournalOptions options, DirectoryLock lock, OpenedSegments opened);

    [[nodiscard]] Result<void> closeInterrupted();
    void enqueue(const Record &record, Waiter waiter);
    [[nodiscard]] bool commitWaiting() override;
    void finish();

    const std::filesystem::path directory;
    JournalOpening opening;
    std::atomic<std::int64_t> lastSequence;

    Mutex mutex;
    std::optional<Error> failure GUARDED_BY(mutex);
    std::function<void(std::int64_t)> onCommitted GUARDED_BY(mutex);

private:
    [[nodiscard]] Result<void> admit(const Entry &entry) REQUIRES_LOCK(mutex);
    [[nodiscard]] std::vector<Entry> takeBatch();
    void addLostOutcomes(std::vector<Entry> &batch);
    [[nodiscard]] Result<void> write(const std::vector<Entry> &batch);
    [[nodiscard]] Result<void> writeLines(const std::vector<Entry> &batch);
    [[nodiscard]] Result<void> beginSegment(const QString &reason);
    [[nodiscard]] Result<void> ensureWorking();
    [[nodiscard]] Result<void> verifySegment() const;
    void fail(std::vector<Entry> &batch, const Error &error);
    void succeed(std::vector<Entry> &batch);

    CommitterPool &m_committers;
    const Clock &m_clock;
    const JournalOptions m_options;

    std::deque<Entry> m_waiting GUARDED_BY(mutex);
    qint64 m_waitingBytes GUARDED_BY(mutex) = 0;
    std::set<QByteArray> m_lostOutcomes GUARDED_BY(mutex); // calls whose outcome was refused
    MonotonicTime m_repairAt GUARDED_BY(mutex);
    bool m_isScheduled GUARDED_BY(mutex) = false;
    bool m_isClosing GUARDED_BY(mutex) = false;
    Condition m_idle;

    std::optional<DirectoryLock> m_lock;
    SegmentFile m_segment;
    OpenCalls m_openCalls;
    std::atomic<std::size_t> m_openCallCount;
};

Journal::State::State(std::filesystem::path journalDirectory, CommitterPool &committers,
                      const Clock &clock, JournalOptions options, DirectoryLock lock,
                      OpenedSegments opened)
    : directory(std::move(journalDirectory))
    , lastSequence(opened.lastSequence)
    , m_committers(committers)
    , m_clock(clock)
    , m_options(std::move(options))
    , m_lock(std::move(lock))
    , m_segment(std::move(opened.segment))
    , m_openCalls(std::move(opened.openCalls))
    , m_openCallCount(m_openCalls.size())
{
    opening.bytesCut = opened.bytesCut;
}

// Before the journal takes records: whoever had a call open when the last process ended will not conclude it.
Result<void> Journal::State::closeInterrupted()
{
    while (!m_openCalls.empty()) {
        std::vector<Entry> batch;
        qint64 bytes = 0;
        for (const auto &[callId, position] : m_openCalls) {
            TRY_LET(const QByteArray line, readLine(directory, position));
            TRY_LET(Record intent, recordFromLine(line));
            batch.push_back(entryOf(interruptedOutcome(
                std::move(intent), m_clock.now(), "the server stopped before the call had ended")));
            bytes += batch.back().members.size();
            if (bytes > batchBytesMax)
                break;
        }
        TRY_DO(write(batch));
        opening.callsInterrupted += std::int64_t(batch.size());
    }
    return {};
}

void Journal::State::enqueue(const Record &record, Waiter waiter)
{
    Entry entry = entryOf(record, std::move(waiter));
    mutex.lock();
    if (auto admitted = admit(entry); !admitted) {
        if (record.phase == Phase::Outcome && m_lostOutcomes.size() < m_options.openCallsMax)
            m_lostOutcomes.insert(record.callId);
        mutex.unlock();
        answer(entry.waiter, tl::make_unexpected(std::move(admitted).error()));
        return;
    }
    m_waitingBytes += entry.members.size();
    m_waiting.push_back(std::move(entry));
    const bool wasScheduled = std::exchange(m_isScheduled, true);
    mutex.unlock();
    if (!wasScheduled)
        m_committers.schedule(shared_from_this());
}

Result<void> Journal::State::admit(const Entry &entry)
{
    if (entry.call.phase != Phase::Event && !isCallId(entry.call.callId))
        return provost::fail(ErrorCode::InvalidInput,
                             QStringLiteral("a call id has 1 to %1 visible ASCII characters, "
                                            "without quotes and backslashes")
                                 .arg(callIdBytesMax));
    if (entry.members.size() + sealBytesMax > m_options.recordBytesMax)
        return provost::fail(ErrorCode::TooLarge,
                             QStringLiteral("a record of %1 bytes, at most %2 are taken")
                                 .arg(entry.members.size())
                                 .arg(m_options.recordBytesMax - sealBytesMax));
    if (m_isClosing)
        return provost::fail(ErrorCode::Unavailable,
                             QStringLiteral("journal `%1` is closing").arg(toText(directory)));
    if (failure && m_clock.monotonic() < m_repairAt)
        return provost::fail(*failure);
    if (m_waiting.size() >= m_options.waitingMax || m_waitingBytes >= waitingBytesMax)
        return provost::fail(ErrorCode::Unavailable,
                             QStringLiteral("journal `%1` has %2 records waiting for the disk")
                                 .arg(toText(directory))
                                 .arg(m_waiting.size()));
    if (entry.call.phase == Phase::Intent && m_openCallCount >= m_options.openCallsMax)
        return provost::fail(ErrorCode::Unavailable,
                             QStringLiteral("journal `%1` has %2 calls without an outcome")
                                 .arg(toText(directory))
                                 .arg(m_openCallCount.load()));
    return {};
}

bool Journal::State::commitWaiting()
{
    std::vector<Entry> batch = takeBatch();
    Result<void> written = ensureWorking();
    if (written) {
        addLostOutcomes(batch);
        written = write(batch);
    }
    if (written)
        succeed(batch);
    else
        fail(batch, written.error());
    const Lock lock(mutex);
    m_isScheduled = !m_waiting.empty();
    if (!m_isScheduled)
        m_idle.notify_all();
    return m_isScheduled;
}

std::vector<Entry> Journal::State::takeBatch()
{
    std::vector<Entry> batch;
    qint64 bytes = 0;
    const Lock lock(mutex);
    batch.reserve(m_waiting.size());
    while (!m_waiting.empty() && bytes < batchBytesMax) {
        bytes += m_waiting.front().members.size();
        batch.push_back(std::move(m_waiting.front()));
        m_waiting.pop_front();
    }
    m_waitingBytes -= bytes;
    return batch;
}

// Calls whose outcome could not be recorded, and so was not answered, are closed as soon as the journal can.
void Journal::State::addLostOutcomes(std::vector<Entry> &batch)
{
    std::set<QByteArray> lost;
    {
        const Lock lock(mutex);
        lost.swap(m_lostOutcomes);
    }
    for (const QByteArray &callId : lost) {
        const auto open = m_openCalls.find(callId);
        if (open == m_openCalls.end())
            continue;
        const auto line = readLine(directory, open->second);
        auto intent = line ? recordFromLine(*line) : provost::fail(line.error());
        if (intent)
            batch.push_back(
                entryOf(interruptedOutcome(*std::move(intent), m_clock.now(),
                                           "the outcome of the call could not be recorded")));
    }
}

Result<void> Journal::State::write(const std::vector<Entry> &batch)
{
    const qint64 bytes = sealedBytesMax(batch);
    if (m_segment.bytes() > 0 && m_segment.bytes() + bytes > m_options.segmentBytesMax) {
        TRY_DO(m_segment.trim());
        TRY_DO(beginSegment({}));
    }
    return writeLines(batch);
}

Result<void> Journal::State::writeLines(const std::vector<Entry> &batch)
{
    QByteArray lines;
    lines.reserve(sealedBytesMax(batch));
    std::vector<LinePosition> positions;
    positions.reserve(batch.size());
    for (const Entry &entry : batch) {
        const std::int64_t sequence = lastSequence + std::int64_t(positions.size()) + 1;
        const qsizetype start = lines.size();
        sealLine(lines, {sequence, positions.empty() ? std::int64_t(batch.size()) : 0},
                 entry.members);
        positions.push_back({sequence, m_segment.bytes() + start, lines.size() - start - 1});
    }
    TRY_DO(m_segment.append(lines));
    for (std::size_t i = 0; i < batch.size(); ++i)
        noteCall(m_openCalls, batch[i].call, positions[i]);
    m_openCallCount = m_openCalls.size();
    lastSequence += std::int64_t(batch.size());
    return {};
}

Result<void> Journal::State::beginSegment(const QString &reason)
{
    TRY_LET(SegmentFile segment, SegmentFile::create(directory, lastSequence + 1, *m_options.disk));
    m_segment = std::move(segment);
    Record event = segmentEvent(m_openCalls, m_clock.now(), reason);
    event.tenant = m_options.tenant;
    std::vector<Entry> batch;
    batch.push_back(entryOf(event));
    return writeLines(batch);
}

// After a failure: puts the files back to what was acknowledged, reads that again, and goes on in a new segment.
Result<void> Journal::State::ensureWorking()
{
    std::optional<Error> last;
    {
        const Lock lock(mutex);
        last = failure;
        if (last && m_clock.monotonic() < m_repairAt)
            return provost::fail(*last);
    }
    if (!last)
        return {};
    TRY_DO(m_segment.repair());
    TRY_DO(verifySegment());
    TRY_DO(beginSegment(
        QStringLiteral("the journal works again; it had failed with: %1").arg(last->message)));
    const Lock lock(mutex);
    failure.reset();
    return {};
}

Result<void> Journal::State::verifySegment() const
{
    JournalReader reader(directory, m_segment.first());
    std::int64_t last = m_segment.first() - 1;
    while (last < lastSequence) {
        TRY_LET(const auto line, reader.next());
        if (!line)
            break;
        last = line->position.sequence;
    }
    if (last != lastSequence || reader.offset() != m_segment.bytes())
        return provost::fail(ErrorCode::Storage,
                             QStringLiteral("journal segment `%1` ends at record %2, but %3 was "
                                            "acknowledged; restore it from a backup")
                                 .arg(toText(m_segment.path()))
                                 .arg(last)
                                 .arg(lastSequence.load()));
    return {};
}

void Journal::State::fail(std::vector<Entry> &batch, const Error &error)
{
    {
        const Lock lock(mutex);
        if (!failure || m_clock.monotonic() >= m_repairAt)
            m_repairAt = m_clock.monotonic() + repairInterval;
        failure = error;
        for (const Entry &entry : batch) {
            if (entry.call.phase == Phase::Outcome
                && m_lostOutcomes.size() < m_options.openCallsMax)
                m_lostOutcomes.insert(entry.call.callId);
        }
    }
    const ResolveTogether together;
    for (Entry &entry : batch)
        answer(entry.waiter, provost::fail(error));
}

void Journal::State::succeed(std::vector<Entry> &batch)
{
    std::int64_t sequence = lastSequence - std::int64_t(batch.size());
    {
        const ResolveTogether together;
        for (Entry &entry : batch)
            answer(entry.waiter, Receipt{++sequence});
    }
    std::function<void(std::int64_t)> tell;
    {
        const Lock lock(mutex);
        tell = onCommitted;
    }
    if (tell)
        tell(sequence);
}

void Journal::State::finish()
{
    mutex.lock();
    m_isClosing = true;
    while (m_isScheduled)
        m_idle.wait(mutex);
    const bool works = !failure;
    mutex.unlock();
    // An untrimmed segment is read just as well.
    if (works)
        static_cast<void>(m_segment.trim());
    // A committer may hold this object for a moment longer; the directory is free now.
    m_lock.reset();
}

Result<std::unique_ptr<Journal>> Journal::open(std::filesystem::path directory,
                                               CommitterPool &committers, const Clock &clock,
                                               JournalOptions options)
{
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    if (!error)
        std::filesystem::permissions(directory, std::filesystem::perms::owner_all, error);
    if (error)
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot make journal directory `%1`: %2")
                        .arg(toText(directory), QString::fromStdString(error.message())));
    TRY_LET(DirectoryLock lock, DirectoryLock::take(directory));
    TRY_LET(OpenedSegments opened, openSegments(directory, *options.disk));
    auto state = std::make_shared<State>(std::move(directory), committers, clock,
                                         std::move(options), std::move(lock), std::move(opened));
    TRY_DO(state->closeInterrupted());
    return std::unique_ptr<Journal>(new Journal(std::move(state)));
}

Journal::Journal(std::shared_ptr<State> state)
    : m_state(std::move(state))
{
}

Journal::~Journal()
{
    m_state->finish();
}

Completion<Receipt> Journal::append(const Record &record)
{
    Completion<Receipt> completion;
    m_state->enqueue(record, completion.resolver());
    return completion;
}

Result<Receipt> Journal::appendAndWait(const Record &record)
{
    std::promise<Result<Receipt>> promise;
    auto answered = promise.get_future();
    m_state->enqueue(record, std::move(promise));
    return answered.get();
}

std::int64_t Journal::lastSequence() const
{
    return m_state->lastSequence;
}

const std::filesystem::path &Journal::directory() const
{
    return m_state->directory;
}

const JournalOpening &Journal::opening() const
{
    return m_state->opening;
}

void Journal::setOnCommitted(std::function<void(std::int64_t)> onCommitted)
{
    const Lock lock(m_state->mutex);
    m_state->onCommitted = std::move(onCommitted);
}

std::optional<Error> Journal::failure() const
{
    const Lock lock(m_state->mutex);
    return m_state->failure;
}

} // namespace provost::audit
