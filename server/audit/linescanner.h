// LineScanner: the members of a JSON object one after the other, as the text that they are, without building a tree.
// Fast enough for every line that is indexed; what it does not take for certain is left to Json::parse(). It looks at
// structure only: whether the text is UTF-8 and free of control characters is for its user to know.
// Thread: one; views into the line, which outlives it.
#pragma once

#include <QByteArrayView>

#include <optional>

namespace provost::audit {

class LineScanner
{
public:
    struct Member
    {
        QByteArrayView name;        // without quotes; names with escapes end the scan
        QByteArrayView value;       // as written, strings with their quotes
        bool isPlainString = false; // without escapes: the text is what stands between the quotes
    };

    explicit LineScanner(QByteArrayView line);

    // Nothing at the end, or at something that is not plain JSON in one line; then isAtEnd() is false.
    [[nodiscard]] std::optional<Member> next();
    // Moves behind the member that comes next if it is written as `member`, name and value, which was read before. False:
    // it is another one, or none.
    [[nodiscard]] bool skip(QByteArrayView member);
    // The closing brace was read and nothing follows it.
    [[nodiscard]] bool isAtEnd() const { return m_isAtEnd; }

private:
    // Moves behind the string that begins here; false if it has no end. `isPlain`: it has no escapes.
    [[nodiscard]] bool skipString(bool &isPlain);
    [[nodiscard]] bool skipNested();
    [[nodiscard]] bool take(char wanted);

    const char *m_at;
    const char *const m_end;
    bool m_isFirst = true;
    bool m_isAtEnd = false;
};

// The value of a member as it is written; empty if the line does not have it.
[[nodiscard]] QByteArrayView valueInLine(QByteArrayView line, QByteArrayView name);

} // namespace provost::audit
