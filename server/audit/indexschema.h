// The tables of index.db: how the fields of a record are kept in columns. Texts that repeat are words in a dictionary,
// so a row is a few dozen small integers.
// Thread: pure.
#pragma once

#include "server/audit/fields.h"

namespace provost::audit {

enum class ColumnKind {
    Key,    // the sequence: the row's key
    Inline, // a text that seldom repeats
    Word,   // the id of a word, or NULL for an empty text
    Number, // or NULL
};

[[nodiscard]] ColumnKind columnKindOf(Field field);

// Its name in table `entry`.
[[nodiscard]] QByteArray columnOf(Field field);

// Raised with every change of tables or folding: an index of another version is built anew.
constexpr int indexVersion = 1;
[[nodiscard]] QByteArray createIndexSql();

} // namespace provost::audit
