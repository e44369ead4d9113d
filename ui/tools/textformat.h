// The formats of texts that a schema may ask for: those of elicitations. Others are not checked.
// Thread: pure functions.
#pragma once

#include <QString>

namespace provost::ui {

// What is wrong with the text, in words; empty if nothing.
[[nodiscard]] QString formatProblem(const QByteArray &format, const QString &text);
// Shows what such a text looks like; empty for a format that is not known.
[[nodiscard]] QString formatExample(const QByteArray &format);

} // namespace provost::ui
