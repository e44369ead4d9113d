// MemberWriter: writes the members of a JSON object one behind the other. A record has some thirty: it grows the array once and
// then writes by pointer, since appending each of them would check and grow it every time.
// INVARIANT: what stands in the array when the writer goes is whole members; until then there is room behind them.
// Thread: that of the array.
#pragma once

#include "server/base/json.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

namespace provost::audit {

class MemberWriter
{
public:
    // `out` is not to be touched while the writer lives.
    explicit MemberWriter(QByteArray &out)
        : m_out(out)
        , m_isFirst(out.isEmpty() || out.endsWith('{'))
    {
        makeRoom(out.size(), bytesExpected);
    }

    ~MemberWriter() { m_out.truncate(used()); }

    MemberWriter(const MemberWriter &) = delete;
    MemberWriter &operator=(const MemberWriter &) = delete;

    // `value` as a string.
    void text(std::string_view name, QByteArrayView value)
    {
        startMember(name);
        string(value);
    }

    void number(std::string_view name, std::int64_t value)
    {
        startMember(name);
        decimal(value);
    }

    // `value` / 10^digits as a decimal number without superfluous zeros.
    void scaled(std::string_view name, std::int64_t value, int digits)
    {
        startMember(name);
        const auto magnitude = value < 0 ? ~std::uint64_t(value) + 1 : std::uint64_t(value);
        std::uint64_t unit = 1;
        for (int i = 0; i < digits; ++i)
            unit *= 10;
        if (value < 0)
            raw("-");
        decimal(magnitude / unit);
        if (std::uint64_t fraction = magnitude % unit; fraction != 0) {
            raw(".");
            while (fraction != 0) {
                unit /= 10;
                decimal(fraction / unit);
                fraction %= unit;
            }
        }
    }

    // `value` as it stands.
    void literal(std::string_view name, std::string_view value)
    {
        startMember(name);
        raw(value);
    }

    void json(std::string_view name, const Json &value)
    {
        startMember(name);
        append([&](QByteArray &out) { value.appendTo(out); });
    }

    void strings(std::string_view name, const std::vector<QByteArray> &values)
    {
        startMember(name);
        std::string_view before = "[";
        for (const QByteArray &value : values) {
            raw(before);
            string(value);
            before = ",";
        }
        raw(values.empty() ? "[]" : "]");
    }

private:
    static constexpr qsizetype bytesExpected = 1024;
    static constexpr std::size_t digitsMax = 24;

    void startMember(std::string_view name)
    {
        ensure(name.size() + 4);
        if (!std::exchange(m_isFirst, false))
            *m_at++ = ',';
        *m_at++ = '"';
        m_at = std::copy(name.begin(), name.end(), m_at);
        *m_at++ = '"';
        *m_at++ = ':';
    }

    void string(QByteArrayView value)
    {
        if (!isPlainJsonText(value)) {
            append([&](QByteArray &out) { appendJsonString(out, value); });
            return;
        }
        ensure(std::size_t(value.size()) + 2);
        *m_at++ = '"';
        m_at = std::copy(value.begin(), value.end(), m_at);
        *m_at++ = '"';
    }

    template <class Integer>
    void decimal(Integer value)
    {
        ensure(digitsMax);
        m_at = std::to_chars(m_at, m_end, value).ptr;
    }

    void raw(std::string_view text)
    {
        ensure(text.size());
        m_at = std::copy(text.begin(), text.end(), m_at);
    }

    // What only knows how to append.
    template <class Append>
    void append(const Append &appendTo)
    {
        m_out.truncate(used());
        appendTo(m_out);
        makeRoom(m_out.size(), 0);
    }

    [[nodiscard]] qsizetype used() const { return m_at - m_out.constData(); }

    void ensure(std::size_t bytes)
    {
        if (std::size_t(m_end - m_at) < bytes)
            makeRoom(used(), std::max(qsizetype(bytes), m_out.size()));
    }

    // Behind what is `used`.
    void makeRoom(qsizetype used, qsizetype bytes)
    {
        m_out.resize(std::max(m_out.capacity(), used + bytes));
        m_at = m_out.data() + used;
        m_end = m_out.data() + m_out.size();
    }

    QByteArray &m_out;
    bool m_isFirst;
    char *m_at = nullptr; // where the next byte goes
    char *m_end = nullptr;
};

} // namespace provost::audit
