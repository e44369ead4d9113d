// YamlText: a YAML file as its tree together with the bytes that each node stands in, for changes that touch nothing
// else. The tree is the policy loader's, so what is found here is what the loader reads.
// Offsets are in bytes; a line's end is its line feed.
// Thread: a value.
#pragma once

#include "server/base/result.h"
#include "server/policy/yamltree.h"

#include <vector>

namespace provost::org {

struct ByteRange
{
    qsizetype from = 0;
    qsizetype to = 0; // exclusive
};

class YamlText
{
public:
    using Node = policy::YamlNode;
    using Member = policy::YamlMember;

    // Errors: InvalidInput, with the place.
    [[nodiscard]] static Result<YamlText> parse(QByteArray bytes);

    [[nodiscard]] const Node &root() const { return m_root; }
    [[nodiscard]] const QByteArray &bytes() const { return m_bytes; }
    [[nodiscard]] bool usesCrLf() const;

    // The bytes of a node without what follows it (comment, comma, line end). Of a value that is left out: nothing,
    // behind the colon. `indent` is the column of the key or dash that it belongs to, which ends `|` and `>` texts.
    [[nodiscard]] ByteRange rangeOf(const Node &node, qsizetype indent) const;
    [[nodiscard]] ByteRange keyRange(const Member &member) const;
    [[nodiscard]] ByteRange valueRange(const Member &member) const;
    // Behind the `:` of a member.
    [[nodiscard]] qsizetype colonEnd(const Member &member) const;
    // The `-` of an item of a block sequence.
    [[nodiscard]] qsizetype dashOf(const Node &item) const;

    // Written with brackets or braces.
    [[nodiscard]] bool isFlow(const Node &node) const;

    [[nodiscard]] qsizetype lineStart(qsizetype at) const;
    [[nodiscard]] qsizetype
    lineEnd(qsizetype at) const; // behind the line feed, or the end of the text
    [[nodiscard]] qsizetype columnOf(qsizetype at) const;    // in bytes, from 0
    [[nodiscard]] QByteArrayView lineAt(qsizetype at) const; // without its line end

private:
    YamlText(QByteArray bytes, Node root);

    [[nodiscard]] qsizetype offsetOf(const policy::SourceLocation &where) const;
    [[nodiscard]] qsizetype flowEnd(qsizetype from) const;
    [[nodiscard]] qsizetype quotedEnd(qsizetype from) const;
    [[nodiscard]] qsizetype plainEnd(qsizetype from, QByteArrayView text) const;
    [[nodiscard]] qsizetype blockScalarEnd(qsizetype from, qsizetype indent) const;

    QByteArray m_bytes;
    Node m_root;
    std::vector<qsizetype> m_lines; // where each begins
};

// Blank, or only a comment.
[[nodiscard]] bool isBlankLine(QByteArrayView line);
[[nodiscard]] bool isCommentLine(QByteArrayView line);
[[nodiscard]] qsizetype indentOf(QByteArrayView line);

} // namespace provost::org
