// Pattern: a regular expression as JSON Schema writes them (ECMA-262, Unicode), run by RE2, whose time is linear in the
// text. What RE2 has no words for (look-ahead, look-behind, back references) is an error that names the pattern.
// Thread: immutable; matches() is safe from any thread.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

#include <memory>

namespace re2 {
class RE2;
}

namespace provost::schema {

class Pattern
{
public:
    // Errors: InvalidInput, TooLarge.
    [[nodiscard]] static Result<std::shared_ptr<const Pattern>> compile(const QByteArray &ecma);
    ~Pattern();

    // Anywhere in the text, as the standard wants it.
    [[nodiscard]] bool matches(QByteArrayView text) const;
    [[nodiscard]] const QByteArray &source() const { return m_source; }
    // What matching costs at worst for each byte, in instructions of RE2's automaton.
    [[nodiscard]] int size() const { return m_size; }

private:
    Pattern(QByteArray source, std::unique_ptr<re2::RE2> program);

    QByteArray m_source;
    std::unique_ptr<re2::RE2> m_program;
    int m_size;
};

} // namespace provost::schema
