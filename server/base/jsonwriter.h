// JsonWriter: writes JSON text at the end of a byte array. It grows the array in large steps and writes by pointer between
// them, as appending each piece would check and grow it every time.
// INVARIANT: what stands in the array when the writer goes is what was written; until then there is room behind it.
// Thread: that of the array.
#pragma once

#include "server/base/json.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace provost {

class JsonWriter
{
public:
    // `out` is not to be touched while the writer lives. `bytesExpected` is a guess.
    explicit JsonWriter(QByteArray &out, qsizetype bytesExpected = 256)
        : m_out(out)
    {
        makeRoom(out.size(), bytesExpected);
    }

    ~JsonWriter() { m_out.truncate(used()); }

    JsonWriter(const JsonWriter &) = delete;
    JsonWriter &operator=(const JsonWriter &) = delete;

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

    // With quotes, and escaped where needed. Whether it is UTF-8 is not looked at.
    void string(QByteArrayView text);

    template <class Integer>
    void decimal(Integer value)
    {
        ensure(digitsMax);
        m_at = std::to_chars(m_at, m_end, value).ptr;
    }

private:
    static constexpr std::size_t digitsMax = 24;

    void escaped(QByteArrayView text);

    [[nodiscard]] qsizetype used() const { return m_at - m_out.constData(); }

    void ensure(std::size_t bytes)
    {
        if (std::size_t(m_end - m_at) < bytes)
            makeRoom(used(), std::max(qsizetype(bytes), m_out.size()));
    }

    // Behind what is `used`.
    void makeRoom(qsizetype used, qsizetype bytes);

    QByteArray &m_out;
    char *m_at = nullptr; // where the next byte goes
    char *m_end = nullptr;
};

} // namespace provost
