// Times and lengths of time of the condition language: texts, arithmetic with range checks, calendar fields. Ranges
// are CEL's: years 1 to 9999, lengths up to 315,576,000,000 s. Time zones are fixed offsets: names would tie a
// decision to the time zone files of the machine.
// Thread: pure functions.
#pragma once

#include "server/policy/condition/value.h"

#include <optional>

namespace provost::policy::condition {

[[nodiscard]] Instant instantOf(WallTime time);

[[nodiscard]] std::optional<Instant>
parseTimestamp(QByteArrayView text); // RFC 3339, up to nanoseconds
[[nodiscard]] std::optional<Instant> parseDuration(QByteArrayView text); // "1h30m", "1.5s", "-5ns"
[[nodiscard]] QByteArray formatTimestamp(Instant instant);
[[nodiscard]] QByteArray formatDuration(Instant length); // "5400s"
[[nodiscard]] QByteArray formatReal(double value); // shortest text that reads back, with a point

[[nodiscard]] bool isTimestamp(Instant instant); // within the range
[[nodiscard]] bool isDuration(Instant length);
// Never overflow for operands within the ranges; the caller checks the result.
[[nodiscard]] Instant add(Instant a, Instant b);
[[nodiscard]] Instant subtract(Instant a, Instant b);

struct CalendarTime
{
    int year = 0;
    int month = 0;     // 0..11
    int day = 0;       // 1..31
    int dayOfWeek = 0; // 0 is Sunday
    int dayOfYear = 0; // 0..365
    int hours = 0;
    int minutes = 0;
    int seconds = 0;
    int milliseconds = 0;
};
[[nodiscard]] CalendarTime calendarTime(Instant instant, std::chrono::seconds offset);
// "+05:45", "-02:30", "02:00", "UTC".
[[nodiscard]] std::optional<std::chrono::seconds> parseOffset(QByteArrayView text);

} // namespace provost::policy::condition
