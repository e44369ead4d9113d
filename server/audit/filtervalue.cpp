#include "server/audit/filtervalue.h"

#include <algorithm>
#include <limits>

namespace provost::audit {

namespace {

using Kind = FilterNode::Kind;
using Limits = std::numeric_limits<std::int64_t>;
template <class T>
using Read = tl::expected<T, QString>;

constexpr NumberRange nothing{1, 0};

tl::unexpected<QString> wrong(QString message)
{
    return tl::make_unexpected(std::move(message));
}

QString named(const FieldInfo &info)
{
    return QString::fromUtf8(info.name.data(), qsizetype(info.name.size()));
}

// What is on the asked side of the values `equal`, which for a number is one, for a day all its microseconds.
NumberRange rangeOf(Operator op, NumberRange equal)
{
    switch (op) {
    case Operator::Less:
        return equal.from == Limits::min() ? nothing : NumberRange{Limits::min(), equal.from - 1};
    case Operator::AtMost: return {Limits::min(), equal.until};
    case Operator::Greater:
        return equal.until == Limits::max() ? nothing : NumberRange{equal.until + 1, Limits::max()};
    case Operator::AtLeast: return {equal.from, Limits::max()};
    case Operator::None:
    case Operator::Like:
    case Operator::Equal:
    case Operator::Unequal: return equal;
    }
    return nothing;
}

// A decimal number times 10^digits, exactly.
Read<std::int64_t> scaledNumber(const FieldInfo &info, QByteArrayView text)
{
    const bool isNegative = text.startsWith('-');
    QByteArray digits = text.sliced(isNegative ? 1 : 0).toByteArray();
    const qsizetype point = digits.indexOf('.');
    const qsizetype decimals = point < 0 ? 0 : digits.size() - point - 1;
    if (decimals > info.digits)
        return wrong(QStringLiteral("`%1` is kept with %2 decimal places")
                         .arg(named(info))
                         .arg(info.digits));
    if (point >= 0)
        digits.remove(point, 1);
    digits.append(info.digits - decimals, '0');
    const bool isNumber =
        !text.isEmpty() && text.back() != '.' && !digits.isEmpty() && point != 0
        && std::all_of(digits.begin(), digits.end(), [](char c) { return c >= '0' && c <= '9'; });
    bool fits = false;
    const qint64 value = (isNegative ? "-" + digits : digits).toLongLong(&fits);
    if (!isNumber)
        return wrong(
            QStringLiteral("`%1` asks for a number, such as %2")
                .arg(named(info), info.digits > 0 ? QStringLiteral("0.5") : QStringLiteral("100")));
    if (!fits)
        return wrong(QStringLiteral("the number is too large"));
    return value;
}

// A time span back from now: 30s, 15m, 1h, 7d, 2w.
std::optional<Microseconds> ago(QByteArrayView text)
{
    if (text.size() < 3 || text.front() != '-')
        return std::nullopt;
    std::int64_t seconds = 0;
    switch (text.back()) {
    case 's': seconds = 1; break;
    case 'm': seconds = 60; break;
    case 'h': seconds = 3600; break;
    case 'd': seconds = 86400; break;
    case 'w': seconds = 7LL * 86400; break;
    default: return std::nullopt;
    }
    bool isNumber = false;
    const qint64 count = text.sliced(1, text.size() - 2).toByteArray().toLongLong(&isNumber);
    if (!isNumber || count < 0 || count > 1'000'000)
        return std::nullopt;
    return std::chrono::seconds(count * seconds);
}

// A point, or with fewer digits the whole day, minute or second.
Read<NumberRange> timeRange(QByteArrayView text, WallTime now)
{
    if (const auto span = ago(text)) {
        const std::int64_t point = (now - *span).time_since_epoch().count();
        return NumberRange{point, point};
    }
    struct Form
    {
        qsizetype size;
        const char *completion;
        Microseconds span;
    };
    static constexpr Form forms[] = {{10, "T00:00:00Z", std::chrono::days(1)},
                                     {16, ":00Z", std::chrono::minutes(1)},
                                     {19, "Z", std::chrono::seconds(1)},
                                     {20, "", std::chrono::seconds(1)}};
    const QByteArray given = text.toByteArray();
    for (const auto &[size, completion, span] : forms) {
        if (given.size() != size)
            continue;
        if (const auto time = fromRfc3339(QByteArray(given + completion)))
            return NumberRange{time->time_since_epoch().count(),
                               (*time + span).time_since_epoch().count() - 1};
    }
    if (const auto time = fromRfc3339(given))
        return NumberRange{time->time_since_epoch().count(), time->time_since_epoch().count()};
    return wrong(QStringLiteral("`time` asks for a time in UTC such as 2026-01-15, "
                                "2026-01-15T14:23:45Z, or -1h for an hour ago"));
}

Read<NumberRange> equalRange(const FieldInfo &info, QByteArrayView text, WallTime now)
{
    if (info.kind == FieldKind::Time)
        return timeRange(text, now);
    TRY_LET(const std::int64_t number, scaledNumber(info, text));
    return NumberRange{number, number};
}

Read<FilterNode> numberNode(const FieldInfo &info, Operator op, const Value &value, WallTime now)
{
    FilterNode node;
    node.field = info.field;
    if (op == Operator::Like && value.text == "*") {
        node.kind = Kind::Present;
        return node;
    }
    node.kind = Kind::Number;
    const qsizetype dots = value.text.indexOf("..");
    if (dots >= 0 && (op == Operator::Like || op == Operator::Equal || op == Operator::Unequal)) {
        TRY_LET(const NumberRange from, equalRange(info, value.text.first(dots), now));
        TRY_LET(const NumberRange until, equalRange(info, value.text.sliced(dots + 2), now));
        node.range = {from.from, until.until};
        return node;
    }
    TRY_LET(const NumberRange equal, equalRange(info, value.text, now));
    node.range = rangeOf(op, equal);
    return node;
}

Read<FilterNode> textNode(const FieldInfo &info, Operator op, const Value &value)
{
    if (op != Operator::Like && op != Operator::Equal && op != Operator::Unequal)
        return wrong(QStringLiteral("`%1` holds text: use `:`, `=` or `!=`").arg(named(info)));
    FilterNode node;
    node.kind = Kind::Text;
    node.field = info.field;
    const bool hasWildcard = value.text.contains('*') || value.text.contains('?');
    if (op == Operator::Like && !value.isQuoted && value.text == "*")
        node.pattern = {TextPattern::Kind::NotEmpty, {}};
    else if (op == Operator::Like && !value.isQuoted && hasWildcard)
        node.pattern = {TextPattern::Kind::Glob, escapedForGlob(value.text)};
    else
        node.pattern = {TextPattern::Kind::Equals, value.text};
    return node;
}

} // namespace

Read<FilterNode> nodeOf(const FieldInfo &info, Operator op, const Value &value, WallTime now)
{
    return info.kind == FieldKind::Number || info.kind == FieldKind::Time
               ? numberNode(info, op, value, now)
               : textNode(info, op, value);
}

QByteArray escapedForLike(QByteArrayView text)
{
    QByteArray pattern("%");
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\')
            pattern.append('\\');
        pattern.append(c);
    }
    return pattern.append('%');
}

QByteArray unescapedFromLike(const QByteArray &pattern)
{
    QByteArray text;
    for (qsizetype i = 1; i + 1 < pattern.size(); ++i) {
        if (pattern.at(i) == '\\')
            ++i;
        text.append(pattern.at(i));
    }
    return text;
}

QByteArray escapedForGlob(QByteArrayView text)
{
    QByteArray pattern;
    for (const char c : text) {
        if (c == '[')
            pattern.append("[[]");
        else
            pattern.append(c);
    }
    return pattern;
}

QByteArray unescapedFromGlob(const QByteArray &pattern)
{
    return QByteArray(pattern).replace("[[]", "[");
}

QByteArray decimalText(std::int64_t value, int digits)
{
    QByteArray text = QByteArray::number(qint64(value));
    if (digits == 0)
        return text;
    const qsizetype sign = value < 0 ? 1 : 0;
    while (text.size() - sign <= digits)
        text.insert(sign, '0');
    text.insert(text.size() - digits, '.');
    while (text.endsWith('0'))
        text.chop(1);
    if (text.endsWith('.'))
        text.chop(1);
    return text;
}

} // namespace provost::audit
