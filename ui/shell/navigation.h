// Navigation: where the user has been: Alt+Left and Alt+Right walk places together with the scope they were seen in. Pure.
// Thread: any.
#pragma once

#include "ui/kit/page.h"

#include <optional>
#include <vector>

namespace provost::ui {

struct Visit
{
    Link link;
    Scope scope;
    bool operator==(const Visit &) const = default;
};

class Navigation
{
public:
    // The user leaves `from` for another place. What lay ahead is forgotten.
    void leave(const Visit &from);
    // `from`: the place left by going; the place to go to, or nothing.
    [[nodiscard]] std::optional<Visit> back(const Visit &from);
    [[nodiscard]] std::optional<Visit> forward(const Visit &from);
    [[nodiscard]] bool canGoBack() const { return !m_back.empty(); }
    [[nodiscard]] bool canGoForward() const { return !m_forward.empty(); }

private:
    std::vector<Visit> m_back;
    std::vector<Visit> m_forward;
};

} // namespace provost::ui
