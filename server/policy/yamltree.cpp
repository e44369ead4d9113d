#include "server/policy/yamltree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <istream>
#include <streambuf>
#include <string>

namespace provost::policy {

namespace {

// Lets yaml-cpp read the bytes where they are.
class ViewBuffer final : public std::streambuf
{
public:
    explicit ViewBuffer(QByteArrayView bytes)
    {
        // std::streambuf wants char *; nothing here writes.
        char *begin = const_cast<char *>(bytes.data());
        setg(begin, begin, begin + bytes.size());
    }
};

// yaml-cpp ends the text silently at 0x04, and counts lines by LF only.
std::optional<qsizetype> findForbiddenByte(QByteArrayView bytes)
{
    for (qsizetype i = 0; i < bytes.size(); ++i) {
        const auto c = static_cast<unsigned char>(bytes[i]);
        const bool loneReturn = c == '\r' && (i + 1 == bytes.size() || bytes[i + 1] != '\n');
        if ((c < 0x20 && c != '\n' && c != '\t' && c != '\r') || c == 0x7f || loneReturn)
            return i;
    }
    return std::nullopt;
}

bool isBlank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

int charactersIn(QByteArrayView text)
{
    return static_cast<int>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; // not a continuation
    }));
}

// Whether the quoted text that `source` begins with ends in it.
bool isClosed(QByteArrayView source)
{
    const char quote = source[0];
    for (qsizetype at = 1; at < source.size(); ++at) {
        const bool escapes = quote == '"' ? source[at] == '\\' : source.sliced(at).startsWith("''");
        if (escapes)
            ++at;
        else if (source[at] == quote)
            return true;
    }
    return false;
}

// A plain scalar loses what stands behind ` #`. Walks the source along the scalar's characters, blanks and line
// ends apart, and looks at what follows.
bool hasCommentBehind(QByteArrayView source, QByteArrayView plain)
{
    qsizetype at = 0;
    for (const char c : plain) {
        if (isBlank(c))
            continue;
        while (at < source.size() && isBlank(source[at]))
            ++at;
        if (at >= source.size() || source[at] != c)
            return false;
        ++at;
    }
    while (at < source.size() && (source[at] == ' ' || source[at] == '\t'))
        ++at;
    return at < source.size() && source[at] == '#';
}

class TreeBuilder final : public YAML::EventHandler
{
public:
    TreeBuilder(QByteArray file, QByteArrayView bytes, const YamlLimits &limits)
        : m_file(std::move(file))
        , m_bytes(bytes)
        , m_limits(limits)
    {
    }

    YamlNode root;
    std::optional<Diagnostic> error;

    void refuse(const YAML::Mark &mark, QByteArray message)
    {
        if (!error)
            error = Diagnostic{Diagnostic::Severity::Error, locationOf(mark), std::move(message)};
    }

    // Events come in the order of the text, so counting goes on where it was left: a file of one long line is read
    // once.
    [[nodiscard]] SourceLocation locationOf(const YAML::Mark &mark)
    {
        const qsizetype end = std::clamp<qsizetype>(mark.pos, 0, m_bytes.size());
        if (mark.line != m_counted.line || end < m_counted.offset)
            m_counted = {mark.line, std::clamp<qsizetype>(end - mark.column, 0, end), 1};
        m_counted.column += charactersIn(m_bytes.sliced(m_counted.offset, end - m_counted.offset));
        m_counted.offset = end;
        return {m_file, mark.line + 1, m_counted.column};
    }

    [[nodiscard]] QByteArrayView lineAt(const YAML::Mark &mark) const
    {
        qsizetype begin = std::clamp<qsizetype>(mark.pos, 0, m_bytes.size());
        while (begin > 0 && m_bytes[begin - 1] != '\n')
            --begin;
        qsizetype end = begin;
        while (end < m_bytes.size() && m_bytes[end] != '\n')
            ++end;
        return m_bytes.sliced(begin, end - begin);
    }

    void OnDocumentStart(const YAML::Mark &mark) override
    {
        if (m_documents++ > 0)
            refuse(mark, "a second YAML document; one file holds one");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark &mark, YAML::anchor_t anchor) override
    {
        YamlNode node;
        if (!begin(node, mark, std::string(), anchor))
            return;
        node.where = placeOfNothing(mark, node.where);
        add(std::move(node));
    }

