#include "server/gateway/mcpwatches.h"

#include "server/gateway/mcpservices.h"

namespace provost::gateway {

GovernedWatch::GovernedWatch(calls::CallRequest request, SessionOwner owner, Callbacks callbacks)
    : m_request(std::move(request))
    , m_owner(std::move(owner))
    , m_callbacks(std::move(callbacks))
{
}

McpWatches::McpWatches(const McpServices &services)
    : m_services(services)
    , m_updates([](const Letter &letter) {
        const auto watch = letter.lock();
        if (!watch)
            return;
        *watch->m_rung = false; // before it is told: what happens meanwhile rings anew
        if (!watch->m_ended)
            watch->m_callbacks.onUpdated();
    })
{
}

// The adapter's callback holds no watch: were it the last to hold it, the watch would end inside the adapter.
Task<calls::CallReply> McpWatches::ask(const McpServices &services,
                                       std::shared_ptr<GovernedWatch> watch,
                                       Mailbox<Letter>::Sender bell)
{
    calls::CallRequest request = watch->m_request;
    request.received = services.clock.monotonic();
    request.onUpdated = [rung = watch->m_rung, letter = Letter(watch), bell = std::move(bell)] {
        if (!rung->exchange(true))
            bell.post(letter);
    };
    co_return co_await services.run(std::move(request));
}

Task<McpWatches::Opened> McpWatches::open(calls::CallRequest request, SessionOwner owner,
                                          GovernedWatch::Callbacks callbacks)
{
    const auto watch =
        std::make_shared<GovernedWatch>(std::move(request), std::move(owner), std::move(callbacks));
    m_watches.push_back(watch); // now: a change while the call is on its way must not be missed
    calls::CallReply reply = co_await ask(m_services, watch, m_updates.sender());
    if (reply.isRefused())
        co_return tl::make_unexpected(reply.refusal());
    if (watch->m_ended)
        co_return tl::make_unexpected(
            calls::Refusal{.code = ErrorCode::Denied, .reason = "The right to it has just ended"});
    if (!watch->m_watch)
        watch->m_watch = std::move(reply.watch);
    co_return watch;
}

void McpWatches::decideAgain(const TenantId &tenant)
{
    start(held([&](const SessionOwner &owner) { return owner.tenant == tenant; }));
}

void McpWatches::decideAgain(const SessionOwner &owner)
{
    start(held([&](const SessionOwner &other) { return other == owner; }));
}

void McpWatches::start(Held held)
{
    if (!held.empty())
        spawn(decide(m_services, std::move(held), m_updates.sender(), m_deciding));
}

// One after the other: nobody waits for it. The old interest is given up after the new one was taken, so that no
// update falls between them.
Task<void> McpWatches::decide(const McpServices &services, Held held, Mailbox<Letter>::Sender bell,
                              std::shared_ptr<int> deciding)
{
    ++*deciding;
    for (auto &watch : held) {
        if (watch.use_count() > 1 && !watch->m_ended) { // else given up meanwhile
            calls::CallReply reply = co_await ask(services, watch, bell);
            watch->m_ended = reply.isRefused();
            watch->m_watch = std::move(reply.watch);
            if (watch->m_ended)
                watch->m_callbacks.onEnded(reply.refusal().reason);
        }
        watch.reset();
    }
    --*deciding;
}

McpWatches::Held McpWatches::held(const std::function<bool(const SessionOwner &)> &isMeant)
{
    std::erase_if(m_watches, [](const Letter &watch) { return watch.expired(); });
    Held held;
    for (const Letter &letter : m_watches) {
        if (auto watch = letter.lock(); watch && isMeant(watch->m_owner))
            held.push_back(std::move(watch));
    }
    return held;
}

} // namespace provost::gateway
