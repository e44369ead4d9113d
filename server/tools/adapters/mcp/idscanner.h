// IdScanner: finds the top-level integer member "id" of a JSON object without keeping the text, so that an answer that
// is too large or not valid still fails the call that it belongs to, and no other.
// Thread: a value.
#pragma once

#include <QByteArray>

#include <cstdint>
#include <optional>

namespace provost::tools::mcp {

class IdScanner
{
public:
    // The next bytes of the text, split anywhere.
    void feed(QByteArrayView bytes);

    // The id, once the text has shown it.
    [[nodiscard]] std::optional<std::int64_t> id() const;

private:
    enum class Where { Outside, Key, AfterKey, Value, IdValue };

    void step(char byte);
    void stepInText(char byte);

    Where m_where = Where::Outside;
    int m_depth = 0;
    bool m_inText = false;
    bool m_escaped = false;
    QByteArray m_key;   // of the top level; cut, as only "id" is looked for
    QByteArray m_value; // digits of the id
    std::optional<std::int64_t> m_id;
};

} // namespace provost::tools::mcp
