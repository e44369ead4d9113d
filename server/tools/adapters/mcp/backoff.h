// BackOff: how long to wait before a server that failed is started again: twice as long each time, and from the
// beginning once it has been stable.
// Thread: a value.
#pragma once

#include "server/tools/adapters/mcp/config.h"

#include <QDeadlineTimer>

namespace provost::tools::mcp {

class BackOff
{
public:
    explicit BackOff(RestartRule rule)
        : m_rule(rule)
    {
    }

    void ready()
    {
        m_wasReady = true;
        m_stableFrom = QDeadlineTimer(m_rule.stableAfter);
    }
    // It failed now; what to wait.
    [[nodiscard]] std::chrono::milliseconds failed()
    {
        if (std::exchange(m_wasReady, false) && m_stableFrom.hasExpired())
            m_failures = 0;
        const auto factor = 1LL << std::min(m_failures++, doublingsMax);
        return std::min<std::chrono::milliseconds>(m_rule.first * factor, m_rule.max);
    }

private:
    static constexpr int doublingsMax = 20;

    const RestartRule m_rule;
    int m_failures = 0;
    bool m_wasReady = false; // since its last start
    QDeadlineTimer m_stableFrom;
};

} // namespace provost::tools::mcp
