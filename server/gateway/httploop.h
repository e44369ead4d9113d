// One gateway thread: an event loop with its connections, its handler and, on the first loop, the acceptor.
// Thread: HttpLoop belongs to the thread that made it; what it runs lives on its own.
#pragma once

#include "server/gateway/acceptor.h"

#include <thread>

namespace provost::gateway {

class HttpLoop
{
public:
    // Starts the thread and returns when its handler has been made. `options` and `makeHandler` outlive it.
    HttpLoop(LoopContext context, const FrontDoorOptions &options,
             const LoopHandlerFactory &makeHandler);
    ~HttpLoop(); // waits for the end of the thread; REQUIRES: a Drain was posted
    HttpLoop(const HttpLoop &) = delete;
    HttpLoop &operator=(const HttpLoop &) = delete;

    [[nodiscard]] const Mailbox<LoopLetter>::Sender &sender() const { return m_sender; }

private:
    std::thread m_thread;
    Mailbox<LoopLetter>::Sender m_sender;
};

} // namespace provost::gateway
