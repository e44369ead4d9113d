// Numbers and counted things in words, as people read them.
// Thread: any.
#pragma once

#include "server/base/clock.h"

#include <QString>

namespace provost::ui {

// "1,204" in the reader's locale.
[[nodiscard]] QString numberText(qint64 number);
// "1 record", "1,204 records".
[[nodiscard]] QString counted(qint64 number, const QString &one, const QString &many);
// "3.1 %"; "–" when there is nothing to take a part of.
[[nodiscard]] QString shareText(qint64 part, qint64 whole);
// "0.9 ms", "31 ms", "1.2 s" of microseconds.
[[nodiscard]] QString durationText(qint64 microseconds);
// "12 s", "5 min", "3 h", "2 d": how long ago, or how long still; never less than nothing.
[[nodiscard]] QString spanText(Microseconds span);

} // namespace provost::ui
