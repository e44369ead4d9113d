#include "server/base/clock.h"

#include <charconv>

namespace provost {

namespace {

// Reads exactly `digits` decimal digits at `at` and moves past them; -1 if they are not there.
int takeDigits(QByteArrayView text, qsizetype &at, int digits)
{
    if (at + digits > text.size())
        return -1;
    int value = 0;
    for (int i = 0; i < digits; ++i) {
        const char c = text[at + i];
        if (c < '0' || c > '9')
            return -1;
        value = value * 10 + (c - '0');
    }
    at += digits;
    return value;
}

bool takeChar(QByteArrayView text, qsizetype &at, char wanted)
{
    if (at >= text.size() || text[at] != wanted)
        return false;
    ++at;
    return true;
}

// Fraction of a second in microseconds; digits past the sixth are cut.
int takeFraction(QByteArrayView text, qsizetype &at)
{
    int micros = 0;
    int digits = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9' && digits < 9) {
        if (digits < 6)
            micros = micros * 10 + (text[at] - '0');
        ++digits;
        ++at;
    }
    for (int i = digits; i < 6; ++i)
        micros *= 10;
    return digits == 0 ? -1 : micros;
}

// Every record carries a time; printf would cost more than the rest of the line.
void putDigits(char *text, int at, int digits, int value)
{
    for (int i = digits; i > 0; value /= 10)
        text[at + --i] = char('0' + value % 10);
}

} // namespace

WallTime SystemClock::now() const
{
    return std::chrono::time_point_cast<Microseconds>(std::chrono::system_clock::now());
}

MonotonicTime SystemClock::monotonic() const
{
    return std::chrono::steady_clock::now();
}

QByteArray toRfc3339(WallTime time)
{
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    char text[] = "0000-00-00T00:00:00.000000Z";
    putDigits(text, 0, 4, static_cast<int>(date.year()));
    putDigits(text, 5, 2, static_cast<int>(static_cast<unsigned>(date.month())));
    putDigits(text, 8, 2, static_cast<int>(static_cast<unsigned>(date.day())));
    putDigits(text, 11, 2, static_cast<int>(clock.hours().count()));
    putDigits(text, 14, 2, static_cast<int>(clock.minutes().count()));
    putDigits(text, 17, 2, static_cast<int>(clock.seconds().count()));
    putDigits(text, 20, 6, static_cast<int>(clock.subseconds().count()));
    return {text, sizeof text - 1};
}

Result<WallTime> fromRfc3339(QByteArrayView text)
{
    const auto bad = [&] {
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("`%1` is not a time such as 2026-01-15T14:23:45Z")
                        .arg(QString::fromUtf8(text)));
    };
    qsizetype at = 0;
    const int year = takeDigits(text, at, 4);
    const bool dash1 = takeChar(text, at, '-');
    const int month = takeDigits(text, at, 2);
    const bool dash2 = takeChar(text, at, '-');
    const int dayOfMonth = takeDigits(text, at, 2);
    const bool t = takeChar(text, at, 'T') || takeChar(text, at, 't') || takeChar(text, at, ' ');
    const int hour = takeDigits(text, at, 2);
    const bool colon1 = takeChar(text, at, ':');
    const int minute = takeDigits(text, at, 2);
    const bool colon2 = takeChar(text, at, ':');
    const int second = takeDigits(text, at, 2);
    if (!dash1 || !dash2 || !t || !colon1 || !colon2 || year < 0 || hour < 0 || hour > 23
        || minute < 0 || minute > 59 || second < 0 || second > 60)
        return bad();
    int micros = 0;
    if (takeChar(text, at, '.')) {
        micros = takeFraction(text, at);
        if (micros < 0)
            return bad();
    }
    std::chrono::minutes offset{0};
    if (!takeChar(text, at, 'Z') && !takeChar(text, at, 'z')) {
        if (at >= text.size() || (text[at] != '+' && text[at] != '-'))
            return bad();
        const int sign = text[at++] == '-' ? -1 : 1;
        const int offsetHours = takeDigits(text, at, 2);
        const bool colon = takeChar(text, at, ':');
        const int offsetMinutes = takeDigits(text, at, 2);
        if (!colon || offsetHours < 0 || offsetHours > 23 || offsetMinutes < 0
            || offsetMinutes > 59)
            return bad();
        offset = std::chrono::minutes{sign * (offsetHours * 60 + offsetMinutes)};
    }
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(dayOfMonth)}};
    if (at != text.size() || month < 1 || dayOfMonth < 1 || !date.ok())
        return bad();
    return WallTime{std::chrono::sys_days{date} + std::chrono::hours{hour}
                    + std::chrono::minutes{minute} + std::chrono::seconds{second}
                    + Microseconds{micros} - offset};
}

} // namespace provost
