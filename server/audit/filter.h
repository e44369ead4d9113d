// Filter: one question to the audit log, in the language of console and command line; README.md describes it.
//
//     tool:db.* decision:deny cost>0.5 user:"alice@acme.com" -status:success "free text"
//
// INVARIANT: matches() and filtercolumns.h give the same answer for the same record, and
// parse(canonical()) gives an equal filter.
// Thread: a value; pure.
#pragma once

#include "server/audit/fields.h"

#include <optional>
#include <vector>

namespace provost::audit {

// What a text must look like.
struct TextPattern
{
    enum class Kind {
        Equals,   // exactly
        Glob,     // SQLite's GLOB: * and ?, a bracketed character stands for itself
        Contains, // anywhere, ASCII letters in either case; SQLite's LIKE, escaped by a backslash
        NotEmpty,
    };

    Kind kind = Kind::Equals;
    QByteArray text;

    [[nodiscard]] bool matches(const QByteArray &value) const;
    // Of a field with several values; none counts as one empty value.
    [[nodiscard]] bool matchesAny(const std::vector<QByteArray> &values) const;
    bool operator==(const TextPattern &) const = default;
};

// Both ends inclusive; no number lies in an empty one.
struct NumberRange
{
    std::int64_t from = 0;
    std::int64_t until = 0;

    [[nodiscard]] bool contains(std::int64_t value) const
    {
        return from <= value && value <= until;
    }
    bool operator==(const NumberRange &) const = default;
};

struct FilterNode
{
    enum class Kind {
        All,      // everything; the empty filter
        And,      // children
        Or,       // children
        Not,      // one child
        Text,     // `field` matches `pattern`
        Number,   // `field` is in `range`; a time is a number of microseconds
        Present,  // the number `field` is there
        FreeText, // `pattern` is found in any text
    };

    Kind kind = Kind::All;
    std::vector<FilterNode> children;
    Field field = Field::Tool;
    TextPattern pattern;
    NumberRange range;

    bool operator==(const FilterNode &) const = default;
};

struct FilterError
{
    int position = 0; // in bytes
    QString message;  // with a hint where there is one
};

class Filter
{
public:
    Filter() = default; // matches everything

    // `now` is what relative times (`time:>-1h`) are relative to.
    [[nodiscard]] static tl::expected<Filter, FilterError> parse(QByteArrayView text, WallTime now);
    // The same for callers who know only Error. Errors: InvalidInput with the position in words.
    [[nodiscard]] static Result<Filter> fromText(QByteArrayView text, WallTime now);

    // `record` as folded() gives it: `sequence` is that of its first line.
    [[nodiscard]] bool matches(const Record &record, std::int64_t sequence) const;

    // The same question in one way of writing, times absolute.
    [[nodiscard]] QByteArray canonical() const;

    [[nodiscard]] bool matchesAll() const { return m_root.kind == FilterNode::Kind::All; }
    [[nodiscard]] const FilterNode &root() const { return m_root; }

    bool operator==(const Filter &) const = default;

private:
    explicit Filter(FilterNode root);
    FilterNode m_root;
};

// What may stand at `cursor`, with the part of the text that it replaces.
struct FilterCandidate
{
    QByteArray text;
    QByteArray hint;
    bool operator==(const FilterCandidate &) const = default;
};
struct FilterCompletion
{
    int from = 0; // in bytes; the candidate replaces the text from here to the cursor
    std::vector<FilterCandidate> candidates;
    // Where a value of this field is expected that only the log knows: ask AuditIndex for words with this prefix.
    std::optional<Field> valuesOf;
    QByteArray prefix;
};
[[nodiscard]] FilterCompletion completeFilter(QByteArrayView text, int cursor);

// `value` as it is written after `field:`, in quotes where it needs them.
[[nodiscard]] QByteArray quotedValue(const QByteArray &value);

} // namespace provost::audit
