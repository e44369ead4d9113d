#include "server/tasks/taskstore.h"

#include "server/base/assert.h"

#include <algorithm>

namespace provost::tasks {

namespace {

using protocol::TaskId;
using protocol::TaskState;
using protocol::TaskStatus;

constexpr std::chrono::seconds busyTimeout{1}; // nobody else writes here, but an administrator may

constexpr const char *schema[] = {
    R"(CREATE TABLE tasks (
           id TEXT PRIMARY KEY,
           user TEXT NOT NULL,
           tool TEXT NOT NULL,
           status TEXT NOT NULL,      -- as MCP names it
           message TEXT NOT NULL,
           created INTEGER NOT NULL,  -- times are microseconds since 1970
           updated INTEGER NOT NULL,
           expires INTEGER NOT NULL,
           round INTEGER NOT NULL,    -- how often the tool has asked
           call TEXT NOT NULL,        -- JSON; the next four are empty once the task has ended
           asked TEXT NOT NULL,       -- JSON: key -> question, of this round
           answers TEXT NOT NULL,     -- JSON: key -> answer, of this round
           state TEXT NOT NULL,       -- sealed; comes back with the answers
           detail TEXT NOT NULL,      -- JSON: result or error; null while there is none
           bytes INTEGER NOT NULL) STRICT;
       CREATE INDEX tasks_user ON tasks (user, status, bytes);
       CREATE INDEX tasks_expires ON tasks (expires, status);)",
};

tl::unexpected<Error> noSuchTask()
{
    return fail(ErrorCode::NotFound, QStringLiteral("there is no such task"));
}

tl::unexpected<Error> tooLarge()
{
    return fail(ErrorCode::TooLarge, QStringLiteral("this is larger than what a task can keep"));
}

Result<Json> jsonOf(const QByteArray &text)
{
    auto parsed = Json::parse(text, {.bytesMax = std::numeric_limits<qsizetype>::max()});
    if (!parsed)
        return fail(ErrorCode::Storage,
                    u"a task that was kept cannot be read: " % parsed.error().message);
    return parsed;
}

// The tool names its questions anew in each round; a client must never see a name again.
QByteArray keyInTask(std::int64_t round, const QByteArray &key)
{
    return QByteArray::number(qint64(round)) + '.' + key;
}

QByteArray keyOfTool(const QByteArray &key)
{
    return key.sliced(key.indexOf('.') + 1);
}

std::chrono::milliseconds lifetime(WallTime created, WallTime expires)
{
    return std::chrono::duration_cast<std::chrono::milliseconds>(expires - created);
}

Json stillAsked(const Json &asked, const Json &answers)
{
    Json open = Json::object();
    for (const Json::Member &question : asked.members()) {
        if (!answers.contains(question.key))
            open.set(question.key, question.value);
    }
    return open;
}

} // namespace

struct TaskStore::Row
{
    TaskState state;
    std::int64_t round = 0;
    QByteArray call;
    Json asked;
    Json answers;
    QByteArray sealed;
};

TaskStore::TaskStore(storage::Database database, const Clock &clock, TaskLimits limits)
    : m_database(std::move(database))
    , m_clock(&clock)
    , m_limits(limits)
{
}

Result<TaskStore> TaskStore::open(const std::filesystem::path &path, const Clock &clock,
                                  TaskLimits limits, const Json &interrupted)
{
    TRY_LET(auto database, storage::Database::open(path, {.busyTimeout = busyTimeout}));
    TRY_DO(storage::migrate(database, schema));
    TRY_DO(database.execute("UPDATE tasks SET status = 'failed', message = ?, updated = ?, "
                            "call = '', asked = '', answers = '', state = '', detail = ? "
                            "WHERE status = 'working'",
                            interrupted["message"].toByteArray(), clock.now(),
                            interrupted.toBytes()));
    return TaskStore(std::move(database), clock, limits);
}

Result<TaskState> TaskStore::create(const UserId &owner, const NewTask &task)
{
    const QByteArray call = task.call.toBytes();
    if (call.size() > m_limits.bytesMax)
        return tooLarge();
    TRY_LET(auto transaction, m_database.begin());
    TRY_DO(checkRoom(owner));
    const WallTime now = m_clock->now();
    TRY_DO(m_database.execute("INSERT INTO tasks VALUES (?, ?, ?, 'working', '', ?, ?, ?, 0, ?, "
                              "'{}', '{}', '', 'null', ?)",
                              task.id, owner, task.tool, now, now, now + m_limits.ttl, call,
                              call.size()));
    TRY_DO(transaction.commit());
    return TaskState{
        .id = task.id, .created = now, .updated = now, .ttl = m_limits.ttl, .detail = {}};
}

