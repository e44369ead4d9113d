// Decimal: the exact value of a JSON number, whatever its size: 1.0 is 1, 0.0075 is a multiple of 0.0001, and 1e308 is
// an integer of 309 digits. Time is linear in the digits that were written, not in the exponent.
// Thread: a value.
#pragma once

#include <QByteArray>

#include <compare>
#include <cstdint>

namespace provost::schema {

class Decimal
{
public:
    static constexpr qsizetype divisorDigitsMax = 18;

    // REQUIRES: a JSON number. Exponents beyond a million times a billion count as that.
    explicit Decimal(QByteArrayView jsonNumber);

    [[nodiscard]] bool isZero() const { return m_digits.isEmpty(); }
    [[nodiscard]] bool isNegative() const { return m_negative; }
    [[nodiscard]] bool isInteger() const { return isZero() || m_exponent >= 0; }
    // Without leading and trailing zeros.
    [[nodiscard]] qsizetype significantDigits() const { return m_digits.size(); }

    // REQUIRES: `divisor` is positive and has at most divisorDigitsMax significant digits.
    [[nodiscard]] bool isMultipleOf(const Decimal &divisor) const;

    // Equal numbers have equal texts: "75e-4".
    [[nodiscard]] QByteArray toText() const;

    bool operator==(const Decimal &) const = default;
    std::strong_ordering operator<=>(const Decimal &other) const;

private:
    [[nodiscard]] std::strong_ordering comparedByMagnitude(const Decimal &other) const;

    // The value is 0 or ±m_digits × 10^m_exponent. INVARIANT: no zero at either end of the digits; those of 0 are none.
    bool m_negative = false;
    QByteArray m_digits;
    std::int64_t m_exponent = 0;
};

} // namespace provost::schema
