#include "server/tools/toolpool.h"

namespace provost::tools {

namespace {

bool isSame(const std::weak_ptr<const void> &a, const std::shared_ptr<const void> &b)
{
    return !a.owner_before(b) && !b.owner_before(a);
}

} // namespace

std::shared_ptr<void> ToolThread::find(const std::shared_ptr<const void> &owner)
{
    const auto at = std::find_if(m_kept.begin(), m_kept.end(),
                                 [&](const Kept &kept) { return isSame(kept.owner, owner); });
    if (at == m_kept.end())
        return nullptr;
    std::rotate(at, at + 1, m_kept.end());
    return m_kept.back().thing;
}

void ToolThread::keep(const std::shared_ptr<const void> &owner, std::shared_ptr<void> thing)
{
    drop(owner);
    if (m_kept.size() >= keptMax)
        m_kept.erase(m_kept.begin());
    m_kept.push_back({owner, std::move(thing)});
}

void ToolThread::drop(const std::shared_ptr<const void> &owner)
{
    std::erase_if(m_kept, [&](const Kept &kept) { return isSame(kept.owner, owner); });
}

void ToolThread::sweep()
{
    std::erase_if(m_kept, [](const Kept &kept) { return kept.owner.expired(); });
}

ToolPool::ToolPool(int threads, std::size_t jobsMax)
    : m_jobs(jobsMax)
{
    for (int i = 0; i < std::max(threads, 1); ++i) {
        m_threads.emplace_back([this] {
            ToolThread thread;
            while (auto job = m_jobs.pop()) {
                thread.sweep();
                (*job)(thread);
            }
        });
    }
}

ToolPool::~ToolPool()
{
    m_jobs.close();
    m_threads.clear();
}

Result<void> ToolPool::run(std::function<void()> job)
{
    return run([job = std::move(job)](ToolThread &) { job(); });
}

Result<void> ToolPool::run(std::function<void(ToolThread &)> job)
{
    if (!m_jobs.tryPush(std::move(job)))
        return fail(ErrorCode::Unavailable, QStringLiteral("too many tool calls are waiting"));
    return {};
}

std::size_t ToolPool::waiting() const
{
    return m_jobs.size();
}

} // namespace provost::tools
