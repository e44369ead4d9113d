// McpTasks: the tasks of one loop. A call of a client that knows tasks may go on without its request: the
// client gets a task, the governed call runs to its end here, and what it says is kept by the TaskKeeper, which any loop
// can ask. Questions of the tool wait there for tasks/update, which makes the next round a governed call of its own.
// It is the tasks extension, too; mcplegacytasks.h is the other face of tasks.
// INVARIANT: a client is told of a task only when it is on disk. A call that could not be kept answers its request.
// Thread: its loop.
#pragma once

#include "server/base/mailbox.h"
#include "server/gateway/mcpanswer.h"
#include "server/gateway/mcpservices.h"
#include "server/tasks/taskkeeper.h"

#include <memory>
#include <set>

namespace provost::gateway {

class McpTasks : public std::enable_shared_from_this<McpTasks>
{
public:
    // REQUIRES: services.tasks; `services` outlives the object and every call that it began.
    explicit McpTasks(const McpServices &services);

    // tools/call: what it answers, or a task if the tool wants to be one. The request's stop token is heard until then.
    [[nodiscard]] Task<McpAnswer> call(tasks::TaskOwner owner, McpQuestion question,
                                       calls::CallRequest request);

    // tools/call of a client that asked for a task: one whatever the tool wants, upon which the call begins. The request's
    // stop token is heard until then. Errors: those of TaskKeeper::create().
    [[nodiscard]] Task<Result<protocol::TaskState>>
    begin(tasks::TaskOwner owner, McpQuestion question, calls::CallRequest request);

    // What a task waits for: the answers by key, or why there will be none. The next round begins when nothing is left to
    // be answered, and is made with what `again` says of the caller. Errors: those of TaskKeeper::answer().
    using Answers = tl::expected<Json, calls::Refusal>;
    [[nodiscard]] Task<Result<void>> update(tasks::TaskOwner owner, protocol::TaskId id,
                                            Answers answers, calls::CallRequest again);

    // The round of a task that was cancelled while it waited: the tool need not wait for it, and it is recorded that there
    // is none. Made with what `again` says of the caller.
    [[nodiscard]] Task<void> letGo(protocol::TaskId id, tasks::NextRound left,
                                   calls::CallRequest again) const;

    // tasks/get. No governed call: the owner reads what a governed call has said.
    [[nodiscard]] Task<McpAnswer> get(tasks::TaskOwner owner, McpQuestion question) const;

    // tasks/update and tasks/cancel, by way of the governed call, so that both are recorded.
    [[nodiscard]] Task<McpAnswer> act(McpQuestion question, calls::CallRequest request);

    // Stops the tasks that run here. Their outcomes are still recorded, and kept.
    void drain();
    [[nodiscard]] bool isIdle() const { return m_running.empty(); }

private:
    struct Work; // one call that is a task or may become one

    [[nodiscard]] Task<Result<void>> cancel(tasks::TaskOwner owner, protocol::TaskId id,
                                            calls::CallRequest again) const;
    [[nodiscard]] protocol::TaskId newId() const;
    [[nodiscard]] std::shared_ptr<Work> newWork(tasks::TaskOwner owner, McpQuestion question,
                                                calls::CallRequest request) const;
    static Task<void> carryOut(std::shared_ptr<McpTasks> self, std::shared_ptr<Work> work);
    static Task<void> keep(std::shared_ptr<McpTasks> self, std::shared_ptr<Work> work);
    [[nodiscard]] Task<calls::CallReply> runRound(std::shared_ptr<Work> work) const;
    void onEnded(const std::shared_ptr<Work> &work, calls::CallReply reply);
    void settle(const std::shared_ptr<Work> &work, calls::CallReply reply);
    void start(const std::shared_ptr<Work> &work); // counts it as running
    [[nodiscard]] tasks::Conclusion conclusionOf(const McpQuestion &question,
                                                 calls::CallReply reply) const;

    const McpServices &m_services;
    tasks::TaskKeeper &m_keeper;
    bool m_draining = false;
    std::set<std::shared_ptr<Work>> m_running; // tasks
    Mailbox<std::shared_ptr<Work>> m_wishes;   // to become a task
};

} // namespace provost::gateway
