// MemberWriter: writes the members of a JSON object one behind the other.
// Thread: that of the array.
#pragma once

#include "server/base/json.h"
#include "server/base/jsonwriter.h"

#include <utility>

namespace provost::audit {

class MemberWriter
{
public:
    // `out` is not to be touched while the writer lives.
    explicit MemberWriter(QByteArray &out)
        : m_isFirst(out.isEmpty() || out.endsWith('{'))
        , m_out(out, bytesExpected)
    {
    }

    // `value` as a string.
    void text(std::string_view name, QByteArrayView value)
    {
        startMember(name);
        m_out.string(value);
    }

    void number(std::string_view name, std::int64_t value)
    {
        startMember(name);
        m_out.decimal(value);
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
            m_out.raw('-');
        m_out.decimal(magnitude / unit);
        if (std::uint64_t fraction = magnitude % unit; fraction != 0) {
            m_out.raw('.');
            while (fraction != 0) {
                unit /= 10;
                m_out.decimal(fraction / unit);
                fraction %= unit;
            }
        }
    }

    // `value` as it stands.
    void literal(std::string_view name, std::string_view value)
    {
        startMember(name);
        m_out.raw(value);
    }

    void json(std::string_view name, const Json &value)
    {
        startMember(name);
        value.writeTo(m_out);
    }

    void strings(std::string_view name, const std::vector<QByteArray> &values)
    {
        startMember(name);
        char before = '[';
        for (const QByteArray &value : values) {
            m_out.raw(std::exchange(before, ','));
            m_out.string(value);
        }
        m_out.raw(values.empty() ? "[]" : "]");
    }

private:
    static constexpr qsizetype bytesExpected = 1024;

    // Names need no escapes.
    void startMember(std::string_view name) { m_out.key(name, std::exchange(m_isFirst, false)); }

    bool m_isFirst;
    JsonWriter m_out;
};

} // namespace provost::audit
