#include "ui/kit/theme.h"

#include "ui/kit/fonts.h"
#include "ui/kit/style.h"
#include "ui/kit/systemappearance.h"

#include <QApplication>
#include <QPalette>
#include <QToolTip>

// Resources of a static library are dropped by the linker unless someone asks for them, outside any namespace.
static void initResources()
{
    Q_INIT_RESOURCE(resources);
}

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QPalette paletteOf(const Tokens &t)
{
    QPalette palette;
    palette.setColor(QPalette::Window, t.window);
    palette.setColor(QPalette::WindowText, t.text);
    palette.setColor(QPalette::Base, t.surface);
    palette.setColor(QPalette::AlternateBase, t.raised);
    palette.setColor(QPalette::Text, t.text);
    palette.setColor(QPalette::PlaceholderText, t.muted);
    palette.setColor(QPalette::Button, t.raised);
    palette.setColor(QPalette::ButtonText, t.text);
    palette.setColor(QPalette::BrightText, t.deny);
    palette.setColor(QPalette::Highlight, t.selection);
    palette.setColor(QPalette::HighlightedText, t.text);
    palette.setColor(QPalette::Link, t.accent);
    palette.setColor(QPalette::LinkVisited, t.mask);
    palette.setColor(QPalette::ToolTipBase, t.raised);
    palette.setColor(QPalette::ToolTipText, t.text);
    palette.setColor(QPalette::Light, t.hover);
    palette.setColor(QPalette::Midlight, t.hover);
    palette.setColor(QPalette::Mid, t.line);
    palette.setColor(QPalette::Dark, t.line);
    palette.setColor(QPalette::Shadow, t.window);
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        palette.setColor(QPalette::Disabled, role, t.faint);
    }
    return palette;
}

} // namespace

Theme::Theme(QApplication &application, Choice choice)
    : QObject(&application)
    , m_application(application)
    , m_system(std::make_unique<SystemAppearance>())
    , m_choice(choice)
{
    initResources();
    loadFonts();
    connect(m_system.get(), &SystemAppearance::changed, this, [this] {
        if (m_choice == Choice::System) {
            apply();
        }
    });
    apply();
}

Theme::~Theme() = default;

void Theme::setChoice(Choice choice)
{
    m_choice = choice;
    apply();
}

ThemeId Theme::resolved() const
{
    switch (m_choice) {
    case Choice::Light: return ThemeId::Light;
    case Choice::Dark: return ThemeId::Dark;
    case Choice::HighContrast: return ThemeId::HighContrast;
    case Choice::System: break;
    }
    return m_system->shown();
}

void Theme::apply()
{
    m_shown = resolved();
    if (qobject_cast<ConsoleStyle *>(m_application.style()) == nullptr) {
        QApplication::setStyle(new ConsoleStyle); // the application owns it
    }
    QApplication::setFont(uiFont());
    QApplication::setPalette(paletteOf(tokens()));
    QToolTip::setPalette(paletteOf(tokens()));
    QToolTip::setFont(uiFont());
    Q_EMIT changed();
}

Theme *Theme::running()
{
    return qApp == nullptr ? nullptr
                           : qApp->findChild<Theme *>(QString(), Qt::FindDirectChildrenOnly);
}

const Tokens &tokens()
{
    const Theme *const theme = Theme::running();
    return theme == nullptr ? tokensOf(ThemeId::Light) : theme->tokens();
}

void followTheme(QObject *context, const std::function<void()> &apply)
{
    apply();
    if (const Theme *const theme = Theme::running(); theme != nullptr) {
        QObject::connect(theme, &Theme::changed, context, apply);
    }
}

QString nameOf(Theme::Choice choice)
{
    switch (choice) {
    case Theme::Choice::System: return u"system"_s;
    case Theme::Choice::Light: return u"light"_s;
    case Theme::Choice::Dark: return u"dark"_s;
    case Theme::Choice::HighContrast: return u"high-contrast"_s;
    }
    return u"system"_s;
}

Theme::Choice themeChoiceOf(const QString &name)
{
    for (const auto choice :
         {Theme::Choice::Light, Theme::Choice::Dark, Theme::Choice::HighContrast}) {
        if (name == nameOf(choice)) {
            return choice;
        }
    }
    return Theme::Choice::System;
}

} // namespace provost::ui
