// Indexer: keeps the search indexes (index.db) a moment behind the journals, on one thread of its own for all tenants.
// An index is a projection: it may be deleted, and is built again from the journal.
// INVARIANT: an index never holds what its journal has not made durable, and the journals never wait for it.
// Thread: all members from any thread; the callback of setOnIndexed() runs on the indexer's thread.
#pragma once

#include "server/base/mutex.h"
#include "server/base/result.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <thread>

namespace provost::audit {

struct IndexSource
{
    std::filesystem::path journal; // directory
    std::filesystem::path index;   // file
};

class Indexer
{
public:
    // Lines that arrive within `gathering` are written together, which halves the cost of a call under load.
    explicit Indexer(std::chrono::milliseconds gathering = std::chrono::milliseconds(100));
    ~Indexer(); // what is not indexed yet will be at the next start
    Indexer(const Indexer &) = delete;
    Indexer &operator=(const Indexer &) = delete;

    // Indexes `source` up to `lastSequence` and from then on up to what the returned function is told, which is made for
    // Journal::setOnCommitted() and may outlive the Indexer. REQUIRES: `source` is not followed already.
    [[nodiscard]] std::function<void(std::int64_t)> follow(const IndexSource &source,
                                                           std::int64_t lastSequence);
    // Closes the files of `source`; when this returns they are not used any more.
    void forget(const IndexSource &source);

    struct Progress
    {
        std::int64_t indexed = 0;     // last sequence
        std::int64_t durable = 0;     // last sequence that it was told
        std::optional<Error> failure; // why it does not go on now; it tries again every second
    };
    [[nodiscard]] Progress progress(const IndexSource &source) const;

    // Told after each batch which index has grown.
    void setOnIndexed(std::function<void(const IndexSource &, std::int64_t)> onIndexed);

private:
    class Followed;
    struct Shared;
    void run(const std::stop_token &stop);

    std::shared_ptr<Shared> m_shared;
    std::jthread m_thread;
};

} // namespace provost::audit
