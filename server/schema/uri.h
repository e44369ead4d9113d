// References between schemas: RFC 3986 section 5, on bytes as they are written (nothing is normalised but dot segments,
// so what names a document stays what its author wrote).
// Thread: pure functions.
#pragma once

#include <QByteArray>

#include <utility>

namespace provost::schema {

// An absolute `base` stands before a relative `reference`; an empty base leaves it as it is.
[[nodiscard]] QByteArray resolveUri(QByteArrayView base, QByteArrayView reference);

// What stands before and after `#`; the fragment has its percent-encoding undone.
[[nodiscard]] std::pair<QByteArray, QByteArray> splitFragment(QByteArrayView uri);

} // namespace provost::schema
