#include "server/policy/shorthand.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <numeric>

namespace provost::policy {

namespace {

struct Period
{
    const char *name;
    std::int64_t microseconds;
};

constexpr std::int64_t second = 1'000'000;
// The first name of a length is the one that is shown.
constexpr std::array periods{
    Period{"day", 86'400 * second}, Period{"hour", 3'600 * second},
    Period{"minute", 60 * second},  Period{"second", second},
    Period{"d", 86'400 * second},   Period{"h", 3'600 * second},
    Period{"min", 60 * second},     Period{"s", second},
};
constexpr std::int64_t periodsMax = 10'000;
constexpr std::int64_t microPerUsd = 1'000'000;

QString quoted(QByteArrayView text)
{
    return QLatin1Char('`') + QString::fromUtf8(text) + QLatin1Char('`');
}

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

// "tool_name", "crm.customers", "files/*": what may stand behind `verb:`.
bool isNameCharacter(char c)
{
    return static_cast<unsigned char>(c) > 0x20 && c != '(' && c != ')';
}

qsizetype skipBlanks(QByteArrayView text, qsizetype at)
{
    while (at < text.size() && (text[at] == ' ' || text[at] == '\t'))
        ++at;
    return at;
}

qsizetype editDistance(QByteArrayView a, QByteArrayView b)
{
    std::vector<qsizetype> row(static_cast<std::size_t>(b.size()) + 1);
    std::iota(row.begin(), row.end(), 0);
    for (qsizetype i = 1; i <= a.size(); ++i) {
        qsizetype diagonal = std::exchange(row[0], i);
        for (qsizetype j = 1; j <= b.size(); ++j) {
            const auto at = static_cast<std::size_t>(j);
            const qsizetype replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[at];
            row[at] = std::min({row[at] + 1, row[at - 1] + 1, replaced});
        }
    }
    return row.back();
}

// DataAnalyst, data-analyst and data_analyst are the same word to a person.
QByteArray withoutStyle(QByteArrayView word)
{
    QByteArray plain;
    for (const char c : word) {
        if (c != '-' && c != '_' && c != ' ')
            plain.append(c);
    }
    return plain.toLower();
}

Result<std::vector<QByteArray>> permissionsOfMode(QByteArrayView mode)
{
    // Each mode says all it gives: `write` does not imply `read`.
    if (mode == "read-only")
        return std::vector<QByteArray>{"read"};
    if (mode == "write")
        return std::vector<QByteArray>{"write"};
    if (mode == "read-write")
        return std::vector<QByteArray>{"read", "write"};
    return fail(ErrorCode::InvalidInput,
                QStringLiteral("%1 is not a mode; write (read-only), (write) or (read-write)")
                    .arg(quoted(mode)));
}

} // namespace

Result<std::int64_t> parseCount(QByteArrayView text)
{
    const bool leadingZero = text.size() > 1 && text[0] == '0';
    if (text.empty() || leadingZero || !std::all_of(text.begin(), text.end(), isDigit))
        return fail(
            ErrorCode::InvalidInput,
            leadingZero
                ? QStringLiteral("%1 has a leading zero, which some readers take for octal")
                      .arg(quoted(text))
                : QStringLiteral("%1 is not a whole number such as 1000").arg(quoted(text)));
    std::int64_t value = 0;
    if (std::from_chars(text.begin(), text.end(), value).ec != std::errc())
        return fail(ErrorCode::InvalidInput, QStringLiteral("%1 is too large").arg(quoted(text)));
    return value;
}

Result<RateLimit> parseRateLimit(QByteArrayView text)
{
    const auto bad = [&](const char *why) {
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("%1 is not a rate such as 1000/hour: %2")
                        .arg(quoted(text), QLatin1StringView(why)));
    };
    const qsizetype slash = text.indexOf('/');
    if (slash < 0)
        return bad("no `/`");
    const auto calls = parseCount(text.first(slash));
    if (!calls || *calls == 0)
        return bad("the number of calls is not a positive whole number");
    QByteArrayView unit = text.sliced(slash + 1);
    const qsizetype digits = std::find_if_not(unit.begin(), unit.end(), isDigit) - unit.begin();
    std::int64_t count = 1;
    if (digits > 0) {
        const auto parsed = parseCount(unit.first(digits));
        if (!parsed || *parsed == 0 || *parsed > periodsMax)
            return bad("the length of the period is out of range");
        count = *parsed;
        unit = unit.sliced(digits);
    }
    for (const Period &period : periods) {
        if (unit == period.name)
            return RateLimit{*calls, Microseconds(count * period.microseconds), {}};
    }
    return bad("a period is second, minute, hour or day");
}

QByteArray toText(const RateLimit &limit)
{
    const QByteArray calls = QByteArray::number(static_cast<qint64>(limit.callsMax)) + '/';
    for (const Period &period : periods) {
        const std::int64_t count = limit.period.count() / period.microseconds;
        if (count * period.microseconds == limit.period.count() && count > 0)
            return calls
                   + (count == 1 ? QByteArray() : QByteArray::number(static_cast<qint64>(count)))
                   + period.name;
    }
    return calls + QByteArray::number(static_cast<qint64>(limit.period.count())) + "us";
}

