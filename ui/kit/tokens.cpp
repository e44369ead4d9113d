#include "ui/kit/tokens.h"

#include <algorithm>
#include <cmath>

namespace provost::ui {

namespace {

QColor rgb(quint32 value)
{
    return QColor::fromRgb(value);
}

Tokens makeLight()
{
    Tokens t;
    t.id = ThemeId::Light;
    t.window = rgb(0xf5f6f8);
    t.surface = rgb(0xffffff);
    t.raised = rgb(0xfbfcfd);
    t.hover = rgb(0xeef1f5);
    t.line = rgb(0xdde2e9);
    t.field = rgb(0xf5f6f8);
    t.text = rgb(0x1a2230);
    t.muted = rgb(0x566173);
    t.faint = rgb(0x8a94a3);
    t.accent = rgb(0x1f62e0);
    t.accentSoft = rgb(0xe3edff);
    t.onAccent = rgb(0xffffff);
    t.selection = rgb(0xdbe8ff);
    t.allow = rgb(0x0a7a54);
    t.allowSoft = rgb(0xe2f5ee);
    t.deny = rgb(0xc22d3c);
    t.denySoft = rgb(0xfde8ea);
    t.ask = rgb(0x965a00);
    t.askSoft = rgb(0xfdf1dc);
    t.mask = rgb(0x6747cf);
    t.maskSoft = rgb(0xece7fb);
    return t;
}

Tokens makeDark()
{
    Tokens t;
    t.id = ThemeId::Dark;
    t.dark = true;
    t.window = rgb(0x0f1216);
    t.surface = rgb(0x151920);
    t.raised = rgb(0x1b2028);
    t.hover = rgb(0x222935);
    t.line = rgb(0x28303b);
    t.field = rgb(0x0f1216);
    t.text = rgb(0xe7eaf0);
    t.muted = rgb(0x97a2b2);
    t.faint = rgb(0x6b7686);
    t.accent = rgb(0x5b9bff);
    t.accentSoft = rgb(0x1d2f4d);
    t.onAccent = rgb(0x08152b);
    t.selection = rgb(0x1c3356);
    t.allow = rgb(0x43bd92);
    t.allowSoft = rgb(0x14302a);
    t.deny = rgb(0xf26d78);
    t.denySoft = rgb(0x371d24);
    t.ask = rgb(0xe8ab45);
    t.askSoft = rgb(0x35290f);
    t.mask = rgb(0xa993f5);
    t.maskSoft = rgb(0x2a2542);
    return t;
}

Tokens makeHighContrast()
{
    Tokens t;
    t.id = ThemeId::HighContrast;
    t.dark = true;
    t.window = rgb(0x000000);
    t.surface = rgb(0x000000);
    t.raised = rgb(0x0b0b0b);
    t.hover = rgb(0x1f1f1f);
    t.line = rgb(0x9aa4b2);
    t.field = rgb(0x000000);
    t.text = rgb(0xffffff);
    t.muted = rgb(0xdde3ec);
    t.faint = rgb(0xbcc5d1);
    t.accent = rgb(0x8cc2ff);
    t.accentSoft = rgb(0x0c2646);
    t.onAccent = rgb(0x000000);
    t.selection = rgb(0x12386b);
    t.allow = rgb(0x5ff0b5);
    t.allowSoft = rgb(0x06281c);
    t.deny = rgb(0xffa3ab);
    t.denySoft = rgb(0x3a0c13);
    t.ask = rgb(0xffd166);
    t.askSoft = rgb(0x2e2200);
    t.mask = rgb(0xd0c2ff);
    t.maskSoft = rgb(0x241a47);
    t.focusWidth = 2;
    return t;
}

double luminance(const QColor &color)
{
    const auto linear = [](double channel) {
        return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(color.redF()) + 0.7152 * linear(color.greenF())
           + 0.0722 * linear(color.blueF());
}

} // namespace

const Tokens &tokensOf(ThemeId id)
{
    static const Tokens light = makeLight();
    static const Tokens dark = makeDark();
    static const Tokens highContrast = makeHighContrast();
    switch (id) {
    case ThemeId::Light: return light;
    case ThemeId::Dark: return dark;
    case ThemeId::HighContrast: break;
    }
    return highContrast;
}

QColor inkOf(const Tokens &tokens, Tone tone)
{
    switch (tone) {
    case Tone::Neutral: return tokens.text;
    case Tone::Muted: return tokens.muted;
    case Tone::Accent: return tokens.accent;
    case Tone::Allow: return tokens.allow;
    case Tone::Deny: return tokens.deny;
    case Tone::Ask: return tokens.ask;
    case Tone::Mask: return tokens.mask;
    }
    return tokens.text;
}

QColor softOf(const Tokens &tokens, Tone tone)
{
    switch (tone) {
    case Tone::Neutral:
    case Tone::Muted: return tokens.hover;
    case Tone::Accent: return tokens.accentSoft;
    case Tone::Allow: return tokens.allowSoft;
    case Tone::Deny: return tokens.denySoft;
    case Tone::Ask: return tokens.askSoft;
    case Tone::Mask: return tokens.maskSoft;
    }
    return tokens.hover;
}

double contrastRatio(const QColor &a, const QColor &b)
{
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

QColor mixed(const QColor &under, const QColor &over, double share)
{
    const auto channel = [share](int from, int to) {
        return static_cast<int>(std::lround(from + (to - from) * share));
    };
    return QColor(channel(under.red(), over.red()), channel(under.green(), over.green()),
                  channel(under.blue(), over.blue()));
}

} // namespace provost::ui
