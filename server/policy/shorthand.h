// The small notations inside scalars: "1000/hour", "5000.50", "read:customers where region = ${user.region}".
// Thread: pure functions.
#pragma once

#include "server/base/result.h"
#include "server/policy/model.h"

#include <optional>

namespace provost::policy {

// N/period: at most N calls in any rolling period. A period is second, minute, hour or day (also s, min, h, d), with a
// count before it if it is not one: "20/10s". Errors: InvalidInput.
[[nodiscard]] Result<RateLimit> parseRateLimit(QByteArrayView text);
[[nodiscard]] QByteArray toText(const RateLimit &limit); // "1000/hour"

// A whole number as written in decimal, without sign, leading zero or separators. Errors: InvalidInput.
[[nodiscard]] Result<std::int64_t> parseCount(QByteArrayView text);

// US dollars with up to six decimals, exactly. Errors: InvalidInput.
[[nodiscard]] Result<std::int64_t> parseMicroUsd(QByteArrayView text);

// Of a JSON number, exponents included, for amounts that were counted. What is less than a millionth is rounded up.
// Nothing if it is negative, no number or too large.
[[nodiscard]] std::optional<std::int64_t> microUsdFromNumber(const QByteArray &number);

// One grant of a role:
//   verb:name [where CONDITION]             tool or resource `name`, permission `verb`
//   resource:name (MODE) [where CONDITION]  resource `name`; MODE is read-only, write or read-write
struct Grant
{
    QByteArray name;
    bool resourceOnly = false;
    std::vector<QByteArray> permissions;
    std::optional<qsizetype> conditionAt; // byte offset of CONDITION in the text
};
// Errors: InvalidInput.
[[nodiscard]] Result<Grant> parseGrant(QByteArrayView text);

// The candidate that `word` was probably meant to be, if any is near: a third of the letters may differ.
[[nodiscard]] std::optional<QByteArray> nearestWord(QByteArrayView word,
                                                    const std::vector<QByteArray> &candidates);

// `*` stands for any text, `?` for one character.
[[nodiscard]] bool isGlob(QByteArrayView pattern);
[[nodiscard]] bool matchesGlob(QByteArrayView pattern, QByteArrayView text);

} // namespace provost::policy
