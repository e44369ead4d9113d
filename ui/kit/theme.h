// Theme: the look of the running application. Owns the choice (system, light, dark, high contrast), sets palette,
// style and fonts on QApplication and tells when they changed. One per application, made in main() and parented to it.
// Widgets of the kit ask tokens(); whoever computes colours ahead (charts, documents) does so in followTheme().
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QObject>
#include <QString>

#include <functional>

class QApplication;

namespace provost::ui {

class SystemAppearance;

class Theme : public QObject
{
    Q_OBJECT

public:
    enum class Choice { System, Light, Dark, HighContrast };

    explicit Theme(QApplication &application, Choice choice = Choice::System);
    ~Theme() override;

    [[nodiscard]] Choice choice() const { return m_choice; }
    // Takes effect at once in all windows.
    void setChoice(Choice choice);
    [[nodiscard]] const Tokens &tokens() const { return tokensOf(m_shown); }

    // The theme of the running application, or null in programs that made none.
    [[nodiscard]] static Theme *running();

Q_SIGNALS:
    void changed();

private:
    void apply();
    [[nodiscard]] ThemeId resolved() const;

    QApplication &m_application;
    std::unique_ptr<SystemAppearance> m_system;
    Choice m_choice;
    ThemeId m_shown = ThemeId::Light;
};

// Of the running application; the light ones where none was made.
[[nodiscard]] const Tokens &tokens();

// Calls `apply` now and after every change of the theme, for as long as `context` lives.
void followTheme(QObject *context, const std::function<void()> &apply);

// "light", "dark", "high-contrast", "system": as stored and as given on the command line.
[[nodiscard]] QString nameOf(Theme::Choice choice);
[[nodiscard]] Theme::Choice themeChoiceOf(const QString &name);

} // namespace provost::ui
