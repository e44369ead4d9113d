// The meta-schemas of JSON Schema 2020-12, which schemas may refer to and whose addresses are never fetched.
// Thread: any.
#pragma once

#include "server/base/json.h"

namespace provost::schema {

// Null if `uri` (without fragment) names none of them.
[[nodiscard]] const Json *metaSchema(const QByteArray &uri);

} // namespace provost::schema
