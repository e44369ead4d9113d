#include "server/audit/index.h"

#include "server/audit/indexfile.h"
#include "server/base/threads.h"

#include <algorithm>
#include <condition_variable>
#include <vector>

namespace provost::audit {

namespace {

using namespace std::chrono_literals;

// Of one batch, which is held in memory; then the next journal has its turn.
constexpr int linesPerBatchMax = 10'000;
constexpr qsizetype bytesPerBatchMax = 16 << 20;
constexpr auto retryInterval = 1s;

} // namespace

// One journal and its index. The files belong to the indexer's thread, the rest is guarded by Shared::mutex.
class Indexer::Followed
{
public:
    Followed(IndexSource from, std::int64_t lastSequence)
        : source(std::move(from))
    {
        progress.durable = lastSequence;
    }

    // Indexes one batch up to `until`; the new watermark.
    [[nodiscard]] Result<std::int64_t> readBatch(std::int64_t until)
    {
        if (!m_file) {
            TRY_LET(m_file, IndexFile::open(source.index, source.journal));
            m_reader.emplace(JournalReader::after(source.journal, m_file->watermark()));
        }
        int lines = 0;
        qsizetype bytes = 0;
        while (m_file->watermark().sequence < until && lines < linesPerBatchMax
               && bytes < bytesPerBatchMax) {
            TRY_LET(const auto line, m_reader->next());
            if (!line)
                break;
            m_file->add(*line);
            bytes += line->text.size();
            ++lines;
        }
        if (lines > 0)
            TRY_DO(m_file->flush());
        return m_file->watermark().sequence;
    }

    void close()
    {
        m_file.reset();
        m_reader.reset();
    }

    const IndexSource source;
    Progress progress;
    bool wasOpened = false; // an index without rows is a file too
    std::chrono::steady_clock::time_point
        restsUntil; // after a failure, and when lines are gathered

    // Lines that wait to be read; a new index counts as one.
    [[nodiscard]] std::int64_t lag() const
    {
        return progress.durable - progress.indexed + (wasOpened ? 0 : 1);
    }

private:
    std::optional<IndexFile> m_file;
    std::optional<JournalReader> m_reader;
};

struct Indexer::Shared
{
    Mutex mutex;
    Condition changed;
    Condition stopped;
    std::map<std::filesystem::path, std::shared_ptr<Followed>> followed GUARDED_BY(mutex);
    std::shared_ptr<Followed> current GUARDED_BY(mutex); // whose files are in use
    std::function<void(const IndexSource &, std::int64_t)> onIndexed GUARDED_BY(mutex);
    std::chrono::milliseconds gathering{0};

    [[nodiscard]] std::shared_ptr<Followed> nextToRead() const REQUIRES_LOCK(mutex);
    [[nodiscard]] bool isGathering() const REQUIRES_LOCK(mutex); // somebody lags and has not failed
};

// Of those that lag the one that lags most, so that nobody starves.
std::shared_ptr<Indexer::Followed> Indexer::Shared::nextToRead() const
{
    std::shared_ptr<Followed> most;
    std::int64_t lagMax = 0;
    const auto now = std::chrono::steady_clock::now();
    for (const auto &[path, one] : followed) {
        if (one->lag() > lagMax && now >= one->restsUntil) {
            lagMax = one->lag();
            most = one;
        }
    }
    return most;
}

bool Indexer::Shared::isGathering() const
{
    return std::any_of(followed.begin(), followed.end(), [](const auto &entry) {
        return entry.second->lag() > 0 && !entry.second->progress.failure;
    });
}

Indexer::Indexer(std::chrono::milliseconds gathering)
    : m_shared(std::make_shared<Shared>())
{
    m_shared->gathering = gathering;
    m_thread = std::jthread([this](const std::stop_token &stop) { run(stop); });
}

Indexer::~Indexer() = default;

std::function<void(std::int64_t)> Indexer::follow(const IndexSource &source,
                                                  std::int64_t lastSequence)
{
    auto followed = std::make_shared<Followed>(source, lastSequence);
    {
        const Lock lock(m_shared->mutex);
        m_shared->followed.insert_or_assign(source.index, followed);
    }
    m_shared->changed.notify_all();
    return [weak = std::weak_ptr(m_shared), followed = std::move(followed)](std::int64_t sequence) {
        const auto shared = weak.lock();
        if (!shared)
            return;
        {
            const Lock lock(shared->mutex);
            followed->progress.durable = std::max(followed->progress.durable, sequence);
        }
        shared->changed.notify_all();
    };
}

void Indexer::forget(const IndexSource &source)
{
    std::shared_ptr<Followed> followed;
    m_shared->mutex.lock();
    const auto found = m_shared->followed.find(source.index);
    if (found != m_shared->followed.end()) {
        followed = found->second;
        m_shared->followed.erase(found);
        while (m_shared->current == followed)
            m_shared->changed.wait(m_shared->mutex);
    }
    m_shared->mutex.unlock();
    if (followed)
        followed->close();
}

Indexer::Progress Indexer::progress(const IndexSource &source) const
{
    const Lock lock(m_shared->mutex);
    const auto found = m_shared->followed.find(source.index);
    return found == m_shared->followed.end() ? Progress() : found->second->progress;
}

void Indexer::setOnIndexed(std::function<void(const IndexSource &, std::int64_t)> onIndexed)
{
    const Lock lock(m_shared->mutex);
    m_shared->onIndexed = std::move(onIndexed);
}

void Indexer::run(const std::stop_token &stop)
{
    letOthersGoFirst();
    Shared &shared = *m_shared;
    const std::stop_callback wake(stop, [&shared] {
        const Lock lock(shared.mutex);
        shared.changed.notify_all();
        shared.stopped.notify_all();
    });
    shared.mutex.lock();
    while (!stop.stop_requested()) {
        const auto next = shared.nextToRead();
        if (!next) {
            if (!shared.isGathering())
                shared.changed.wait_for(shared.mutex, retryInterval);
            // What follows on the heels of the first line, or came while the last batch was written, shares a transaction.
            // Nobody rings for it: a wake-up per commit would cost the committers more than the index does.
            if (shared.isGathering())
                shared.stopped.wait_for(shared.mutex, shared.gathering);
            continue;
        }
        shared.current = next;
        const std::int64_t until = next->progress.durable;
        const auto onIndexed = shared.onIndexed;
        shared.mutex.unlock();

        auto indexed = next->readBatch(until);
        if (!indexed)
            next->close(); // an index that failed is looked at afresh
        else if (onIndexed)
            onIndexed(next->source, *indexed);

        shared.mutex.lock();
        shared.current.reset();
        const bool isStuck = indexed && *indexed < until && *indexed == next->progress.indexed;
        next->wasOpened = next->wasOpened || indexed;
        if (indexed)
            next->progress.indexed = *indexed;
        next->progress.failure.reset();
        if (!indexed)
            next->progress.failure = indexed.error();
        else if (isStuck)
            next->progress.failure =
                Error{ErrorCode::Storage,
                      QStringLiteral("journal `%1` ends at record %2, but was said to hold %3")
                          .arg(toText(next->source.journal))
                          .arg(*indexed)
                          .arg(until)};
        // A small batch costs several times as much for each line: what came meanwhile waits for more, a backlog does not.
        const bool isBehind = indexed && *indexed < until;
        next->restsUntil = std::chrono::steady_clock::now();
        if (next->progress.failure)
            next->restsUntil += retryInterval;
        else if (!isBehind)
            next->restsUntil += shared.gathering;
        shared.changed.notify_all();
    }
    shared.mutex.unlock();
}

} // namespace provost::audit
