#include "server/audit/words.h"

#include <algorithm>
#include <cstring>

namespace provost::audit {

namespace {

using storage::Statement;

constexpr int wordsCachedMax = 20'000; // of each field

// Most texts are those of the row before.
bool isSame(const QByteArray &last, QByteArrayView text)
{
    return last.size() == text.size()
           && std::memcmp(last.constData(), text.data(), std::size_t(text.size())) == 0;
}

bool matchesSet(Field field, const TextPattern &pattern, const QByteArray &word)
{
    Record record;
    infoOf(field).setText(record, word);
    return pattern.matchesAny(record.roles);
}

} // namespace

WordIds::WordIds(Statement find, Statement insert)
    : m_find(std::move(find))
    , m_insert(std::move(insert))
{
}

Result<WordIds> WordIds::prepare(storage::Database &index)
{
    TRY_LET(Statement find, index.prepare("SELECT id FROM word WHERE field = ? AND text = ?"));
    TRY_LET(Statement insert,
            index.prepare("INSERT INTO word (field, text) VALUES (?, ?) RETURNING id"));
    return WordIds(std::move(find), std::move(insert));
}

Result<std::int64_t> WordIds::idOf(Field field, QByteArrayView text)
{
    if (text.isEmpty())
        return none;
    Cache &cache = m_caches.at(std::size_t(field));
    if (isSame(cache.lastText, text))
        return cache.lastId;
    const auto known = cache.ids.constFind(QByteArray::fromRawData(text.data(), text.size()));
    if (known != cache.ids.constEnd()) {
        cache.lastText = known.key();
        cache.lastId = *known;
        return *known;
    }
    const QByteArray own = text.toByteArray();
    TRY_LET(const std::int64_t id, lookUp(field, own));
    if (cache.ids.size() >= wordsCachedMax)
        cache.ids.clear();
    cache.ids.insert(own, id);
    cache.lastText = own;
    cache.lastId = id;
    return id;
}

Result<std::int64_t> WordIds::lookUp(Field field, const QByteArray &text)
{
    const auto idIn = [](const Statement &row) { return row.get<std::int64_t>(0); };
    m_find.bind(int(field), text);
    TRY_LET(const auto found, m_find.first(idIn));
    if (found)
        return *found;
    m_insert.bind(int(field), text);
    TRY_LET(const auto made, m_insert.all(idIn));
    return made.empty() ? none : made.front();
}

Words::Words(storage::Database &index)
    : m_index(index)
{
}

Result<QByteArray> Words::word(std::int64_t id)
{
    if (id == none)
        return QByteArray();
    if (const auto known = m_words.constFind(id); known != m_words.constEnd())
        return *known;
    if (!m_find) {
        TRY_LET(m_find, m_index.prepare("SELECT text FROM word WHERE id = ?"));
    }
    m_find->bind(id);
    TRY_LET(const auto text,
            m_find->first([](const Statement &found) { return found.get<QByteArray>(0); }));
    return *m_words.insert(id, text.value_or(QByteArray()));
}

Result<std::vector<std::int64_t>> Words::wordsLike(Field field, const TextPattern &pattern)
{
    const bool isSet = infoOf(field).kind == FieldKind::Texts;
    const bool isExact = pattern.kind == TextPattern::Kind::Equals && !isSet;
    TRY_LET(Statement words,
            m_index.prepare(isExact ? "SELECT id, text FROM word WHERE field = ? AND text = ?"
                                    : "SELECT id, text FROM word WHERE field = ?"));
    words.rewind(isExact ? 2 : 1);
    words.bindAt(1, int(field));
    if (isExact)
        words.bindAt(2, pattern.text);
    std::vector<std::int64_t> ids;
    for (;;) {
        TRY_LET(const bool isRow, words.step());
        if (!isRow)
            break;
        const auto word = words.get<QByteArray>(1);
        if (isSet ? matchesSet(field, pattern, word) : pattern.matches(word))
            ids.push_back(words.get<std::int64_t>(0));
    }
    std::sort(ids.begin(), ids.end());
    return ids;
}

} // namespace provost::audit
