// The text of one YAML file as a tree whose every node knows its place. Reads the part of YAML that means the same to
// every reader and refuses the rest (anchors, aliases, merge keys, tags, a second document, duplicate keys), because
// a policy that two readers understand differently is a hole.
// INVARIANT: a map has no two equal keys and only text keys; there is at most one error, after which the tree is empty.
// Thread: pure functions and values.
#pragma once

#include "server/policy/model.h"

#include <optional>
#include <vector>

namespace provost::policy {

struct YamlLimits
{
    qsizetype bytesMax = 8 << 20;
    int depthMax = 32;
    int nodesMax = 1'000'000;
    int keysPerMapMax = 4096;
};

struct YamlMember;

struct YamlNode
{
    enum class Kind { Null, Scalar, Sequence, Map };

    Kind kind = Kind::Null;
    bool plain = false;             // a scalar without quotes that is no block
    bool followedByComment = false; // a plain scalar with ` #` behind it
    QByteArray text;                // of a scalar
    SourceLocation where;
    SourceLocation textWhere; // of the scalar's first character, behind the quote
    bool verbatim = false;    // `text` stands at textWhere exactly so: offsets into it can be added
    std::vector<YamlNode> items;     // of a sequence
    std::vector<YamlMember> members; // of a map, in the order of the file

    [[nodiscard]] bool isNull() const { return kind == Kind::Null; }
    [[nodiscard]] bool isScalar() const { return kind == Kind::Scalar; }
    [[nodiscard]] bool isSequence() const { return kind == Kind::Sequence; }
    [[nodiscard]] bool isMap() const { return kind == Kind::Map; }
    [[nodiscard]] const YamlNode *find(QByteArrayView key) const;
};

struct YamlMember
{
    YamlNode key;
    YamlNode value;
};

struct YamlTree
{
    YamlNode root;
    std::optional<Diagnostic> error;
};

// `file` goes into the locations. Columns count characters (code points), not bytes.
[[nodiscard]] YamlTree parseYaml(const QByteArray &file, QByteArrayView bytes,
                                 const YamlLimits &limits = {});

} // namespace provost::policy
