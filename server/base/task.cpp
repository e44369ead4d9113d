#include "server/base/task.h"

#include "server/base/assert.h"
#include "server/base/mailbox.h"

#include <algorithm>

namespace provost {

namespace {

using Waiting = std::vector<std::coroutine_handle<>>;

thread_local ResolveTogether *gathering = nullptr;

// One per thread that ever waited. A handle that arrives after the thread's end is never resumed: its frame belongs
// to a call whose loop is gone, and the process is stopping.
class LoopResumer final : public detail::Resumer
{
public:
    explicit LoopResumer(Mailbox<Waiting>::Sender sender)
        : m_sender(std::move(sender))
    {
    }
    void resume(Waiting waiting) override { m_sender.post(std::move(waiting)); }

private:
    Mailbox<Waiting>::Sender m_sender;
};

struct ThreadResumer
{
    Mailbox<Waiting> mailbox{[](const Waiting &waiting) {
        for (const std::coroutine_handle<> handle : waiting)
            handle.resume();
    }};
    std::shared_ptr<detail::Resumer> resumer = std::make_shared<LoopResumer>(mailbox.sender());
};

} // namespace

std::shared_ptr<detail::Resumer> detail::currentResumer()
{
    thread_local ThreadResumer here;
    return here.resumer;
}

void detail::resume(std::shared_ptr<Resumer> resumer, std::coroutine_handle<> waiting)
{
    if (gathering == nullptr)
        return resumer->resume({waiting});
    auto &loops = gathering->m_loops;
    const auto known = std::find_if(loops.begin(), loops.end(), [&resumer](const auto &loop) {
        return loop.resumer == resumer;
    });
    if (known != loops.end())
        known->waiting.push_back(waiting);
    else
        loops.push_back({std::move(resumer), {waiting}});
}

ResolveTogether::ResolveTogether()
{
    PROVOST_ASSERT(gathering == nullptr, return );
    gathering = this;
}

ResolveTogether::~ResolveTogether()
{
    gathering = nullptr;
    for (Loop &loop : m_loops)
        loop.resumer->resume(std::move(loop.waiting));
}

} // namespace provost
