// The clipboard, in one place.
// Thread: ui thread.
#pragma once

#include <QString>

namespace provost::ui {

void copyText(const QString &text);

// Takes the text out again after `seconds`, if it is still there: for keys that are shown once.
void copySecret(const QString &secret, int seconds = 30);

// A CSV or spreadsheet reads a cell that opens with = + - @ as a formula: such cells get an apostrophe.
[[nodiscard]] QString spreadsheetSafe(const QString &cell);

} // namespace provost::ui
