#include "server/tools/adapters/mcp/idscanner.h"

namespace provost::tools::mcp {

namespace {

constexpr qsizetype keyBytesMax = 3; // one more than "id" has
constexpr qsizetype digitsMax = 20;  // one more than fit

bool isSpace(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

} // namespace

void IdScanner::feed(QByteArrayView bytes)
{
    for (const char byte : bytes) {
        if (m_inText)
            stepInText(byte);
        else
            step(byte);
    }
}

std::optional<std::int64_t> IdScanner::id() const
{
    return m_id;
}

void IdScanner::stepInText(char byte)
{
    if (m_escaped) {
        m_escaped = false;
    } else if (byte == '\\') {
        m_escaped = true;
    } else if (byte == '"') {
        m_inText = false;
        if (m_where == Where::Key)
            m_where = Where::AfterKey;
        return;
    }
    if (m_where == Where::Key && m_key.size() < keyBytesMax)
        m_key += byte;
}

void IdScanner::step(char byte)
{
    if (m_where == Where::IdValue && byte >= '0' && byte <= '9') {
        if (m_value.size() < digitsMax)
            m_value += byte;
        return;
    }
    if (m_where == Where::IdValue && !(isSpace(byte) && m_value.isEmpty())) {
        // The first byte after the digits. A fraction or a text is no id of ours.
        bool ok = false;
        const std::int64_t number = m_value.toLongLong(&ok);
        if (ok && (byte == ',' || byte == '}' || isSpace(byte)))
            m_id = number;
        m_where = Where::Value;
    }
    switch (byte) {
    case '"':
        m_inText = true;
        if (m_depth == 1 && m_where == Where::Outside) {
            m_where = Where::Key;
            m_key.clear();
        }
        break;
    case '{':
    case '[': ++m_depth; break;
    case '}':
    case ']': --m_depth; break;
    case ':':
        if (m_depth == 1 && m_where == Where::AfterKey) {
            m_where = m_key == "id" ? Where::IdValue : Where::Value;
            m_value.clear();
        }
        break;
    case ',':
        if (m_depth == 1)
            m_where = Where::Outside;
        break;
    default: break;
    }
}

} // namespace provost::tools::mcp
