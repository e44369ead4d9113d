// ClientRequests: the requests of ours that a legacy client has not answered yet. Its answers arrive in requests of their
// own, on any loop, and find the call that waits for them here.
// INVARIANT: each request is answered exactly once: by the client, by the end of its call, by time, or by the end of the
// session. At most `waitingMax` wait. No callback runs while the lock is held.
// Thread: safe from any thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/json.h"
#include "server/base/task.h"

#include <map>
#include <vector>

namespace provost::gateway {

class ClientRequests
{
public:
    static constexpr std::size_t waitingMax = 64;
    // People answer. A little less than the state of a round lives, which the answer needs.
    static constexpr std::chrono::minutes patience{9};

    // The prefix keeps the requests of two sessions of one client apart.
    explicit ClientRequests(QByteArray idPrefix);

    // The id to ask under. Errors: RateLimited (too many wait), Cancelled (the session has ended).
    [[nodiscard]] Result<QByteArray> begin(Resolver<Json> answer, MonotonicTime now);

    // False if nothing waits for it, or no longer.
    bool answer(const QByteArray &id, Result<Json> with);

    // What has waited too long; the caller answers it.
    [[nodiscard]] std::vector<Resolver<Json>> takeOverdue(MonotonicTime now);

    // Answers all with Cancelled; begins none any more.
    void end();

private:
    struct Waiting
    {
        Resolver<Json> answer;
        MonotonicTime since;
    };

    const QByteArray m_idPrefix;
    Mutex m_mutex;
    std::map<QByteArray, Waiting> m_waiting GUARDED_BY(m_mutex);
    quint64 m_last GUARDED_BY(m_mutex) = 0;
    bool m_ended GUARDED_BY(m_mutex) = false;
};

} // namespace provost::gateway
