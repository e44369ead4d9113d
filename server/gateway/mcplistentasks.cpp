// What McpListens tells of tasks (io.modelcontextprotocol/tasks, notifications/tasks): each change, with everything that
// tasks/get would answer then.
#include "server/gateway/mcplistens.h"

#include "server/gateway/mcpservices.h"
#include "server/tasks/taskkeeper.h"

namespace provost::gateway {

namespace {

tasks::TaskOwner ownerOf(const identity::Principal &principal)
{
    return {principal.tenant, principal.user};
}

} // namespace

// A task that is not the caller's is left out of the acknowledgment, like one that does not exist.
Task<void> McpListens::watchTask(quint64 number, QByteArray id)
{
    if (m_services.tasks == nullptr)
        co_return;
    const tasks::TaskOwner owner = ownerOf(find(number)->request.principal);
    const protocol::TaskId task(id);
    auto onChanged = [ring = m_taskNews.sender(), news = TaskNews{number, id}] { ring.post(news); };
    auto watching = co_await m_services.tasks->watch(owner, task, std::move(onChanged));
    if (Stream *still = find(number); still != nullptr && watching)
        still->tasks.emplace(id, std::move(*watching));
}

Task<void> McpListens::tellTask(std::weak_ptr<McpListens *> alive, TaskNews news)
{
    const auto self = [&] {
        const auto locked = alive.lock();
        return locked ? *locked : nullptr;
    };
    McpListens *before = self();
    const Stream *stream = before != nullptr ? before->find(news.stream) : nullptr;
    if (stream == nullptr)
        co_return;
    const tasks::TaskOwner owner = ownerOf(stream->request.principal);
    const protocol::TaskId task(news.id);
    tasks::TaskKeeper &keeper = *before->m_services.tasks;
    const auto state = co_await keeper.find(owner, task);
    McpListens *after = self();
    if (after != nullptr && state)
        after->send(news.stream, "notifications/tasks", protocol::detailedTask(*state));
}

} // namespace provost::gateway
