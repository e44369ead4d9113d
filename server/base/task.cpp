#include "server/base/task.h"

#include "server/base/mailbox.h"

namespace provost::detail {

namespace {

// One per thread that ever waited. A handle that arrives after the thread's end is never resumed: its frame belongs
// to a call whose loop is gone, and the process is stopping.
class LoopResumer final : public Resumer
{
public:
    explicit LoopResumer(Mailbox<std::coroutine_handle<>>::Sender sender)
        : m_sender(std::move(sender))
    {
    }
    void resume(std::coroutine_handle<> handle) override { m_sender.post(handle); }

private:
    Mailbox<std::coroutine_handle<>>::Sender m_sender;
};

struct ThreadResumer
{
    Mailbox<std::coroutine_handle<>> mailbox{
        [](std::coroutine_handle<> handle) { handle.resume(); }};
    std::shared_ptr<Resumer> resumer = std::make_shared<LoopResumer>(mailbox.sender());
};

} // namespace

std::shared_ptr<Resumer> currentResumer()
{
    thread_local ThreadResumer here;
    return here.resumer;
}

} // namespace provost::detail
