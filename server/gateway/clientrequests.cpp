#include "server/gateway/clientrequests.h"

namespace provost::gateway {

ClientRequests::ClientRequests(QByteArray idPrefix)
    : m_idPrefix(std::move(idPrefix))
{
}

Result<QByteArray> ClientRequests::begin(Resolver<Json> answer, MonotonicTime now)
{
    const Lock lock(m_mutex);
    if (m_ended)
        return fail(ErrorCode::Cancelled, QStringLiteral("the session has ended"));
    if (m_waiting.size() >= waitingMax)
        return fail(ErrorCode::RateLimited,
                    QStringLiteral("too many questions wait for an answer of the client"));
    QByteArray id = m_idPrefix + '-' + QByteArray::number(++m_last);
    m_waiting.emplace(id, Waiting{std::move(answer), now});
    return id;
}

bool ClientRequests::answer(const QByteArray &id, Result<Json> with)
{
    Resolver<Json> waiting;
    {
        const Lock lock(m_mutex);
        const auto found = m_waiting.find(id);
        if (found == m_waiting.end())
            return false;
        waiting = std::move(found->second.answer);
        m_waiting.erase(found);
    }
    waiting.resolve(std::move(with));
    return true;
}

std::vector<Resolver<Json>> ClientRequests::takeOverdue(MonotonicTime now)
{
    std::vector<Resolver<Json>> overdue;
    const Lock lock(m_mutex);
    for (auto it = m_waiting.begin(); it != m_waiting.end();) {
        if (now - it->second.since < patience) {
            ++it;
            continue;
        }
        overdue.push_back(std::move(it->second.answer));
        it = m_waiting.erase(it);
    }
    return overdue;
}

void ClientRequests::end()
{
    std::map<QByteArray, Waiting> waiting;
    {
        const Lock lock(m_mutex);
        m_ended = true;
        waiting.swap(m_waiting);
    }
    for (auto &[id, request] : waiting)
        request.answer.resolve(fail(ErrorCode::Cancelled, QStringLiteral("the session has ended")));
}

} // namespace provost::gateway
