// Fonts: Inter with tabular figures for words, JetBrains Mono without ligatures for data (`==` stays `==`).
// Qt 6.4 cannot switch OpenType features, so loadFonts() registers copies of the installed files under our own family
// names with those features switched in the file's own table. Inter's outlines come out bolder on dark ground than on
// light, so dark themes use a family whose weights are one step lighter. Where a file is missing the plain families follow.
// Thread: ui thread, after QApplication.
#pragma once

#include <QByteArray>
#include <QFont>

#include <optional>

namespace provost::ui {

void loadFonts();

// For the running theme: widgets that keep a font set it in followTheme().
[[nodiscard]] QFont uiFont(int pixelSize = 13, QFont::Weight weight = QFont::Normal);
[[nodiscard]] QFont monoFont(int pixelSize = 12, QFont::Weight weight = QFont::Normal);

// One family member of an sfnt file (TrueType or OpenType).
struct FontName
{
    QByteArray family;    // ASCII
    QByteArray style;     // "Regular", "Medium", ...
    quint16 weight = 400; // as it is found by, 100 to 900
};
// A copy of the sfnt file under another name, whose GSUB feature `from` is called `to` (four characters each).
// Nothing if the file is malformed. Pure.
[[nodiscard]] std::optional<QByteArray> withFeatureRenamed(const QByteArray &file,
                                                           const FontName &name,
                                                           QByteArrayView from, QByteArrayView to);

} // namespace provost::ui