Result<std::int64_t> parseMicroUsd(QByteArrayView text)
{
    constexpr qsizetype decimalsMax = 6;
    const qsizetype point = text.indexOf('.');
    const auto whole = parseCount(point < 0 ? text : text.first(point));
    QByteArray decimals = point < 0 ? QByteArray("0") : text.sliced(point + 1).toByteArray();
    const bool decimalsOk = !decimals.isEmpty() && decimals.size() <= decimalsMax
                            && std::all_of(decimals.begin(), decimals.end(), isDigit);
    if (!whole || !decimalsOk)
        return fail(
            ErrorCode::InvalidInput,
            QStringLiteral("%1 is not an amount such as 5000 or 0.25, with at most six decimals")
                .arg(quoted(text)));
    decimals.append(decimalsMax - decimals.size(), '0');
    if (*whole > std::numeric_limits<std::int64_t>::max() / microPerUsd - 1)
        return fail(ErrorCode::InvalidInput, QStringLiteral("%1 is too large").arg(quoted(text)));
    return *whole * microPerUsd + decimals.toLongLong();
}

std::optional<std::int64_t> microUsdFromNumber(const QByteArray &number)
{
    // digits * 10^exponent, in millionths
    constexpr int digitsMax = 18;
    constexpr int microExponent = 6;
    qsizetype exponentAt = number.indexOf('e');
    if (exponentAt < 0)
        exponentAt = number.indexOf('E');
    bool exponentOk = true;
    qint64 exponent = microExponent;
    if (exponentAt >= 0)
        exponent += number.sliced(exponentAt + 1).toInt(&exponentOk);
    std::int64_t digits = 0;
    bool cut = false;
    bool behindPoint = false;
    int taken = 0;
    for (const char c : number.first(exponentAt < 0 ? number.size() : exponentAt)) {
        if (c == '.') {
            behindPoint = true;
            continue;
        }
        if (!isDigit(c))
            return std::nullopt;
        if (taken == digitsMax) {
            cut = cut || c != '0';
            exponent += behindPoint ? 0 : 1;
            continue;
        }
        digits = digits * 10 + (c - '0');
        taken += digits > 0 ? 1 : 0;
        exponent -= behindPoint ? 1 : 0;
    }
    if (number.isEmpty() || !exponentOk)
        return std::nullopt;
    for (; exponent < 0 && (digits > 0); ++exponent) {
        cut = cut || digits % 10 != 0;
        digits /= 10;
    }
    for (; exponent > 0 && digits > 0; --exponent) {
        if (__builtin_mul_overflow(digits, std::int64_t{10}, &digits))
            return std::nullopt;
    }
    return digits + (cut ? 1 : 0);
}

Result<Grant> parseGrant(QByteArrayView text)
{
    const auto bad = [&](const QString &why) {
        return fail(
            ErrorCode::InvalidInput,
            QStringLiteral("%1 is not a grant such as `run:tool`, `resource:name (write)` or "
                           "`read:name where region = ${user.region}`: %2")
                .arg(quoted(text), why));
    };
    const qsizetype colon = text.indexOf(':');
    if (colon <= 0)
        return bad(QStringLiteral("no `:`"));
    const QByteArrayView verb = text.first(colon);
    if (!std::all_of(verb.begin(), verb.end(),
                     [](char c) { return isNameCharacter(c) && c != '*' && c != '?'; }))
        return bad(QStringLiteral("the verb holds a character that it may not"));
    qsizetype at = colon + 1;
    const qsizetype nameEnd =
        std::find_if_not(text.begin() + at, text.end(), isNameCharacter) - text.begin();
    if (nameEnd == at)
        return bad(QStringLiteral("no name behind the `:`"));

    Grant grant;
    grant.name = text.sliced(at, nameEnd - at).toByteArray();
    grant.resourceOnly = verb == "resource";
    at = skipBlanks(text, nameEnd);
    if (at < text.size() && text[at] == '(') {
        const qsizetype close = text.indexOf(')', at);
        if (close < 0)
            return bad(QStringLiteral("no `)`"));
        if (!grant.resourceOnly)
            return bad(QStringLiteral("only `resource:` takes a mode"));
        TRY_LET(grant.permissions,
                permissionsOfMode(text.sliced(at + 1, close - at - 1).trimmed()));
        at = skipBlanks(text, close + 1);
    } else if (grant.resourceOnly) {
        return bad(QStringLiteral("write (read-only), (write) or (read-write) behind it"));
    } else {
        grant.permissions = {verb.toByteArray()};
    }
    constexpr QByteArrayView where("where ");
    if (at < text.size()) {
        if (!text.sliced(at).startsWith(where)
            || skipBlanks(text, at + where.size()) == text.size())
            return bad(QStringLiteral("only `where CONDITION` may follow"));
        grant.conditionAt = skipBlanks(text, at + where.size());
    }
    return grant;
}

std::optional<QByteArray> nearestWord(QByteArrayView word,
                                      const std::vector<QByteArray> &candidates)
{
    constexpr qsizetype lengthMax = 64; // the distance costs the product of both lengths
    if (word.size() > lengthMax)
        return std::nullopt;
    const QByteArray plain = withoutStyle(word);
    std::optional<QByteArray> best;
    qsizetype bestDistance = std::max<qsizetype>(plain.size() / 3, 1) + 1;
    for (const QByteArray &candidate : candidates) {
        if (candidate.size() > lengthMax || candidate == word)
            continue;
        const qsizetype distance = editDistance(plain, withoutStyle(candidate));
        if (distance < bestDistance) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

bool isGlob(QByteArrayView pattern)
{
    return pattern.contains('*') || pattern.contains('?');
}

bool matchesGlob(QByteArrayView pattern, QByteArrayView text)
{
    // Greedy with one point to return to: linear in practice, never worse than the product of both lengths.
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype star = -1;
    qsizetype starText = 0;
    const auto nextCharacter = [&](qsizetype at) {
        do
            ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U);
        return at;
    };
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            starText = t;
        } else if (p < pattern.size() && pattern[p] == '?') {
            ++p;
            t = nextCharacter(t);
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star >= 0) {
            p = star + 1;
            t = ++starText;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace provost::policy
