// FilterColumns: a filter that judges the rows of a block together, column by column. Words are judged once, in the
// dictionary; then rows are compared by number. Where postings know of the words, most blocks are not even looked at.
// INVARIANT: selects exactly the rows whose records Filter::matches() takes.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/block.h"
#include "server/audit/words.h"

namespace provost::audit {

// For each row of a block 1 if it is selected, else 0.
using Selection = std::vector<std::uint8_t>;

[[nodiscard]] bool isEmpty(const Selection &selection);

class FilterColumns
{
public:
    // Errors: Storage, Cancelled.
    [[nodiscard]] static Result<FilterColumns> prepare(const Filter &filter,
                                                       storage::Database &index, Words &words);

    // False if no row of the block can match.
    [[nodiscard]] bool mayMatch(const BlockInfo &block) const;

    // Takes the rows that do not match out of `selection`. Errors: Storage, Cancelled.
    [[nodiscard]] Result<void> narrow(Block &block, Selection &selection) const;

private:
    struct Node
    {
        enum class Kind {
            All,
            Any,    // of the children; none: never
            Every,  // of the children
            Not,    // the one child
            Word,   // the column's word is one of `words`, or missing where `takesNone`
            Number, // the column's number is in `range`
            Text,   // the column's text looks like `pattern`
        };

        Kind kind = Kind::All;
        std::vector<Node> children;
        Column column{};
        std::vector<std::int64_t> words; // sorted
        bool takesNone = false;
        NumberRange range;
        TextPattern pattern;

        // Cheap ones go first.
        [[nodiscard]] int cost() const;
    };
    using Stretches = std::vector<std::int64_t>; // sorted

    [[nodiscard]] static Result<Node> build(const FilterNode &node, Words &words);
    [[nodiscard]] static Result<Node>
    buildAll(Node::Kind kind, const std::vector<FilterNode> &children, Words &words);
    [[nodiscard]] static Result<Node> buildText(Column column, const TextPattern &pattern,
                                                Words &words);
    [[nodiscard]] static Result<Node> buildFreeText(const TextPattern &pattern, Words &words);
    // Where matching rows can be; nothing if postings do not tell.
    [[nodiscard]] static Result<std::optional<Stretches>> stretchesOf(const Node &node,
                                                                      storage::Database &index);
    [[nodiscard]] static Result<void> narrow(const Node &node, Block &block, Selection &selection);
    [[nodiscard]] static Result<void> narrowAny(const Node &node, Block &block,
                                                Selection &selection);

    Node m_root;
    std::optional<Stretches> m_stretches;
};

} // namespace provost::audit
