// What the value of a filter's term means for a field: text patterns, numbers, times.
// Thread: pure.
#pragma once

#include "server/audit/filter.h"

namespace provost::audit {

enum class Operator { None, Like, Equal, Unequal, Less, AtMost, Greater, AtLeast };

struct Value
{
    QByteArray text;
    bool isQuoted = false;
};

// The term without the negation of Unequal; or what is wrong with the value.
[[nodiscard]] tl::expected<FilterNode, QString> nodeOf(const FieldInfo &info, Operator op,
                                                       const Value &value, WallTime now);

// A LIKE pattern that finds `text` anywhere, and back.
[[nodiscard]] QByteArray escapedForLike(QByteArrayView text);
[[nodiscard]] QByteArray unescapedFromLike(const QByteArray &pattern);

// A GLOB pattern in which only * and ? of `text` are special.
[[nodiscard]] QByteArray escapedForGlob(QByteArrayView text);
[[nodiscard]] QByteArray unescapedFromGlob(const QByteArray &pattern);

// `value` / 10^digits in decimal.
[[nodiscard]] QByteArray decimalText(std::int64_t value, int digits);

} // namespace provost::audit
