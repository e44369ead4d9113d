// MemberWriter: writes the members of a JSON object one behind the other. A record has some thirty: growing once and then
// writing by pointer takes half the time of appending each of them to the array.
// Thread: that of the array.
#pragma once

#include "server/base/json.h"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace provost::audit {

class MemberWriter
{
public:
    // `out` is not to be touched while the writer lives.
    explicit MemberWriter(QByteArray &out)
        : m_out(out)
        , m_used(out.size())
    {
        m_out.resize(std::max(m_out.capacity(), m_used + bytesExpected));
    }

    ~MemberWriter() { m_out.truncate(m_used); }

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
        const bool needsComma = m_used > 0 && m_out.at(m_used - 1) != '{';
        char *at = room(name.size() + 4);
        if (needsComma)
            *at++ = ',';
        *at++ = '"';
        at = std::copy(name.begin(), name.end(), at);
        *at++ = '"';
        *at++ = ':';
        m_used = at - m_out.constData();
    }

    void string(QByteArrayView value)
    {
        if (!isPlainJsonText(value)) {
            append([&](QByteArray &out) { appendJsonString(out, value); });
            return;
        }
        char *at = room(std::size_t(value.size()) + 2);
        *at++ = '"';
        at = std::copy(value.begin(), value.end(), at);
        *at++ = '"';
        m_used = at - m_out.constData();
    }

    template <class Integer>
    void decimal(Integer value)
    {
        char *at = room(digitsMax);
        m_used = std::to_chars(at, at + digitsMax, value).ptr - m_out.constData();
    }

    void raw(std::string_view text)
    {
        m_used = std::copy(text.begin(), text.end(), room(text.size())) - m_out.constData();
    }

    // What only knows how to append.
    template <class Append>
    void append(const Append &appendTo)
    {
        m_out.truncate(m_used);
        appendTo(m_out);
        m_used = m_out.size();
        m_out.resize(std::max(m_out.capacity(), m_used));
    }

    // Where the next `bytes` go.
    char *room(std::size_t bytes)
    {
        const qsizetype end = m_used + qsizetype(bytes);
        if (end > m_out.size())
            m_out.resize(std::max(end, 2 * m_out.size()));
        return m_out.data() + m_used;
    }

    QByteArray &m_out;
    qsizetype m_used;
};

} // namespace provost::audit
