#include "server/schema/decimal.h"

#include <QStringBuilder>

#include <algorithm>

namespace provost::schema {

namespace {

constexpr std::int64_t exponentMost = 1'000'000'000'000'000;

__extension__ using Wide = unsigned __int128;

bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}

std::int64_t exponentOf(QByteArrayView text)
{
    const bool negative = text.startsWith('-');
    std::int64_t value = 0;
    for (const char c : text) {
        if (isDigit(c))
            value = std::min(value * 10 + (c - '0'), exponentMost);
    }
    return negative ? -value : value;
}

std::uint64_t powerOfTenModulo(std::int64_t exponent, std::uint64_t modulus)
{
    Wide result = 1 % modulus;
    Wide base = 10 % modulus;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 != 0)
            result = result * base % modulus;
        base = base * base % modulus;
    }
    return static_cast<std::uint64_t>(result);
}

} // namespace

Decimal::Decimal(QByteArrayView jsonNumber)
    : m_negative(jsonNumber.startsWith('-'))
{
    const auto mark = std::find_if(jsonNumber.begin(), jsonNumber.end(),
                                   [](char c) { return c == 'e' || c == 'E'; });
    const QByteArrayView mantissa = jsonNumber.first(mark - jsonNumber.begin());
    if (mark != jsonNumber.end())
        m_exponent = exponentOf(jsonNumber.sliced(mantissa.size() + 1));

    m_digits.reserve(mantissa.size());
    bool isFraction = false;
    for (const char c : mantissa) {
        isFraction = isFraction || c == '.';
        if (!isDigit(c))
            continue;
        m_exponent -= isFraction ? 1 : 0;
        if (c != '0' || !m_digits.isEmpty())
            m_digits.append(c);
    }
    const auto lastDigit =
        std::find_if(m_digits.crbegin(), m_digits.crend(), [](char c) { return c != '0'; });
    const qsizetype zeros = lastDigit - m_digits.crbegin();
    m_digits.chop(zeros);
    m_exponent += zeros;
    if (m_digits.isEmpty()) {
        m_negative = false;
        m_exponent = 0;
    }
}

std::strong_ordering Decimal::operator<=>(const Decimal &other) const
{
    const auto signOf = [](const Decimal &d) { return d.isZero() ? 0 : (d.m_negative ? -1 : 1); };
    if (const auto signs = signOf(*this) <=> signOf(other); signs != 0)
        return signs;
    return m_negative ? other.comparedByMagnitude(*this) : comparedByMagnitude(other);
}

std::strong_ordering Decimal::comparedByMagnitude(const Decimal &other) const
{
    if (const auto places =
            m_digits.size() + m_exponent <=> other.m_digits.size() + other.m_exponent;
        places != 0)
        return places;
    // Digits of equal weight stand at equal positions, and none of the two ends in a zero.
    return m_digits.compare(other.m_digits) <=> 0;
}

bool Decimal::isMultipleOf(const Decimal &divisor) const
{
    if (isZero())
        return true;
    // This × 10^k is a multiple of the divisor's digits, or it is not; for k < 0 the last digit, which is not zero,
    // would have to be a multiple of ten.
    const std::int64_t shift = m_exponent - divisor.m_exponent;
    if (shift < 0)
        return false;
    const std::uint64_t modulus = divisor.m_digits.toULongLong();
    Wide rest = 0;
    for (const char c : m_digits)
        rest = (rest * 10 + static_cast<unsigned>(c - '0')) % modulus;
    return rest * powerOfTenModulo(shift, modulus) % modulus == 0;
}

QByteArray Decimal::toText() const
{
    if (isZero())
        return "0";
    return (m_negative ? "-" : "") + m_digits + 'e' + QByteArray::number(qint64(m_exponent));
}

} // namespace provost::schema
