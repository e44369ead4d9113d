#include "ui/shell/navigation.h"

namespace provost::ui {

namespace {

constexpr std::size_t VisitsMax = 100;

std::optional<Visit> pop(std::vector<Visit> &stack, std::vector<Visit> &other, const Visit &from)
{
    if (stack.empty()) {
        return std::nullopt;
    }
    Visit to = stack.back();
    stack.pop_back();
    other.push_back(from);
    return to;
}

} // namespace

void Navigation::leave(const Visit &from)
{
    m_forward.clear();
    if (!m_back.empty() && m_back.back() == from) {
        return;
    }
    if (m_back.size() == VisitsMax) {
        m_back.erase(m_back.begin());
    }
    m_back.push_back(from);
}

std::optional<Visit> Navigation::back(const Visit &from)
{
    return pop(m_back, m_forward, from);
}

std::optional<Visit> Navigation::forward(const Visit &from)
{
    return pop(m_forward, m_back, from);
}

} // namespace provost::ui
