#include "server/policy/condition/times.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace provost::policy::condition {

namespace {

constexpr std::int64_t nanosPerSecond = 1'000'000'000;
constexpr std::int64_t microsPerSecond = 1'000'000;
constexpr std::int64_t secondsMin = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t secondsMax = 253'402'300'799;  // 9999-12-31T23:59:59Z
constexpr std::int64_t durationMax = 315'576'000'000; // 10,000 years

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::int32_t nanosOf(QByteArrayView digits)
{
    std::int32_t nanos = 0;
    for (qsizetype i = 0; i < 9; ++i)
        nanos = nanos * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    return nanos;
}

struct Unit
{
    const char *name;
    std::int64_t seconds;   // of the unit, or
    std::int64_t perSecond; // how many make one
};
// A longer name stands before the one that it begins with.
constexpr std::array units{Unit{"ns", 0, 1'000'000'000},
                           Unit{"us", 0, 1'000'000},
                           Unit{"ms", 0, 1'000},
                           Unit{"s", 1, 1},
                           Unit{"m", 60, 1},
                           Unit{"h", 3600, 1}};

// REQUIRES: |nanos| below two seconds.
Instant normalized(std::int64_t seconds, std::int64_t nanos)
{
    if (nanos < 0)
        return {seconds - 1, static_cast<std::int32_t>(nanos + nanosPerSecond)};
    if (nanos >= nanosPerSecond)
        return {seconds + 1, static_cast<std::int32_t>(nanos - nanosPerSecond)};
    return {seconds, static_cast<std::int32_t>(nanos)};
}

// `whole` and `fraction` (below 1) units. Nothing if that is out of range.
std::optional<Instant> lengthOf(std::int64_t whole, double fraction, const Unit &unit)
{
    const auto part = [&](double perUnit) { return std::llround(fraction * perUnit); };
    if (unit.seconds == 0) {
        const std::int64_t nanosEach = nanosPerSecond / unit.perSecond;
        return normalized(whole / unit.perSecond, (whole % unit.perSecond) * nanosEach
                                                      + part(static_cast<double>(nanosEach)));
    }
    if (whole > durationMax)
        return std::nullopt;
    const std::int64_t nanos = part(static_cast<double>(unit.seconds * nanosPerSecond));
    return normalized(whole * unit.seconds + nanos / nanosPerSecond, nanos % nanosPerSecond);
}

// Up to nine decimals, trailing zeros cut, with the point; nothing for 0.
QByteArray fractionText(std::int32_t nanos)
{
    if (nanos == 0)
        return {};
    QByteArray digits = QByteArray::number(nanos).rightJustified(9, '0');
    while (digits.endsWith('0'))
        digits.chop(1);
    return '.' + digits;
}

} // namespace

Instant instantOf(WallTime time)
{
    const std::int64_t micros = time.time_since_epoch().count();
    const std::int64_t micro = micros % microsPerSecond;
    return normalized(micros / microsPerSecond, micro * 1000);
}

std::optional<Instant> parseTimestamp(QByteArrayView text)
{
    const auto time = fromRfc3339(text);
    if (!time)
        return std::nullopt;
    Instant instant = instantOf(*time);
    constexpr qsizetype pointAt = 19; // behind "2026-01-15T14:23:45"
    if (text.size() > pointAt && text[pointAt] == '.') {
        qsizetype end = pointAt + 1;
        while (end < text.size() && isDigit(text[end]))
            ++end;
        instant.nanos = nanosOf(text.sliced(pointAt + 1, end - pointAt - 1));
    }
    if (!isTimestamp(instant))
        return std::nullopt;
    return instant;
}

std::optional<Instant> parseDuration(QByteArrayView text)
{
    const bool negative = text.startsWith('-');
    if (negative || text.startsWith('+'))
        text = text.sliced(1);
    if (text == "0")
        return Instant{};
    if (text.empty())
        return std::nullopt;
    Instant total;
    while (!text.empty()) {
        std::int64_t whole = 0;
        const auto number = std::from_chars(text.begin(), text.end(), whole);
        qsizetype at = number.ptr - text.begin();
        if (number.ec != std::errc() || !isDigit(text[0]))
            return std::nullopt;
        double fraction = 0;
        if (at < text.size() && text[at] == '.') {
            const qsizetype from = at++;
            while (at < text.size() && isDigit(text[at]))
                ++at;
            const QByteArray decimals = "0" + text.sliced(from, at - from).toByteArray();
            std::from_chars(decimals.begin(), decimals.end(), fraction);
        }
        const auto *unit = std::find_if(units.begin(), units.end(), [&](const Unit &candidate) {
            return text.sliced(at).startsWith(candidate.name);
        });
        const auto length = unit == units.end() ? std::nullopt : lengthOf(whole, fraction, *unit);
        if (!length)
            return std::nullopt;
        total = add(total, *length);
        text = text.sliced(at + static_cast<qsizetype>(qstrlen(unit->name)));
        if (total.seconds > durationMax)
            return std::nullopt;
    }
    return negative ? subtract({}, total) : total;
}

QByteArray formatTimestamp(Instant instant)
{
    const CalendarTime at = calendarTime(instant, std::chrono::seconds(0));
    std::array<char, 40> text{};
    const int size = std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d",
                                   at.year, at.month + 1, at.day, at.hours, at.minutes, at.seconds);
    return QByteArray(text.data(), size) + fractionText(instant.nanos) + 'Z';
}

QByteArray formatDuration(Instant length)
{
    const bool negative = length.seconds < 0;
    const Instant size = negative ? subtract({}, length) : length;
    return (negative ? "-" : "") + QByteArray::number(static_cast<qint64>(size.seconds))
           + fractionText(size.nanos) + 's';
}

QByteArray formatReal(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "Infinity" : "-Infinity";
    std::array<char, 32> text{};
    const char *end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    QByteArray out(text.data(), end - text.data());
    if (out.indexOf('.') < 0 && out.indexOf('e') < 0)
        out += ".0";
    return out;
}

bool isTimestamp(Instant instant)
{
    return instant.seconds >= secondsMin && instant.seconds <= secondsMax;
}

bool isDuration(Instant length)
{
    const Instant size = length.seconds < 0 ? subtract({}, length) : length;
    return size <= Instant{durationMax, 0};
}

Instant add(Instant a, Instant b)
{
    return normalized(a.seconds + b.seconds, std::int64_t{a.nanos} + b.nanos);
}

Instant subtract(Instant a, Instant b)
{
    return normalized(a.seconds - b.seconds, std::int64_t{a.nanos} - b.nanos);
}

CalendarTime calendarTime(Instant instant, std::chrono::seconds offset)
{
    const std::chrono::sys_seconds local{std::chrono::seconds(instant.seconds) + offset};
    const auto midnight = std::chrono::floor<std::chrono::days>(local);
    const std::chrono::year_month_day date{midnight};
    const std::chrono::hh_mm_ss clock{local - midnight};
    const std::chrono::sys_days newYear{date.year() / std::chrono::January / 1};
    CalendarTime at;
    at.year = static_cast<int>(date.year());
    at.month = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
    at.day = static_cast<int>(static_cast<unsigned>(date.day()));
    at.dayOfWeek = static_cast<int>(std::chrono::weekday(midnight).c_encoding());
    at.dayOfYear = static_cast<int>((midnight - newYear).count());
    at.hours = static_cast<int>(clock.hours().count());
    at.minutes = static_cast<int>(clock.minutes().count());
    at.seconds = static_cast<int>(clock.seconds().count());
    at.milliseconds = instant.nanos / 1'000'000;
    return at;
}

std::optional<std::chrono::seconds> parseOffset(QByteArrayView text)
{
    if (text == "UTC" || text == "Z" || text == "GMT")
        return std::chrono::seconds(0);
    const bool negative = text.startsWith('-');
    if (negative || text.startsWith('+'))
        text = text.sliced(1);
    constexpr qsizetype size = 5; // "05:45"
    if (text.size() != size || text[2] != ':' || !isDigit(text[0]) || !isDigit(text[1])
        || !isDigit(text[3]) || !isDigit(text[4]))
        return std::nullopt;
    const int hours = (text[0] - '0') * 10 + (text[1] - '0');
    const int minutes = (text[3] - '0') * 10 + (text[4] - '0');
    if (hours > 23 || minutes > 59)
        return std::nullopt;
    const std::chrono::seconds offset((hours * 60 + minutes) * 60);
    return negative ? -offset : offset;
}

} // namespace provost::policy::condition
