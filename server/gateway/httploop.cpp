#include "server/gateway/httploop.h"

#include "server/gateway/epolldispatcher.h"
#include "server/gateway/loopcore.h"

#include <QEventLoop>

#include <pthread.h>

#include <future>

namespace provost::gateway {

namespace {

using Sender = Mailbox<LoopLetter>::Sender;

// Everything that lives on the thread of a loop.
class LoopThread
{
public:
    LoopThread(const LoopContext &context, const FrontDoorOptions &options,
               const LoopHandlerFactory &makeHandler)
        : m_id(context.id)
        , m_options(options)
        , m_core(context, options, makeHandler, [this] { m_events.quit(); })
    {
    }

    [[nodiscard]] Sender sender() const { return m_mailbox.sender(); }
    void run() { m_events.exec(); }

private:
    void receive(LoopLetter letter)
    {
        std::visit([this](auto &content) { take(std::move(content)); }, letter);
    }

    void take(NewConnection connection)
    {
        auto onGone = [gone = std::move(connection.gone), loop = m_id,
                       peer = connection.peerAddress] {
            gone.post({loop, peer});
        };
        m_core.adopt(std::move(connection.descriptor), std::move(connection.peerAddress),
                     std::move(onGone));
    }
    void take(Drain drain)
    {
        m_acceptor.reset();
        m_core.drain(drain.patience);
    }
    void take(std::unique_ptr<Accept> accept)
    {
        m_acceptor = std::make_unique<Acceptor>(std::move(*accept), m_options);
    }

    const LoopId m_id;
    const FrontDoorOptions &m_options;
    QEventLoop m_events;
    LoopCore m_core;
    std::unique_ptr<Acceptor> m_acceptor;
    Mailbox<LoopLetter> m_mailbox{[this](LoopLetter letter) { receive(std::move(letter)); }};
};

void runLoop(const LoopContext &context, const FrontDoorOptions &options,
             const LoopHandlerFactory &makeHandler, std::promise<Sender> started)
{
    const QByteArray name = "http-" + QByteArray::number(context.id.value);
    ::pthread_setname_np(::pthread_self(), name.constData());
    EpollDispatcher::install();
    LoopThread loop(context, options, makeHandler);
    started.set_value(loop.sender());
    loop.run();
}

} // namespace

HttpLoop::HttpLoop(LoopContext context, const FrontDoorOptions &options,
                   const LoopHandlerFactory &makeHandler)
{
    std::promise<Sender> started;
    auto sender = started.get_future();
    m_thread = std::thread([context = std::move(context), &options, &makeHandler,
                            started = std::move(started)]() mutable {
        runLoop(context, options, makeHandler, std::move(started));
    });
    m_sender = sender.get();
}

HttpLoop::~HttpLoop()
{
    m_thread.join();
}

} // namespace provost::gateway
