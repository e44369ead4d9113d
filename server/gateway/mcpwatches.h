// McpWatches: the resources whose updates agents of one loop hear of. Each interest is a governed call
// (Operation::Subscribe): decided by policy and recorded, and decided again whenever the tenant or its caller changed.
// INVARIANT: a watch that would not be granted now ends with the next change that the loop hears of, and says so once.
// Thread: the loop on which it was made. A GovernedWatch may be destroyed anywhere.
#pragma once

#include "server/base/mailbox.h"
#include "server/base/task.h"
#include "server/calls/call.h"
#include "server/gateway/session.h"

#include <atomic>
#include <vector>

namespace provost::gateway {

struct McpServices;

// One agent's interest in one resource, for as long as somebody holds it.
class GovernedWatch
{
public:
    struct Callbacks // on the loop
    {
        std::function<void()> onUpdated; // bursts are told once
        std::function<void(QByteArray reason)>
            onEnded; // the right is gone; nothing is told any more
    };

    GovernedWatch(calls::CallRequest request, SessionOwner owner, Callbacks callbacks);

private:
    friend class McpWatches;

    const calls::CallRequest m_request;
    const SessionOwner m_owner;
    const Callbacks m_callbacks;
    const std::shared_ptr<std::atomic<bool>> m_rung = std::make_shared<std::atomic<bool>>(false);
    std::shared_ptr<tools::Watch> m_watch; // null: ended, or the resource tells of no updates
    bool m_ended = false;
};

class McpWatches
{
public:
    using Opened = tl::expected<std::shared_ptr<GovernedWatch>, calls::Refusal>;

    explicit McpWatches(
        const McpServices &services); // outlive the watches and every call they began

    // `request` is an Operation::Subscribe of `owner`. Resumes on this loop.
    [[nodiscard]] Task<Opened> open(calls::CallRequest request, SessionOwner owner,
                                    GovernedWatch::Callbacks callbacks);

    // Asks again for what is held: of everyone in the tenant, or of one owner.
    void decideAgain(const TenantId &tenant);
    void decideAgain(const SessionOwner &owner);

    [[nodiscard]] bool isIdle() const { return *m_deciding == 0; }

private:
    using Letter = std::weak_ptr<GovernedWatch>;
    using Held = std::vector<std::shared_ptr<GovernedWatch>>;

    [[nodiscard]] static Task<calls::CallReply> ask(const McpServices &services,
                                                    std::shared_ptr<GovernedWatch> watch,
                                                    Mailbox<Letter>::Sender bell);
    [[nodiscard]] static Task<void> decide(const McpServices &services, Held held,
                                           Mailbox<Letter>::Sender bell,
                                           std::shared_ptr<int> deciding);
    [[nodiscard]] Held held(const std::function<bool(const SessionOwner &)> &isMeant);
    void start(Held held);

    const McpServices &m_services;
    std::vector<Letter> m_watches;
    const std::shared_ptr<int> m_deciding =
        std::make_shared<int>(0); // rounds of decisions on their way
    Mailbox<Letter> m_updates;
};

} // namespace provost::gateway
