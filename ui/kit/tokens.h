// Tokens: every colour and measure of the console, one struct per theme. Nothing else in ui/ states a colour.
// INVARIANT: text colours reach 4.5:1 on the surfaces they are used on (7:1 in high contrast); `faint` is for
// decoration only: line numbers, grid lines' labels, what a reader may miss.
// Thread: constants.
#pragma once

#include <QColor>

namespace provost::ui {

enum class ThemeId { Light, Dark, HighContrast };

// Colour is only for meaning, and never alone: whatever has a tone also has a sign or a word.
enum class Tone { Neutral, Muted, Accent, Allow, Deny, Ask, Mask };

struct Tokens
{
    ThemeId id = ThemeId::Light;
    bool dark = false;
    QColor window, surface, raised, hover, line;
    QColor field; // background of what one types in
    QColor text, muted, faint;
    QColor accent, accentSoft, onAccent, selection;
    QColor allow, allowSoft, deny, denySoft, ask, askSoft, mask, maskSoft;
    int focusWidth = 1; // of the ring around what has the keyboard, pixels
};

[[nodiscard]] const Tokens &tokensOf(ThemeId id);

// Ink and background of a tone.
[[nodiscard]] QColor inkOf(const Tokens &tokens, Tone tone);
[[nodiscard]] QColor softOf(const Tokens &tokens, Tone tone);

// WCAG 2.1 contrast of two opaque colours, 1 to 21.
[[nodiscard]] double contrastRatio(const QColor &a, const QColor &b);

// `over` at `share` (0 to 1) on top of `under`.
[[nodiscard]] QColor mixed(const QColor &under, const QColor &over, double share);

// Pixels, before the display's scale.
namespace metrics {
constexpr int CardRadius = 8;
constexpr int ControlRadius = 6;
constexpr int Gap = 12;
constexpr int CardPadding = 14;
constexpr int RowHeight = 28;
constexpr int ControlHeight = 30;
constexpr int HeaderHeight = 32;
constexpr int IconSize = 16;
} // namespace metrics

} // namespace provost::ui
