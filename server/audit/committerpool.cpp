#include "server/audit/committerpool.h"

#include "server/base/assert.h"
#include "server/base/threads.h"

#include <utility>

namespace provost::audit {

CommitterPool::CommitterPool(int threads)
{
    for (int i = 0; i < threads; ++i) {
        m_threads.emplace_back([this] {
            letOthersGoFirst(); // the loops: what they hand in meanwhile shares the sync
            while (auto work = m_ready.pop()) {
                while ((*work)->commitWaiting())
                    work = m_ready.rotate(std::move(*work));
            }
        });
    }
}

CommitterPool::~CommitterPool()
{
    m_ready.close();
}

void CommitterPool::schedule(std::shared_ptr<Work> work)
{
    const bool taken = m_ready.tryPush(std::move(work));
    PROVOST_ASSERT(taken, return ); // the journal's waiting records then time out unanswered
}

} // namespace provost::audit
