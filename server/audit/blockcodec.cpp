#include "server/audit/blockcodec.h"

#include "server/audit/indexschema.h"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace provost::audit {

namespace {

constexpr qsizetype headBytes = 1 + qsizetype(sizeof(std::int64_t));
constexpr qsizetype lengthBytes = qsizetype(sizeof(std::uint32_t));

template <class Value>
Value read(const char *from)
{
    Value value{};
    std::memcpy(&value, from, sizeof value);
    return value;
}

template <class Value>
void append(QByteArray &out, Value value)
{
    out.append(reinterpret_cast<const char *>(&value), qsizetype(sizeof value));
}

template <class Code>
void appendCodes(QByteArray &out, std::span<const std::int64_t> numbers, std::int64_t base)
{
    const qsizetype start = out.size();
    out.resize(start + qsizetype(numbers.size() * sizeof(Code)));
    char *at = out.data() + start;
    for (const std::int64_t number : numbers) {
        const Code code = number == none ? Code(0) : Code(number - base + 1);
        std::memcpy(at, &code, sizeof code);
        at += sizeof code;
    }
}

template <class Code>
void readCodes(const char *at, std::int64_t base, Numbers &numbers)
{
    for (std::int64_t &number : numbers) {
        const Code code = read<Code>(at);
        at += sizeof code;
        // Wraps where the cell is damaged; a wrong number is all that can come of it.
        number = code == 0 ? none : std::int64_t(std::uint64_t(base) + code - 1);
    }
}

bool isConstant(std::span<const std::int64_t> numbers)
{
    if (numbers.empty() || numbers.front() == none)
        return false;
    // Without a way out of the loop the compiler looks at several at a time.
    std::int64_t differences = 0;
    for (const std::int64_t number : numbers)
        differences |= number ^ numbers.front();
    return differences == 0;
}

// Bytes for each code, of codes up to `last` (0 stands for none).
int widthFor(std::uint64_t last)
{
    if (last <= 0xff)
        return 1;
    if (last <= 0xffff)
        return 2;
    return last <= 0xffff'ffff ? 4 : 8;
}

} // namespace

Texts::Texts(std::size_t rows)
    : m_ends(rows)
    , m_bytes(qsizetype(rows), '\0')
{
    std::iota(m_ends.begin(), m_ends.end(), 1);
}

QByteArrayView Texts::at(std::size_t row) const
{
    const qsizetype start = startOf(row);
    return QByteArrayView(m_bytes).sliced(start, m_ends[row] - start - 1);
}

void Texts::append(QByteArrayView text)
{
    const qsizetype start = m_bytes.size();
    m_bytes.resize(start + text.size() + 1);
    *std::copy(text.begin(), text.end(), m_bytes.data() + start) = '\0';
    m_ends.push_back(m_bytes.size());
}

void Texts::append(const Texts &texts)
{
    const qsizetype start = m_bytes.size();
    m_bytes.append(texts.m_bytes);
    for (const std::int64_t end : texts.m_ends)
        m_ends.push_back(start + end);
}

void Texts::set(std::size_t row, QByteArrayView text)
{
    const qsizetype start = startOf(row);
    const std::int64_t growth = text.size() - (m_ends[row] - start - 1);
    if (at(row) == text)
        return; // of most calls: their intent said the same
    m_bytes.replace(start, m_ends[row] - start - 1, text.toByteArray());
    for (; row < m_ends.size(); ++row)
        m_ends[row] += growth;
}

QByteArray encode(std::span<const std::int64_t> numbers)
{
    QByteArray out;
    if (isConstant(numbers)) { // most columns
        append(out, char(0));
        append(out, numbers.front());
        return out;
    }
    std::int64_t least = std::numeric_limits<std::int64_t>::max();
    std::int64_t most = none;
    for (const std::int64_t number : numbers) {
        least = number == none ? least : std::min(least, number);
        most = std::max(most, number);
    }
    const std::uint64_t distance =
        most == none ? 0 : std::uint64_t(most) - std::uint64_t(least); // never negative
    const int width = widthFor(distance == UINT64_MAX ? distance : distance + 1);
    out.reserve(headBytes + qsizetype(numbers.size()) * width);
    append(out, char(width));
    append(out, least);
    switch (width) {
    case 1: appendCodes<std::uint8_t>(out, numbers, least); break;
    case 2: appendCodes<std::uint16_t>(out, numbers, least); break;
    case 4: appendCodes<std::uint32_t>(out, numbers, least); break;
    default:
        out.append(reinterpret_cast<const char *>(numbers.data()), qsizetype(numbers.size_bytes()));
    }
    return out;
}

std::optional<Numbers> decodeNumbers(QByteArrayView cell, std::size_t rows)
{
    if (cell.size() < headBytes || cell.size() != headBytes + qsizetype(rows) * cell.front())
        return std::nullopt;
    const auto base = read<std::int64_t>(cell.data() + 1);
    const char *codes = cell.data() + headBytes;
    Numbers numbers(rows, base);
    switch (cell.front()) {
    case 0: return numbers;
    case 1: readCodes<std::uint8_t>(codes, base, numbers); return numbers;
    case 2: readCodes<std::uint16_t>(codes, base, numbers); return numbers;
    case 4: readCodes<std::uint32_t>(codes, base, numbers); return numbers;
    case 8: std::memcpy(numbers.data(), codes, rows * sizeof(std::int64_t)); return numbers;
    default: return std::nullopt;
    }
}

QByteArray encode(const Texts &texts)
{
    Numbers lengths;
    lengths.reserve(texts.size());
    for (std::size_t row = 0; row < texts.size(); ++row)
        lengths.push_back(texts.m_ends[row] - texts.startOf(row));
    const QByteArray numbers = encode(std::span<const std::int64_t>(lengths));
    QByteArray out;
    out.reserve(lengthBytes + numbers.size() + texts.m_bytes.size());
    append(out, std::uint32_t(numbers.size()));
    return out.append(numbers).append(texts.m_bytes);
}

std::optional<Texts> decodeTexts(QByteArrayView cell, std::size_t rows)
{
    if (cell.size() < lengthBytes)
        return std::nullopt;
    const auto numberBytes = qsizetype(read<std::uint32_t>(cell.data()));
    if (numberBytes > cell.size() - lengthBytes)
        return std::nullopt;
    auto lengths = decodeNumbers(cell.sliced(lengthBytes, numberBytes), rows);
    if (!lengths)
        return std::nullopt;
    Texts texts;
    texts.m_bytes = cell.sliced(lengthBytes + numberBytes).toByteArray();
    std::int64_t end = 0;
    for (std::int64_t &length : *lengths) {
        if (length < 1 || length > texts.m_bytes.size() - end
            || texts.m_bytes.at(end + length - 1) != '\0')
            return std::nullopt;
        end += length;
        length = end;
    }
    if (end != texts.m_bytes.size())
        return std::nullopt;
    texts.m_ends = *std::move(lengths);
    return texts;
}

} // namespace provost::audit
