// One text for each JSON value: values that JSON Schema holds equal (1 and 1.0, objects in another order) have equal
// texts. For comparing only.
// Thread: pure functions.
#pragma once

#include "server/base/json.h"

namespace provost::schema {

[[nodiscard]] QByteArray canonicalText(const Json &value);

} // namespace provost::schema
