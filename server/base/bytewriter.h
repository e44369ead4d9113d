// ByteWriter: writes text at the end of a byte array. It grows the array in large steps and writes by pointer between them,
// as appending each piece would check and grow it every time.
// INVARIANT: what stands in the array when the writer goes is what was written; until then there is room behind it.
// Thread: that of the array.
#pragma once

#include <QByteArray>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <string_view>

namespace provost {

class ByteWriter
{
public:
    // While the writer lives, `out` is not to be touched, and not to be returned. `bytesExpected` is a guess.
    explicit ByteWriter(QByteArray &out, qsizetype bytesExpected = 256)
        : m_out(out)
    {
        makeRoom(out.size(), bytesExpected);
    }

    ~ByteWriter() { m_out.truncate(used()); }

    ByteWriter(const ByteWriter &) = delete;
    ByteWriter &operator=(const ByteWriter &) = delete;

    // As it is.
    void raw(char character)
    {
        ensure(1);
        *m_at++ = character;
    }
    void raw(std::string_view text)
    {
        ensure(text.size());
        m_at = std::copy(text.begin(), text.end(), m_at);
    }
    void raw(QByteArrayView text) { raw(std::string_view(text.data(), std::size_t(text.size()))); }
    void raw(const char *text) { raw(std::string_view(text)); }
    // All of them, one behind the other.
    void all(std::initializer_list<std::string_view> pieces)
    {
        std::size_t bytes = 0;
        for (const std::string_view piece : pieces)
            bytes += piece.size();
        ensure(bytes);
        for (const std::string_view piece : pieces)
            m_at = std::copy(piece.begin(), piece.end(), m_at);
    }

    template <class Integer>
    void decimal(Integer value)
    {
        ensure(digitsMax);
        m_at = std::to_chars(m_at, m_end, value).ptr;
    }

protected:
    void ensure(std::size_t bytes)
    {
        if (std::size_t(m_end - m_at) < bytes)
            makeRoom(used(), std::max(qsizetype(bytes), m_out.size()));
    }

    char *m_at = nullptr; // where the next byte goes

private:
    static constexpr std::size_t digitsMax = 24;

    [[nodiscard]] qsizetype used() const { return m_at - m_out.constData(); }

    // Behind what is `used`.
    void makeRoom(qsizetype used, qsizetype bytes)
    {
        m_out.resize(std::max(m_out.capacity(), used + bytes));
        m_at = m_out.data() + used;
        m_end = m_out.data() + m_out.size();
    }

    QByteArray &m_out;
    char *m_end = nullptr;
};

} // namespace provost
