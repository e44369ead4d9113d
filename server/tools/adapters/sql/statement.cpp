#include "server/tools/adapters/sql/statement.h"

namespace provost::tools::sql {

namespace {

bool isWordStart(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool isWord(char c)
{
    return isWordStart(c) || (c >= '0' && c <= '9');
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

tl::unexpected<Error> wrong(const char *what)
{
    return fail(ErrorCode::InvalidInput, QString::fromLatin1(what));
}

class Reader
{
public:
    Reader(QByteArrayView text, Engine engine)
        : m_text(text)
        , m_engine(engine)
    {
    }

    Result<Statement> read()
    {
        while (m_at < m_text.size())
            TRY_DO(readToken());
        if (!m_seenWord)
            return wrong("the statement is empty");
        return std::move(m_statement);
    }

private:
    [[nodiscard]] char at(qsizetype offset) const
    {
        return m_at + offset < m_text.size() ? m_text[m_at + offset] : '\0';
    }

    void copy(qsizetype bytes)
    {
        m_statement.text += m_text.sliced(m_at, bytes);
        m_at += bytes;
    }

    Result<void> readToken()
    {
        const char c = at(0);
        if (isBlank(c)) {
            copy(1);
            return {};
        }
        if (c == '-' && at(1) == '-')
            return copyThrough(2, "\n", End::MayBeMissing);
        if (c == '/' && at(1) == '*')
            return copyThrough(2, "*/", End::Required);
        if (m_ended)
            return wrong("one statement only");
        if (c == ';') {
            m_ended = true; // and is left out
            ++m_at;
            return {};
        }
        m_seenWord = true;
        if (c == '\'' || c == '"' || (c == '`' && m_engine == Engine::Sqlite))
            return copyQuoted(c);
        if (c == '[' && m_engine == Engine::Sqlite)
            return copyThrough(1, "]", End::Required);
        if (c == '$')
            return readDollar();
        if (c == ':')
            return readColon();
        if ((c == '?' || c == '@') && m_engine == Engine::Sqlite)
            return wrong("placeholders are written `:name`");
        if (isWordStart(c)) {
            qsizetype length = 1;
            while (isWord(at(length)))
                ++length;
            // E'…' of PostgreSQL has backslash escapes, which would hide the end of the literal.
            if (m_engine == Engine::Postgres && length == 1 && (c == 'e' || c == 'E')
                && at(1) == '\'')
                return wrong("E'…' literals are not read here; write the characters themselves");
            copy(length);
            return {};
        }
        copy(1);
        return {};
    }

    enum class End { Required, MayBeMissing };

    Result<void> copyThrough(qsizetype openingBytes, QByteArrayView end, End need)
    {
        const qsizetype found = m_text.indexOf(end, m_at + openingBytes);
        if (found < 0 && need == End::Required)
            return wrong("a comment or quoted name is not closed");
        copy(found < 0 ? m_text.size() - m_at : found + end.size() - m_at);
        return {};
    }

    Result<void> copyQuoted(char quote)
    {
        qsizetype end = m_at + 1;
        for (;; ++end) {
            end = m_text.indexOf(quote, end);
            if (end < 0)
                return wrong("a literal or quoted name is not closed");
            if (end + 1 >= m_text.size() || m_text[end + 1] != quote)
                break;
            ++end; // a doubled quote stands for itself
        }
        copy(end + 1 - m_at);
        return {};
    }

    // ${user.name}, or a literal $tag$ … $tag$ of PostgreSQL.
    Result<void> readDollar()
    {
        if (at(1) == '{') {
            const qsizetype end = m_text.indexOf('}', m_at);
            const QByteArrayView name =
                end < 0 ? QByteArrayView() : m_text.sliced(m_at + 2, end - m_at - 2);
            if (!name.startsWith("user.") || name.size() == 5)
                return wrong("a statement may name ${user.…} only; everything else is an input");
            bind({Binding::Source::User, name.sliced(5).toByteArray()});
            m_at = end + 1;
            return {};
        }
        qsizetype length = 1;
        while (isWord(at(length)))
            ++length;
        if (m_engine != Engine::Postgres || at(length) != '$')
            return wrong("placeholders are written `:name`");
        const QByteArrayView tag = m_text.sliced(m_at, length + 1);
        const qsizetype end = m_text.indexOf(tag, m_at + tag.size());
        if (end < 0)
            return wrong("a literal or quoted name is not closed");
        copy(end + tag.size() - m_at);
        return {};
    }

    Result<void> readColon()
    {
        if (at(1) == ':') { // a cast of PostgreSQL
            copy(2);
            return {};
        }
        if (!isWordStart(at(1))) {
            copy(1);
            return {};
        }
        qsizetype length = 2;
        while (isWord(at(length)))
            ++length;
        bind({Binding::Source::Argument, m_text.sliced(m_at + 1, length - 1).toByteArray()});
        m_at += length;
        return {};
    }

    void bind(const Binding &binding)
    {
        auto &all = m_statement.bindings;
        if (m_engine == Engine::Sqlite) { // Qt's driver miscounts ?1 where it stands twice
            all.push_back(binding);
            m_statement.text += '?';
            return;
        }
        const auto found = std::find(all.begin(), all.end(), binding);
        const auto number = found - all.begin() + 1;
        if (found == all.end())
            all.push_back(binding);
        m_statement.text += '$' + QByteArray::number(number);
    }

    QByteArrayView m_text;
    Engine m_engine;
    qsizetype m_at = 0;
    bool m_seenWord = false;
    bool m_ended = false;
    Statement m_statement;
};

} // namespace

Result<Statement> parseStatement(QByteArrayView text, Engine engine)
{
    return Reader(text, engine).read();
}

QByteArray quoted(QByteArrayView name)
{
    QByteArray out = name.toByteArray();
    out.replace("\"", "\"\"");
    return '"' + out + '"';
}

} // namespace provost::tools::sql
