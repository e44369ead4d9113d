// What may be typed next in a filter.
#include "server/audit/filter.h"

#include <algorithm>

namespace provost::audit {

namespace {

QByteArray toBytes(std::string_view text)
{
    return {text.data(), qsizetype(text.size())};
}

// Where the term that the cursor is in begins: behind the last space or parenthesis that is not in quotes.
qsizetype termStart(QByteArrayView text)
{
    qsizetype start = 0;
    bool isQuoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (isQuoted && c == '\\') {
            ++i;
        } else if (c == '"') {
            isQuoted = !isQuoted;
        } else if (!isQuoted && (c == ' ' || c == '\t' || c == '\n' || c == '(' || c == ')')) {
            start = i + 1;
        }
    }
    if (!isQuoted && start < text.size() && text[start] == '-')
        ++start;
    return start;
}

void addFields(FilterCompletion &completion, const QByteArray &typed)
{
    for (const FieldInfo &info : allFields()) {
        const QByteArray name = toBytes(info.name);
        if (!name.startsWith(typed)
            && !(typed.size() > 1 && toBytes(info.jsonName).startsWith(typed)))
            continue;
        completion.candidates.push_back({name + (info.isText() ? ":" : ">"), toBytes(info.hint)});
    }
    for (const char *word : {"OR", "NOT"}) {
        if (!typed.isEmpty() && QByteArray(word).startsWith(typed.toUpper()))
            completion.candidates.push_back({word, "combines terms"});
    }
}

} // namespace

FilterCompletion completeFilter(QByteArrayView text, int cursor)
{
    const QByteArrayView before = text.first(std::clamp<qsizetype>(cursor, 0, text.size()));
    FilterCompletion completion;
    const qsizetype start = termStart(before);
    const QByteArray term = before.sliced(start).toByteArray();
    const auto operatorAt = std::find_if(
        term.begin(), term.end(), [](char c) { return QByteArrayView(":=<>!").contains(c); });
    if (operatorAt == term.end()) {
        completion.from = int(start);
        addFields(completion, term.toLower());
        return completion;
    }
    const qsizetype nameSize = operatorAt - term.begin();
    const FieldInfo *info = fieldNamed(term.first(nameSize));
    if (info == nullptr)
        return completion;
    qsizetype valueAt = nameSize;
    while (valueAt < term.size() && QByteArrayView(":=<>!").contains(term.at(valueAt)))
        ++valueAt;
    completion.from = int(start + valueAt);
    completion.prefix = term.sliced(valueAt);
    if (completion.prefix.startsWith('"'))
        completion.prefix.remove(0, 1);
    if (info->kind == FieldKind::Time) {
        for (const auto &[value, hint] :
             {std::pair{"-15m", "the last 15 minutes"}, std::pair{"-1h", "the last hour"},
              std::pair{"-24h", "the last day"}, std::pair{"-7d", "the last week"}})
            completion.candidates.push_back({value, hint});
        return completion;
    }
    for (const std::string_view value : info->values) {
        if (toBytes(value).startsWith(completion.prefix))
            completion.candidates.push_back({toBytes(value), toBytes(info->hint)});
    }
    if (info->values.empty() && info->isText())
        completion.valuesOf = info->field;
    return completion;
}

} // namespace provost::audit
