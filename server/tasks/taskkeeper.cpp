#include "server/tasks/taskkeeper.h"

#include <system_error>

namespace provost::tasks {

namespace {

using protocol::TaskId;
using protocol::TaskState;
using protocol::TaskStatus;

constexpr const char *fileName = "tasks.db";

// Nobody can say how far the tool got, so no client is told that trying again is safe.
const Json &interruption()
{
    static const Json error = protocol::taskError(
        {200, protocol::code::InternalError,
         "The server was stopped while the task was working; whether the tool did its work is not "
         "known",
         Json::object({{"code", "interrupted"}, {"retry", false}})});
    return error;
}

Conclusion tooLarge()
{
    const Json error = protocol::taskError({200, 413, "The answer is too large to be kept", {}});
    return {.status = TaskStatus::Failed,
            .message = error["message"].toByteArray(),
            .detail = error,
            .state = {}};
}

} // namespace

TaskKeeper::TaskKeeper(std::filesystem::path data, const Clock &clock, TaskLimits limits)
    : m_data(std::move(data))
    , m_clock(clock)
    , m_limits(limits)
{
    m_thread.post([this] {
        openAll();
        m_upkeep = std::make_unique<QTimer>();
        QObject::connect(m_upkeep.get(), &QTimer::timeout, m_upkeep.get(), [this] { upkeep(); });
        m_upkeep->start(m_limits.upkeep);
    });
}

TaskKeeper::~TaskKeeper()
{
    m_thread.run([this] {
        m_upkeep.reset();
        upkeep();
    });
}

template <class T>
Task<Result<T>> TaskKeeper::onThread(std::function<Result<T>()> work)
{
    if (m_waiting.fetch_add(1) >= requestsMax) {
        --m_waiting;
        co_return fail(ErrorCode::Unavailable,
                       QStringLiteral("too many requests about tasks wait; try again in a moment"));
    }
    Completion<T> done;
    m_thread.post(
        [this, work = std::move(work), resolver = std::make_shared<Resolver<T>>(done.resolver())] {
            --m_waiting;
            resolver->resolve(work());
        });
    co_return co_await done;
}

Task<Result<TaskState>> TaskKeeper::create(TaskOwner owner, NewTask task, std::stop_source running)
{
    return onThread<TaskState>([this, owner = std::move(owner), task = std::move(task),
                                running = std::move(running)]() -> Result<TaskState> {
        TRY_LET(TaskStore * store, storeOf(owner.tenant));
        TRY_LET(TaskState state, store->create(owner.user, task));
        m_live.insert_or_assign(task.id, Live{running});
        return state;
    });
}

Task<Result<TaskState>> TaskKeeper::find(TaskOwner owner, TaskId id)
{
    return onThread<TaskState>(
        [this, owner = std::move(owner), id = std::move(id)]() -> Result<TaskState> {
            TRY_LET(TaskStore * store, storeOf(owner.tenant));
            return store->find(owner.user, id);
        });
}

Task<Result<std::vector<TaskState>>> TaskKeeper::list(TaskOwner owner, TaskPlace place,
                                                      std::size_t tasksMax)
{
    using States = std::vector<TaskState>;
    return onThread<States>(
        [this, owner = std::move(owner), place = std::move(place), tasksMax]() -> Result<States> {
            TRY_LET(TaskStore * store, storeOf(owner.tenant));
            return store->list(owner.user, place, tasksMax);
        });
}

Task<Result<std::optional<NextRound>>> TaskKeeper::answer(TaskOwner owner, TaskId id,
                                                          Json responses, std::stop_source running)
{
    using Next = std::optional<NextRound>;
    return onThread<Next>([this, owner = std::move(owner), id = std::move(id),
                           responses = std::move(responses),
                           running = std::move(running)]() -> Result<Next> {
        TRY_LET(TaskStore * store, storeOf(owner.tenant));
        TRY_LET(Next next, store->answer(owner.user, id, responses));
        if (next)
            m_live.insert_or_assign(id, Live{running});
        tell(id);
        return next;
    });
}

Task<Result<std::optional<NextRound>>> TaskKeeper::giveUp(TaskOwner owner, TaskId id,
                                                          std::stop_source running)
{
    using Next = std::optional<NextRound>;
    return onThread<Next>([this, owner = std::move(owner), id = std::move(id),
                           running = std::move(running)]() -> Result<Next> {
        TRY_LET(TaskStore * store, storeOf(owner.tenant));
        TRY_LET(Next next, store->giveUp(owner.user, id));
        if (next)
            m_live.insert_or_assign(id, Live{running});
        tell(id);
        return next;
    });
}

Task<Result<std::optional<NextRound>>> TaskKeeper::cancel(TaskOwner owner, TaskId id)
{
    using Left = std::optional<NextRound>;
    return onThread<Left>([this, owner = std::move(owner), id = std::move(id)]() -> Result<Left> {
        TRY_LET(TaskStore * store, storeOf(owner.tenant));
        TRY_LET(Left left, store->waiting(owner.user, id));
        TRY_LET(const TaskStatus status, store->cancel(owner.user, id));
        if (status == TaskStatus::Working)
            stop(id);
        tell(id);
        return left;
    });
}

Task<Result<TaskKeeper::Cancelled>> TaskKeeper::cancelAtOnce(TaskOwner owner, TaskId id)
{
    return onThread<Cancelled>(
        [this, owner = std::move(owner), id = std::move(id)]() -> Result<Cancelled> {
            Cancelled cancelled;
            TRY_LET(TaskStore * store, storeOf(owner.tenant));
            TRY_LET(cancelled.left, store->waiting(owner.user, id));
            TRY_LET(cancelled.task, store->cancelAtOnce(owner.user, id));
            stop(id);
            tell(id);
            return cancelled;
        });
}

void TaskKeeper::stop(const TaskId &id)
{
    const auto live = m_live.find(id);
    if (live == m_live.end())
        return;
    live->second.cancelled = true;
    live->second.running.request_stop();
}

void TaskKeeper::conclude(TaskOwner owner, TaskId id, Conclusion conclusion)
{
    m_thread.post([this, ended = Ended{std::move(owner), std::move(id), std::move(conclusion)}] {
        if (const auto kept = keep(ended); !kept) {
            qWarning("a task that has ended could not be written, and will be: %s",
                     qUtf8Printable(kept.error().message));
            m_unwritten.push_back(ended);
        }
    });
}

Result<void> TaskKeeper::keep(const Ended &ended)
{
    TRY_LET(TaskStore * store, storeOf(ended.owner.tenant));
    const auto live = m_live.find(ended.id);
    const bool cancelled = live != m_live.end() && live->second.cancelled;
    Conclusion conclusion = ended.conclusion;
    if (conclusion.status == TaskStatus::InputRequired && cancelled)
        conclusion = {.status = TaskStatus::Cancelled}; // it asked while its owner cancelled it
    if (conclusion.status == TaskStatus::Cancelled && !cancelled)
        conclusion = {TaskStatus::Failed, interruption()["message"].toByteArray(), interruption()};
    auto kept = store->conclude(ended.owner.user, ended.id, conclusion);
    if (!kept && kept.error().code == ErrorCode::TooLarge)
        kept = store->conclude(ended.owner.user, ended.id, tooLarge());
    if (!kept && kept.error().code != ErrorCode::NotFound)
        return kept;
    if (live != m_live.end())
        m_live.erase(live);
    tell(ended.id);
    return {};
}

Task<Result<std::shared_ptr<TaskWatch>>> TaskKeeper::watch(TaskOwner owner, TaskId id,
                                                           std::function<void()> onChanged)
{
    using Watching = std::shared_ptr<TaskWatch>;
    return onThread<Watching>([this, owner = std::move(owner), id = std::move(id),
                               onChanged = std::move(onChanged)]() -> Result<Watching> {
        TRY_LET(TaskStore * store, storeOf(owner.tenant));
        TRY_DO(store->find(owner.user, id));
        auto watching = std::make_shared<TaskWatch>(onChanged);
        m_watches.emplace(id, watching);
        return watching;
    });
}

void TaskKeeper::tell(const TaskId &id)
{
    const auto [first, last] = m_watches.equal_range(id);
    for (auto entry = first; entry != last;) {
        const auto watching = entry->second.lock();
        if (watching)
            watching->tell();
        entry = watching ? std::next(entry) : m_watches.erase(entry);
    }
}

Result<TaskStore *> TaskKeeper::storeOf(const TenantId &tenant)
{
    const auto known = m_stores.find(tenant);
    if (known != m_stores.end())
        return &known->second;
    const auto directory = tenantsDirectory() / tenant.value.toStdString();
    TRY_LET(auto store, TaskStore::open(directory / fileName, m_clock, m_limits, interruption()));
    return &m_stores.emplace(tenant, std::move(store)).first->second;
}

// What an earlier process left is ended or removed at once, not when somebody asks.
void TaskKeeper::openAll()
{
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator(tenantsDirectory(), error)) {
        if (!std::filesystem::exists(entry.path() / fileName, error))
            continue;
        const TenantId tenant(QByteArray::fromStdString(entry.path().filename().string()));
        if (const auto opened = storeOf(tenant); !opened)
            qWarning("the tasks of tenant %s cannot be opened: %s", tenant.value.constData(),
                     qUtf8Printable(opened.error().message));
    }
    upkeep();
}

void TaskKeeper::upkeep()
{
    std::erase_if(m_unwritten, [this](const Ended &ended) { return keep(ended).has_value(); });
    std::erase_if(m_watches, [](const auto &entry) { return entry.second.expired(); });
    for (auto &[tenant, store] : m_stores) {
        const auto late = store.removeExpired();
        if (!late)
            qWarning("expired tasks of tenant %s cannot be removed: %s", tenant.value.constData(),
                     qUtf8Printable(late.error().message));
        for (const TaskId &id : late.value_or(std::vector<TaskId>())) {
            if (const auto live = m_live.find(id); live != m_live.end())
                live->second.running.request_stop();
        }
    }
}

} // namespace provost::tasks