    void OnAlias(const YAML::Mark &mark, YAML::anchor_t) override
    {
        refuse(mark, "aliases are not allowed; quote a text that begins with `*`");
    }

    void OnScalar(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                  const std::string &value) override
    {
        YamlNode node;
        if (!begin(node, mark, tag, anchor))
            return;
        node.kind = YamlNode::Kind::Scalar;
        node.text = QByteArray(value.data(), static_cast<qsizetype>(value.size()));
        node.plain = tag == "?";
        const QByteArrayView rest = m_bytes.sliced(std::min<qsizetype>(mark.pos, m_bytes.size()));
        node.followedByComment = node.plain && hasCommentBehind(rest, node.text);
        const qsizetype quote = !node.plain && !rest.empty() && (rest[0] == '"' || rest[0] == '\'');
        // yaml-cpp takes the end of the file for the end of the text.
        if (quote > 0 && !isClosed(rest)) {
            refuse(mark, "a quoted text that is not closed");
            return;
        }
        node.textWhere = node.where;
        node.textWhere.column += static_cast<int>(quote);
        node.verbatim = rest.sliced(std::min(quote, rest.size())).startsWith(node.text);
        add(std::move(node));
    }

    void OnSequenceStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override
    {
        open(YamlNode::Kind::Sequence, mark, tag, anchor);
    }
    void OnSequenceEnd() override { close(); }

