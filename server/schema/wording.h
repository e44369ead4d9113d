// How values and places are called in messages for the author of an instance, who may be a model or a person.
// Thread: pure functions.
#pragma once

#include "server/schema/evaluation.h"

namespace provost::schema {

[[nodiscard]] QByteArray pointerTo(const Location &location);
// "`items[3].price`", or `whole` for the instance itself.
[[nodiscard]] QByteArray nameOf(const Location &location, const QByteArray &whole);

[[nodiscard]] JsonType typeOf(const Json &value); // Integer for numbers without fraction
// "a string", "a string or null".
[[nodiscard]] QByteArray inWords(unsigned types);
// "1 item", "2 items".
[[nodiscard]] QByteArray counted(std::int64_t count, const char *one, const char *many);
// Clipped, in backticks.
[[nodiscard]] QByteArray quoted(QByteArrayView text);

} // namespace provost::schema
