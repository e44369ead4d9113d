// The dictionary of index.db: texts that repeat, by number.
// Thread: that of the index's connection.
#pragma once

#include "server/audit/filter.h"
#include "server/audit/indexschema.h"
#include "server/storage/database.h"

#include <QHash>

#include <array>

namespace provost::audit {

// For the writer: the number of a text, which is given one if it is new.
class WordIds
{
public:
    [[nodiscard]] static Result<WordIds> prepare(storage::Database &index);

    // `none` for an empty text. Errors: Storage.
    [[nodiscard]] Result<std::int64_t> idOf(Field field, QByteArrayView text);

private:
    struct Cache
    {
        QByteArray lastText;
        std::int64_t lastId = none;
        QHash<QByteArray, std::int64_t> ids;
    };
    WordIds(storage::Statement find, storage::Statement insert);
    [[nodiscard]] Result<std::int64_t> lookUp(Field field, const QByteArray &text);

    storage::Statement m_find;
    storage::Statement m_insert; // answers with the new number
    std::array<Cache, std::size_t(Field::Sequence)> m_caches;
};

// For readers: the text of a number.
class Words
{
public:
    explicit Words(storage::Database &index);

    // Empty for `none`. Errors: Storage, Cancelled.
    [[nodiscard]] Result<QByteArray> word(std::int64_t id);

    // The words of `field` that look like `pattern`, by the function that judges records; in order of their numbers.
    [[nodiscard]] Result<std::vector<std::int64_t>> wordsLike(Field field,
                                                              const TextPattern &pattern);

private:
    storage::Database &m_index;
    std::optional<storage::Statement> m_find;
    QHash<std::int64_t, QByteArray> m_words;
};

} // namespace provost::audit
