#include "server/tools/adapters/sql/sqliteshape.h"

#include <algorithm>
#include <optional>

namespace provost::tools::sql {

namespace {

struct Token
{
    char symbol = 0; // of a punctuation mark; 0: a word
    QByteArray word; // in lower case, without quotes; a literal may be a name as well
};

bool isWordByte(char c)
{
    const auto byte = static_cast<unsigned char>(c);
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'
           || c == '$' || byte >= 0x80;
}

qsizetype endOfQuoted(QByteArrayView text, qsizetype at, char close)
{
    for (qsizetype i = at + 1; i < text.size(); ++i) {
        if (text[i] != close)
            continue;
        if (i + 1 < text.size() && text[i + 1] == close && close != ']') {
            ++i;
            continue;
        }
        return i + 1;
    }
    return text.size();
}

std::vector<Token> tokensOf(QByteArrayView text)
{
    std::vector<Token> tokens;
    qsizetype at = 0;
    while (at < text.size()) {
        const char c = text[at];
        qsizetype end = at + 1;
        if (text.sliced(at).startsWith("--")) {
            const qsizetype line = text.indexOf('\n', at);
            end = line < 0 ? text.size() : line;
        } else if (text.sliced(at).startsWith("/*")) {
            const qsizetype close = text.indexOf("*/", at + 2);
            end = close < 0 ? text.size() : close + 2;
        } else if (c == '\'' || c == '"' || c == '`' || c == '[') {
            end = endOfQuoted(text, at, c == '[' ? ']' : c);
            QByteArray word =
                text.sliced(at + 1, std::max<qsizetype>(end - at - 2, 0)).toByteArray();
            word.replace(QByteArray(2, c), QByteArray(1, c));
            tokens.push_back({0, word.toLower()});
        } else if (isWordByte(c)) {
            while (end < text.size() && isWordByte(text[end]))
                ++end;
            tokens.push_back({0, text.sliced(at, end - at).toByteArray().toLower()});
        } else if (static_cast<unsigned char>(c) > 0x20) {
            tokens.push_back({c, {}});
        }
        at = end;
    }
    return tokens;
}

struct Definition
{
    QByteArray name;
    std::size_t begin = 0; // of the body's tokens
    std::size_t end = 0;
    std::optional<std::int64_t> copies; // that one mention of it makes
    bool isOpen = false;                // being counted: it names itself
};

class Counter
{
public:
    explicit Counter(QByteArrayView query)
        : m_tokens(tokensOf(query))
    {
        m_isDefinition.assign(m_tokens.size(), false);
        pairBrackets();
        findDefinitions();
    }

    SqliteShape count()
    {
        SqliteShape shape;
        for (const Definition &definition : m_definitions)
            shape.names.push_back(definition.name);
        // More than these cannot be counted in good time, and nobody writes them.
        shape.copies = static_cast<std::int64_t>(m_definitions.size()) > copiesMax / 10
                           ? copiesMax + 1
                           : copiesIn(0, m_tokens.size(), nullptr);
        return shape;
    }

private:
    void pairBrackets()
    {
        m_pair.assign(m_tokens.size(), m_tokens.size());
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            if (m_tokens[i].symbol == '(') {
                open.push_back(i);
            } else if (m_tokens[i].symbol == ')' && !open.empty()) {
                m_pair[i] = open.back();
                m_pair[open.back()] = i;
                open.pop_back();
            }
        }
    }

    [[nodiscard]] bool isWord(std::size_t at, const char *word) const
    {
        return at < m_tokens.size() && m_tokens[at].word == word;
    }

    // name [(columns)] AS [[NOT] MATERIALIZED] (body)
    void findDefinitions()
    {
        for (std::size_t as = 1; as < m_tokens.size(); ++as) {
            if (!isWord(as, "as"))
                continue;
            std::size_t body = as + 1;
            while (isWord(body, "not") || isWord(body, "materialized"))
                ++body;
            if (body >= m_tokens.size() || m_tokens[body].symbol != '(')
                continue;
            std::size_t name = as - 1;
            if (m_tokens[name].symbol == ')' && m_pair[name] < name && m_pair[name] > 0)
                name = m_pair[name] - 1;
            if (m_tokens[name].symbol != 0)
                continue;
            m_definitions.push_back({m_tokens[name].word, body + 1, m_pair[body]});
            m_isDefinition[name] = true;
        }
    }

    // Mentions between two tokens, the bodies of other definitions apart: those count where they are named.
    std::int64_t copiesIn(std::size_t begin, std::size_t end, const Definition *self)
    {
        std::int64_t copies = 0;
        for (std::size_t i = begin; i < end && copies <= copiesMax; ++i) {
            const auto nested = std::find_if(
                m_definitions.begin(), m_definitions.end(),
                [&](const Definition &other) { return other.begin == i && &other != self; });
            if (nested != m_definitions.end() && nested->end > i) {
                i = nested->end - 1;
                continue;
            }
            const bool isColumn = i + 1 < m_tokens.size() && m_tokens[i + 1].symbol == '.';
            if (m_tokens[i].symbol == 0 && !isColumn && !m_isDefinition[i])
                copies += copiesOf(m_tokens[i].word);
        }
        return std::min(copies, copiesMax + 1);
    }

    std::int64_t copiesOf(const QByteArray &name)
    {
        std::int64_t most = 0; // where scopes hide one another, the worse one counts
        for (Definition &definition : m_definitions) {
            if (definition.name != name || definition.isOpen)
                continue;
            if (!definition.copies) {
                definition.isOpen = true;
                definition.copies = 1 + copiesIn(definition.begin, definition.end, &definition);
                definition.isOpen = false;
            }
            most = std::max(most, *definition.copies);
        }
        return most;
    }

    std::vector<Token> m_tokens;
    std::vector<std::size_t> m_pair;  // the other bracket; the number of tokens if there is none
    std::vector<bool> m_isDefinition; // the name in front of a body, which is no mention
    std::vector<Definition> m_definitions;
};

} // namespace

SqliteShape shapeOf(QByteArrayView query)
{
    return Counter(query).count();
}

} // namespace provost::tools::sql