Result<void> TaskStore::checkRoom(const UserId &owner)
{
    TRY_LET(auto count,
            m_database.prepare("SELECT count(*), coalesce(sum(bytes), 0), "
                               "coalesce(sum(status IN ('working', 'input_required')), 0) "
                               "FROM tasks WHERE user = ?"));
    count.bind(owner);
    TRY_LET(const bool isFull,
            count
                .first([&](const storage::Statement &row) {
                    return std::size_t(row.get<std::int64_t>(0)) >= m_limits.perOwnerMax
                           || row.get<std::int64_t>(1) >= m_limits.bytesPerOwnerMax
                           || std::size_t(row.get<std::int64_t>(2))
                                  >= m_limits.unfinishedPerOwnerMax;
                })
                .map([](std::optional<bool> full) { return full.value_or(true); }));
    if (isFull)
        return fail(ErrorCode::RateLimited, QStringLiteral("you have too many tasks"));
    return {};
}

Result<TaskStore::Row> TaskStore::read(const UserId &owner, const TaskId &id, WallTime when)
{
    TRY_LET(auto statement,
            m_database.prepare("SELECT status, message, created, updated, expires, round, call, "
                               "asked, answers, state, detail FROM tasks "
                               "WHERE id = ? AND user = ? AND expires > ?"));
    statement.bind(id, owner, when);
    TRY_LET(const bool found, statement.step());
    if (!found)
        return noSuchTask();
    const auto status = protocol::taskStatusOf(statement.get<QByteArray>(0));
    if (!status)
        return fail(ErrorCode::Storage, QStringLiteral("a task that was kept cannot be read"));
    Row row;
    row.state.id = id;
    row.state.status = *status;
    row.state.message = statement.get<QByteArray>(1);
    row.state.created = statement.get<WallTime>(2);
    row.state.updated = statement.get<WallTime>(3);
    row.state.ttl = lifetime(row.state.created, statement.get<WallTime>(4));
    row.round = statement.get<std::int64_t>(5);
    row.call = statement.get<QByteArray>(6);
    row.sealed = statement.get<QByteArray>(9);
    if (*status == TaskStatus::InputRequired) {
        TRY_LET(row.asked, jsonOf(statement.get<QByteArray>(7)));
        TRY_LET(row.answers, jsonOf(statement.get<QByteArray>(8)));
        row.state.detail = stillAsked(row.asked, row.answers);
    } else {
        TRY_LET(row.state.detail, jsonOf(statement.get<QByteArray>(10)));
    }
    return row;
}

Result<TaskState> TaskStore::find(const UserId &owner, const TaskId &id)
{
    TRY_LET(Row row, read(owner, id, m_clock->now()));
    return std::move(row.state);
}

Result<std::vector<TaskState>> TaskStore::list(const UserId &owner, const TaskPlace &place,
                                               std::size_t tasksMax)
{
    TRY_LET(auto statement,
            m_database.prepare(
                "WITH page AS (SELECT id FROM tasks WHERE user = ? AND expires > ? "
                "AND (created, id) > (?, ?) ORDER BY created, id LIMIT ?) "
                "SELECT id, status, message, created, updated, expires, "
                "CASE status WHEN 'completed' THEN coalesce(json_extract(detail, '$.isError'), 0) "
                "ELSE 0 END FROM tasks WHERE id IN page ORDER BY created, id"));
    statement.bind(owner, m_clock->now(), place.created, place.id, std::int64_t(tasksMax));
    return statement.all([](const storage::Statement &row) {
        TaskState task;
        task.id = row.get<TaskId>(0);
        task.status = protocol::taskStatusOf(row.get<QByteArray>(1)).value_or(TaskStatus::Failed);
        task.message = row.get<QByteArray>(2);
        task.created = row.get<WallTime>(3);
        task.updated = row.get<WallTime>(4);
        task.ttl = lifetime(task.created, row.get<WallTime>(5));
        if (row.get<std::int64_t>(6) != 0)
            task.detail = Json::object({{"isError", true}});
        return task;
    });
}

Result<std::optional<NextRound>> TaskStore::answer(const UserId &owner, const TaskId &id,
                                                   const Json &responses)
{
    TRY_LET(auto transaction, m_database.begin());
    TRY_LET(Row row, read(owner, id, m_clock->now()));
    const std::size_t before = row.answers.members().size();
    for (const Json::Member &question : row.state.detail.members()) {
        if (const Json *response = responses.find(question.key); response != nullptr)
            row.answers.set(question.key, *response);
    }
    const std::size_t after = row.answers.members().size();
    if (row.state.status != TaskStatus::InputRequired || after == before)
        return std::nullopt;
    const bool complete = after == row.asked.members().size();
    const QByteArray answers = row.answers.toBytes();
    if (answers.size() > m_limits.bytesMax)
        return tooLarge();
    if (!complete) {
        TRY_DO(m_database.execute("UPDATE tasks SET answers = ?, updated = ?, bytes = bytes + ? "
                                  "WHERE id = ?",
                                  answers, m_clock->now(), answers.size(), id));
        TRY_DO(transaction.commit());
        return std::nullopt;
    }
    TRY_LET(NextRound next, workAgain(row));
    TRY_DO(transaction.commit());
    return next;
}

