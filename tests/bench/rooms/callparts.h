// What single parts of a call cost, by the CPU time of many in a row.
#pragma once

#include <QByteArray>

namespace provost::bench {

// A JSON object of ns each: reading and verifying a key, taking three rates, redacting arguments, observing a call.
// `folder` does not exist yet.
[[nodiscard]] QByteArray callPartFigures(const QByteArray &folder);

} // namespace provost::bench
