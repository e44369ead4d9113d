// Themed: gives a test class the look of the console while it runs.
// Thread: ui thread.
#pragma once

#include "ui/kit/theme.h"

#include <QApplication>

#include <memory>

namespace provost::testing {

class Themed
{
public:
    void wear(ui::Theme::Choice choice = ui::Theme::Choice::Light)
    {
        m_theme = std::make_unique<ui::Theme>(*qApp, choice);
    }
    void takeOff() { m_theme.reset(); }
    [[nodiscard]] ui::Theme &theme() { return *m_theme; }

private:
    std::unique_ptr<ui::Theme> m_theme;
};

} // namespace provost::testing
