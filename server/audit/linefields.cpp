#include "server/audit/linefields.h"

#include <algorithm>
#include <charconv>
#include <limits>

namespace provost::audit {

namespace {

constexpr std::size_t digitsMax = 18;          // of an integer that certainly fits
constexpr qsizetype rememberedBytesMax = 1024; // of a member

// What has to be scaled if the exact number does not stand there, too.
struct ForReading
{
    bool duration = false;
    bool cost = false;
};

std::string_view viewOf(QByteArrayView bytes)
{
    return {bytes.data(), std::size_t(bytes.size())};
}

// Looks where the member should be first, then everywhere.
const FieldInfo *fieldOf(std::string_view name, std::size_t expected)
{
    static const auto names = [] {
        std::vector<std::string_view> all;
        for (const FieldInfo &info : allFields())
            all.push_back(memberOf(info.field));
        return all;
    }();
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::size_t at =
            expected + i < names.size() ? expected + i : expected + i - names.size();
        if (names[at] == name)
            return &allFields()[at];
    }
    return nullptr;
}

// Plain whole numbers only.
std::optional<std::int64_t> wholeNumber(std::string_view text)
{
    const std::string_view digits = text.starts_with('-') ? text.substr(1) : text;
    std::int64_t value = 0;
    const char *const end = text.data() + text.size();
    const bool isPlain = !digits.empty() && digits.size() <= digitsMax
                         && (text == "0" || digits.front() != '0')
                         && std::from_chars(text.data(), end, value).ptr == end;
    return isPlain ? std::optional(value) : std::nullopt;
}

// ["one","two"] as we write it: without blanks and escapes.
bool isPlainList(std::string_view text)
{
    if (text.size() < 2 || text.front() != '[' || text.back() != ']')
        return false;
    text = text.substr(1, text.size() - 2);
    while (!text.empty()) {
        const std::size_t end = text.find('"', 1);
        if (text.front() != '"' || end == std::string_view::npos
            || text.substr(0, end).find('\\') != std::string_view::npos)
            return false;
        text.remove_prefix(end + 1);
        if (!text.empty() && (text.front() != ',' || text.size() == 1))
            return false;
        text.remove_prefix(text.empty() ? 0 : 1);
    }
    return true;
}

bool takeText(Field field, const LineScanner::Member &member, QByteArrayView &text)
{
    const std::string_view value = viewOf(member.value);
    if (field == Field::Role) {
        text = value == "[]" ? QByteArrayView() : member.value;
        return isPlainList(value);
    }
    if (field == Field::ToolError) {
        text = member.value;
        return value == "true" || value == "false";
    }
    if (!member.isPlainString)
        return false;
    text = member.value.sliced(1).chopped(1);
    return field != Field::Phase || text == "intent" || text == "outcome" || text == "event";
}

bool takeNumber(Field field, const LineScanner::Member &member, std::int64_t &number)
{
    if (field == Field::Time) {
        if (!member.isPlainString)
            return false;
        const auto time = fromRfc3339(member.value.sliced(1).chopped(1));
        number = time ? time->time_since_epoch().count() : none;
        return time.has_value();
    }
    const auto value = wholeNumber(viewOf(member.value));
    const bool isCode = field == Field::Line || field == Field::Http || field == Field::Rpc;
    number = value.value_or(none);
    if (isCode && number == 0)
        number = none; // as the record has it
    using Limits = std::numeric_limits<int>;
    return value && (!isCode || (*value >= Limits::min() && *value <= Limits::max()));
}

// What a record has that says nothing of it.
LineFields emptyFields()
{
    LineFields fields;
    fields.numbers.fill(none);
    fields.numbers[std::size_t(Field::Time)] = 0;
    fields.numbers[std::size_t(Field::Milliseconds)] = 0;
    fields.numbers[std::size_t(Field::Cost)] = 0;
    fields.texts[std::size_t(Field::Phase)] = "event";
    fields.texts[std::size_t(Field::ToolError)] = "false";
    return fields;
}

} // namespace

const LineFields &LineFieldReader::read(QByteArrayView line)
{
    if (readPlainLine(line))
        return m_fields;
    if (const auto record = recordFromLine(line)) {
        readRecord(*record, line);
    } else {
        Record unreadable;
        unreadable.action = "unreadable";
        unreadable.reason = record.error().message.toUtf8();
        readRecord(unreadable, line);
    }
    return m_fields;
}

// False where only a parser knows.
bool LineFieldReader::readPlainLine(QByteArrayView line)
{
    // Without a way out of the loop the compiler looks at many bytes at a time.
    unsigned char least = 0xff;
    for (const char c : line)
        least = std::min(least, static_cast<unsigned char>(c));
    if (least < 0x20 || !line.isValidUtf8())
        return false;
    static const LineFields empty = emptyFields();
    m_fields = empty;
    ForReading needed;
    LineScanner scanner(line);
    Seen *last = &m_seen.back();
    for (;;) {
        const std::size_t expected = last->next;
        if (Seen &seen = m_seen[expected]; scanner.skip(seen.member)) {
            m_fields.texts[expected] = seen.word;
            last = &seen;
            continue;
        }
        const auto member = scanner.next();
        if (!member)
            break;
        const std::string_view name = viewOf(member->name);
        if (name == "arguments") {
            m_fields.arguments = cutArguments(member->value);
            continue;
        }
        if (name == "duration_ms" || name == "cost_usd") {
            (name == "cost_usd" ? needed.cost : needed.duration) = member->value != "0";
            continue;
        }
        const FieldInfo *info = fieldOf(name, expected);
        if (info == nullptr || info->field == Field::Sequence)
            continue;
        const auto at = std::size_t(info->field);
        if (info->isText() ? !takeText(info->field, *member, m_fields.texts[at])
                           : !takeNumber(info->field, *member, m_fields.numbers[at]))
            return false;
        needed.duration = needed.duration && info->field != Field::Milliseconds;
        needed.cost = needed.cost && info->field != Field::Cost;
        last->next = at;
        last = &m_seen[at];
        if (columnKindOf(columnOf(info->field)) == ColumnKind::Word)
            remember(*last, *member, m_fields.texts[at]);
    }
    return scanner.isAtEnd() && !needed.duration && !needed.cost;
}

void LineFieldReader::remember(Seen &seen, const LineScanner::Member &member, QByteArrayView word)
{
    const QByteArrayView written(member.name.begin() - 1, member.value.end());
    seen.member.truncate(0); // keeps its memory
    if (written.size() > rememberedBytesMax)
        return;
    seen.member.append(written);
    seen.word = word.isEmpty()
                    ? QByteArrayView()
                    : QByteArrayView(seen.member).sliced(word.data() - written.data(), word.size());
}

void LineFieldReader::readRecord(const Record &record, QByteArrayView line)
{
    m_fields = emptyFields();
    m_texts.clear();
    m_texts.reserve(m_fields.texts.size()); // the fields look at them
    for (const FieldInfo &info : allFields().first(m_fields.texts.size())) {
        const auto at = std::size_t(info.field);
        if (info.isText())
            m_fields.texts[at] = m_texts.emplace_back(info.text(record));
        else
            m_fields.numbers[at] = info.number(record).value_or(none);
    }
    m_fields.arguments = searchedArguments(line);
}

} // namespace provost::audit
