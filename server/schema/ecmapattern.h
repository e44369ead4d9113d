// The syntax of ECMA-262 regular expressions in the words of RE2, with the same meaning.
// Thread: pure functions.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

namespace provost::schema {

// Errors: InvalidInput for what RE2 cannot do and for what neither of them knows.
[[nodiscard]] Result<QByteArray> toRe2(QByteArrayView ecma);

} // namespace provost::schema