    void OnMapStart(const YAML::Mark &mark, const std::string &tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override
    {
        open(YamlNode::Kind::Map, mark, tag, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct Frame
    {
        YamlNode node;
        std::optional<YamlNode> key; // of a map, waiting for its value
    };

    // False if nothing more is taken.
    bool begin(YamlNode &node, const YAML::Mark &mark, const std::string &tag,
               YAML::anchor_t anchor)
    {
        node.where = locationOf(mark);
        if (anchor != YAML::NullAnchor) {
            refuse(mark, "anchors are not allowed; quote a text that begins with `&`");
        } else if (!tag.empty() && tag != "?" && (tag != "!" || startsWithTag(mark))) {
            refuse(mark, "YAML tags are not allowed; quote a text that begins with `!`");
        } else if (++m_nodes > m_limits.nodesMax) {
            refuse(mark, "more than " + QByteArray::number(m_limits.nodesMax) + " nodes");
        }
        return !error;
    }

    // yaml-cpp gives quoted scalars the tag "!", as it does text behind a lone `!`.
    [[nodiscard]] bool startsWithTag(const YAML::Mark &mark) const
    {
        return mark.pos >= 0 && mark.pos < m_bytes.size() && m_bytes[mark.pos] == '!';
    }

    // An empty value has the mark of what follows it; it is looked for at the end of the line before.
    [[nodiscard]] SourceLocation placeOfNothing(const YAML::Mark &mark, SourceLocation where) const
    {
        qsizetype last = std::clamp<qsizetype>(mark.pos, 0, m_bytes.size()) - 1;
        int lines = 0;
        while (last >= 0 && isBlank(m_bytes[last]))
            lines += m_bytes[last--] == '\n' ? 1 : 0;
        if (lines == 0 || last < 0)
            return where;
        const qsizetype lineBegin = m_bytes.first(last).lastIndexOf('\n') + 1;
        where.line -= lines;
        where.column = 1 + charactersIn(m_bytes.sliced(lineBegin, last - lineBegin));
        return where;
    }

    void open(YamlNode::Kind kind, const YAML::Mark &mark, const std::string &tag,
              YAML::anchor_t anchor)
    {
        YamlNode node;
        if (!begin(node, mark, tag, anchor))
            return;
        node.kind = kind;
        if (static_cast<int>(m_open.size()) >= m_limits.depthMax) {
            refuse(mark, "nested deeper than " + QByteArray::number(m_limits.depthMax));
            return;
        }
        m_open.push_back({std::move(node), std::nullopt});
    }

    void close()
    {
        if (error || m_open.empty())
            return;
        YamlNode done = std::move(m_open.back().node);
        m_open.pop_back();
        add(std::move(done));
    }

    void add(YamlNode node)
    {
        if (m_open.empty()) {
            root = std::move(node);
            return;
        }
        Frame &parent = m_open.back();
        if (parent.node.isSequence()) {
            parent.node.items.push_back(std::move(node));
        } else if (parent.key) {
            parent.node.members.push_back(
                {*std::exchange(parent.key, std::nullopt), std::move(node)});
        } else if (takeKey(parent.node, node)) {
            parent.key = std::move(node);
        }
    }

    bool takeKey(const YamlNode &map, const YamlNode &key)
    {
        const auto no = [&](QByteArray message) {
            if (!error)
                error = Diagnostic{Diagnostic::Severity::Error, key.where, std::move(message)};
            return false;
        };
        if (!key.isScalar())
            return no("a key must be text");
        if (static_cast<int>(map.members.size()) >= m_limits.keysPerMapMax)
            return no("more than " + QByteArray::number(m_limits.keysPerMapMax) + " keys");
        if (key.plain && key.text == "<<")
            return no("merge keys are not allowed");
        if (const YamlNode *first = map.find(key.text); first != nullptr) {
            for (const auto &[other, value] : map.members) {
                if (&value == first)
                    return no("duplicate key `" + key.text + "`; the first is on line "
                              + QByteArray::number(other.where.line));
            }
        }
        return true;
    }

    QByteArray m_file;
    QByteArrayView m_bytes;
    const YamlLimits &m_limits;
    struct
    {
        int line = -1; // of yaml-cpp's marks
        qsizetype offset = 0;
        int column = 1;
    } m_counted;
    std::vector<Frame> m_open;
    int m_documents = 0;
    int m_nodes = 0;
};

// yaml-cpp's words start with a capital or not, and some end in a stop.
QByteArray messageOf(const YAML::ParserException &exception, QByteArrayView line)
{
    QByteArray message = "not valid YAML: " + QByteArray::fromStdString(exception.msg).toLower();
    if (message.endsWith('.'))
        message.chop(1);
    const bool inFlow = line.contains('[') || line.contains('{');
    if (inFlow && line.contains("${"))
        message += "; quote a condition inside [ ] or { }";
    else if (line.contains('*'))
        message += "; quote a text that begins with `*`: \"*\"";
    return message;
}

Diagnostic problemAt(const QByteArray &file, QByteArrayView bytes, qsizetype offset,
                     QByteArray message)
{
    const QByteArrayView before = bytes.first(offset);
    const qsizetype lineBegin = before.lastIndexOf('\n') + 1;
    SourceLocation where{file, static_cast<int>(before.count('\n')) + 1, 1};
    where.column += charactersIn(before.sliced(lineBegin));
    return {Diagnostic::Severity::Error, where, std::move(message)};
}

qsizetype validUtf8Prefix(QByteArrayView bytes)
{
    qsizetype low = 0; // the longest valid prefix that ends at a line end
    for (qsizetype end = bytes.indexOf('\n');
         end >= 0 && bytes.sliced(low, end - low).isValidUtf8(); end = bytes.indexOf('\n', low))
        low = end + 1;
    return low;
}

} // namespace

const YamlNode *YamlNode::find(QByteArrayView key) const
{
    for (const auto &[name, value] : members) {
        if (name.text == key)
            return &value;
    }
    return nullptr;
}

YamlTree parseYaml(const QByteArray &file, QByteArrayView bytes, const YamlLimits &limits)
{
    if (bytes.startsWith("\xEF\xBB\xBF"))
        bytes = bytes.sliced(3);
    if (bytes.size() > limits.bytesMax)
        return {{},
                problemAt(file, bytes, 0,
                          "the file has " + QByteArray::number(bytes.size()) + " bytes, at most "
                              + QByteArray::number(limits.bytesMax) + " are taken")};
    if (!bytes.isValidUtf8())
        return {{}, problemAt(file, bytes, validUtf8Prefix(bytes), "this line is not valid UTF-8")};
    if (const auto at = findForbiddenByte(bytes); at)
        return {{}, problemAt(file, bytes, *at, "a control character that YAML does not allow")};

    TreeBuilder builder(file, bytes, limits);
    ViewBuffer buffer(bytes);
    std::istream stream(&buffer);
    try {
        YAML::Parser parser(stream);
        while (!builder.error && parser.HandleNextDocument(builder)) {
        }
    } catch (const YAML::ParserException &exception) {
        builder.refuse(exception.mark, messageOf(exception, builder.lineAt(exception.mark)));
    } catch (const std::exception &exception) {
        builder.refuse(YAML::Mark(), "not valid YAML: " + QByteArray(exception.what()));
    }
    if (builder.error)
        return {{}, std::move(builder.error)};
    return {std::move(builder.root), std::nullopt};
}

} // namespace provost::policy
