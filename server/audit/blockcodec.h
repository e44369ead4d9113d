// How a column of a block is kept in a cell.
//
// Numbers: one byte that says how many bytes each takes (0, 1, 2, 4, 8), the smallest number (8 bytes), then for each row
// its distance from there plus one; 0 is none. With width 0 all are the smallest number, and eight bytes are the number
// itself. Texts: the numbers of their lengths (with four bytes before that say how long these are), then the texts, each
// with a zero byte behind it. All in the byte order of the machine: an index stays where it was built.
// INVARIANT: what was encoded decodes to the same; what is not of this form decodes to nothing.
// Thread: pure.
#pragma once

#include <QByteArray>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace provost::audit {

using Numbers = std::vector<std::int64_t>; // `none` where there is none

// Texts one behind the other.
class Texts
{
public:
    Texts() = default;
    explicit Texts(std::size_t rows); // empty ones

    [[nodiscard]] std::size_t size() const { return m_ends.size(); }
    // A zero byte follows it in memory, so that SQLite's comparisons can read it in place.
    [[nodiscard]] QByteArrayView at(std::size_t row) const;
    [[nodiscard]] bool isAllEmpty() const { return std::size_t(m_bytes.size()) == size(); }

    void append(QByteArrayView text);
    void append(const Texts &texts);
    void set(std::size_t row, QByteArrayView text);

    bool operator==(const Texts &) const = default;

private:
    friend QByteArray encode(const Texts &texts);
    friend std::optional<Texts> decodeTexts(QByteArrayView cell, std::size_t rows);
    [[nodiscard]] qsizetype startOf(std::size_t row) const
    {
        return row == 0 ? 0 : m_ends[row - 1];
    }

    std::vector<std::int64_t> m_ends; // behind the zero byte
    QByteArray m_bytes;
};

[[nodiscard]] QByteArray encode(std::span<const std::int64_t> numbers);
[[nodiscard]] QByteArray encode(const Texts &texts);
[[nodiscard]] std::optional<Numbers> decodeNumbers(QByteArrayView cell, std::size_t rows);
[[nodiscard]] std::optional<Texts> decodeTexts(QByteArrayView cell, std::size_t rows);

} // namespace provost::audit
