// McpLegacyTasks: the tasks of revision 2025-11-25 (SEP-1686, experimental) on one loop: another face of what McpTasks
// runs and the TaskKeeper keeps. The client says which calls are to be tasks, waits for their ends with tasks/result, and
// is asked there by requests of ours. Its session hears of its tasks while it has a GET stream.
// INVARIANT: a client is told of a task only when it is on disk, and of one that it cancelled as cancelled for good.
// Thread: its loop.
#pragma once

#include "server/base/mailbox.h"
#include "server/gateway/mcpanswer.h"
#include "server/gateway/mcpcall.h"
#include "server/gateway/mcpservices.h"
#include "server/gateway/mcptasks.h"

#include <map>
#include <memory>

namespace provost::gateway {

class McpLegacyTasks : public std::enable_shared_from_this<McpLegacyTasks>
{
public:
    // REQUIRES: services.tasks; `services` outlives the object and every call that it began.
    McpLegacyTasks(const McpServices &services, std::shared_ptr<McpTasks> tasks);

    // Says of each tool of a list whether it may be called as a task.
    void markTools(const TenantId &tenant, Json &list) const;

    // Whether a tools/call is to be a task. Errors: in band, the tool may not be called like that.
    [[nodiscard]] protocol::Checked<bool> isWanted(const TenantId &tenant,
                                                   const McpQuestion &question) const;

    // A tools/call that is. REQUIRES: isWanted().
    [[nodiscard]] Task<McpAnswer> call(std::shared_ptr<Session> session, McpQuestion question,
                                       calls::CallRequest request);

    // tasks/get, tasks/result, tasks/list and tasks/cancel. `request` says who calls and stops the waiting of
    // tasks/result; `asker` asks on its stream. What changes a task goes by way of the governed call and is recorded.
    [[nodiscard]] Task<McpAnswer> serve(std::shared_ptr<Session> session, McpQuestion question,
                                        McpCall::Asker asker, calls::CallRequest request);

    // Sessions hear no more of their tasks.
    void drain();
    [[nodiscard]] bool isIdle() const { return m_following.use_count() == 1; }

private:
    // A task of which a session is told.
    struct Followed
    {
        std::weak_ptr<Session> session;
        std::shared_ptr<tasks::TaskWatch> watching;
        protocol::TaskStatus told = protocol::TaskStatus::Working;
    };

    [[nodiscard]] Task<McpAnswer> list(tasks::TaskOwner owner, McpQuestion question) const;
    [[nodiscard]] Task<McpAnswer> cancel(McpQuestion question, calls::CallRequest request) const;
    [[nodiscard]] Task<McpAnswer> result(std::shared_ptr<Session> session, McpQuestion question,
                                         McpCall::Asker asker, calls::CallRequest request) const;
    // Nothing if the task is to be looked at again.
    [[nodiscard]] Task<std::optional<McpAnswer>>
    ask(std::shared_ptr<Session> session, McpQuestion question, McpCall::Asker asker,
        calls::CallRequest request, protocol::TaskState task, std::stop_token stop) const;
    [[nodiscard]] Task<Result<void>> cancelAtOnce(tasks::TaskOwner owner, protocol::TaskId id,
                                                  std::shared_ptr<protocol::TaskState> then,
                                                  calls::CallRequest again) const;

    static Task<void> follow(std::shared_ptr<McpLegacyTasks> self, std::shared_ptr<Session> session,
                             protocol::TaskId id);
    static Task<void> tell(std::shared_ptr<McpLegacyTasks> self, protocol::TaskId id);

    const McpServices &m_services;
    tasks::TaskKeeper &m_keeper;
    const std::shared_ptr<McpTasks> m_tasks;
    std::map<protocol::TaskId, Followed> m_followed;
    bool m_draining = false;
    const std::shared_ptr<bool> m_following =
        std::make_shared<bool>(); // held by what runs on its own
    Mailbox<protocol::TaskId> m_news;
};

} // namespace provost::gateway