Result<std::optional<NextRound>> TaskStore::giveUp(const UserId &owner, const TaskId &id)
{
    TRY_LET(auto transaction, m_database.begin());
    TRY_LET(const Row row, read(owner, id, m_clock->now()));
    if (row.state.status != TaskStatus::InputRequired)
        return std::nullopt;
    TRY_LET(NextRound next, workAgain(row));
    TRY_DO(transaction.commit());
    return next;
}

Result<std::optional<NextRound>> TaskStore::waiting(const UserId &owner, const TaskId &id)
{
    TRY_LET(const Row row, read(owner, id, m_clock->now()));
    if (row.state.status != TaskStatus::InputRequired)
        return std::nullopt;
    TRY_LET(NextRound next, nextRoundOf(row));
    return next;
}

Result<NextRound> TaskStore::workAgain(const Row &row)
{
    TRY_DO(m_database.execute("UPDATE tasks SET status = 'working', message = '', updated = ?, "
                              "asked = '{}', answers = '{}', state = '', bytes = ? WHERE id = ?",
                              m_clock->now(), row.call.size(), row.state.id));
    return nextRoundOf(row);
}

Result<NextRound> TaskStore::nextRoundOf(const Row &row)
{
    NextRound next{.state = row.sealed};
    TRY_LET(next.call, jsonOf(row.call));
    next.responses = Json::object();
    for (const Json::Member &response : row.answers.members())
        next.responses.set(keyOfTool(response.key), response.value);
    return next;
}

Result<TaskStatus> TaskStore::cancel(const UserId &owner, const TaskId &id)
{
    TRY_LET(auto transaction, m_database.begin());
    TRY_LET(const Row row, read(owner, id, m_clock->now()));
    if (row.state.status != TaskStatus::InputRequired)
        return row.state.status;
    TRY_DO(end(id, {.status = TaskStatus::Cancelled}));
    TRY_DO(transaction.commit());
    return TaskStatus::Cancelled;
}

Result<TaskState> TaskStore::cancelAtOnce(const UserId &owner, const TaskId &id)
{
    TRY_LET(auto transaction, m_database.begin());
    TRY_LET(Row row, read(owner, id, m_clock->now()));
    if (protocol::isTerminal(row.state.status))
        return fail(ErrorCode::InvalidInput, QStringLiteral("the task has ended already"));
    TRY_DO(end(id, {.status = TaskStatus::Cancelled}));
    TRY_LET(row, read(owner, id, m_clock->now()));
    TRY_DO(transaction.commit());
    return std::move(row.state);
}

Result<void> TaskStore::conclude(const UserId &owner, const TaskId &id,
                                 const Conclusion &conclusion)
{
    PROVOST_ASSERT(conclusion.status != TaskStatus::Working, return {});
    TRY_LET(auto transaction, m_database.begin());
    TRY_LET(const Row row, read(owner, id, WallTime::min())); // its time may be over
    if (row.state.status != TaskStatus::Working)
        return {};
    if (conclusion.status != TaskStatus::InputRequired) {
        TRY_DO(end(id, conclusion));
        return transaction.commit();
    }
    Json asked = Json::object();
    for (const Json::Member &question : conclusion.detail.members())
        asked.set(keyInTask(row.round + 1, question.key), question.value);
    const QByteArray text = asked.toBytes();
    if (text.size() > m_limits.bytesMax)
        return tooLarge();
    TRY_DO(m_database.execute("UPDATE tasks SET status = 'input_required', message = ?, "
                              "updated = ?, round = round + 1, asked = ?, state = ?, "
                              "bytes = bytes + ? WHERE id = ?",
                              conclusion.message, m_clock->now(), text, conclusion.state,
                              text.size() + conclusion.state.size(), id));
    return transaction.commit();
}

// What was needed to go on is not kept any longer than that.
Result<void> TaskStore::end(const TaskId &id, const Conclusion &conclusion)
{
    const QByteArray detail = conclusion.detail.toBytes();
    if (detail.size() > m_limits.bytesMax)
        return tooLarge();
    return m_database.execute("UPDATE tasks SET status = ?, message = ?, updated = ?, call = '', "
                              "asked = '', answers = '', state = '', detail = ?, bytes = ? "
                              "WHERE id = ?",
                              protocol::nameOf(conclusion.status), conclusion.message,
                              m_clock->now(), detail, detail.size(), id);
}

Result<std::vector<TaskId>> TaskStore::removeExpired()
{
    const WallTime now = m_clock->now();
    TRY_DO(m_database.execute("DELETE FROM tasks WHERE expires <= ? AND status <> 'working'", now));
    TRY_LET(auto late, m_database.prepare("SELECT id FROM tasks WHERE expires <= ?"));
    late.bind(now);
    return late.all([](const storage::Statement &row) { return row.get<TaskId>(0); });
}

} // namespace provost::tasks
