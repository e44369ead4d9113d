#include "server/tools/adapters/sql/members.h"

#include <algorithm>

namespace provost::tools::sql {

namespace {

std::optional<std::chrono::milliseconds> parseDuration(const QByteArray &text)
{
    using std::chrono::milliseconds;
    static constexpr std::pair<const char *, milliseconds> units[]{
        {"ms", milliseconds(1)}, {"s", milliseconds(1000)}, {"m", milliseconds(60'000)}};
    for (const auto &[unit, length] : units) {
        const QByteArray digits = text.chopped(std::min(QByteArrayView(unit).size(), text.size()));
        bool isNumber = false;
        const int count = digits.toInt(&isNumber);
        if (text.endsWith(unit) && isNumber && count > 0 && count * length <= std::chrono::hours(1))
            return count * length;
    }
    return std::nullopt;
}

} // namespace

Members::Members(const Json &mapping, QByteArray where)
    : m_mapping(mapping)
    , m_where(std::move(where))
{
    if (!mapping.isObject())
        m_problem =
            '`' + (m_where.isEmpty() ? QByteArray("server") : m_where) + "` must be a mapping";
}

const Json &Members::value(const char *name)
{
    m_known.insert(name);
    return m_mapping[name];
}

QByteArray Members::text(const char *name, const QByteArray &fallback)
{
    const Json &found = value(name);
    if (found.isNull())
        return fallback;
    if (!found.isString())
        refuse(name, "must be a text");
    return found.toByteArray();
}

QByteArray Members::requiredText(const char *name)
{
    QByteArray found = text(name);
    if (found.isEmpty())
        refuse(name, "is needed");
    return found;
}

bool Members::flag(const char *name)
{
    const Json &found = value(name);
    if (!found.isNull() && !found.isBool())
        refuse(name, "must be true or false");
    return found.toBool();
}

std::int64_t Members::number(const char *name, std::int64_t fallback, std::int64_t least,
                             std::int64_t most)
{
    const Json &found = value(name);
    if (found.isNull())
        return fallback;
    const auto number = found.toInteger();
    if (!number || *number < least || *number > most) {
        refuse(name, "must be a whole number from " + QByteArray::number(least) + " to "
                         + QByteArray::number(most));
        return fallback;
    }
    return *number;
}

std::chrono::milliseconds Members::duration(const char *name, std::chrono::milliseconds fallback)
{
    const Json &found = value(name);
    if (found.isNull())
        return fallback;
    const auto duration = parseDuration(found.toByteArray());
    if (!duration)
        refuse(name, "must be a time such as 500ms, 10s or 2m, one hour at most");
    return duration.value_or(fallback);
}

std::vector<QByteArray> Members::texts(const char *name)
{
    const Json &found = value(name);
    std::vector<QByteArray> all;
    if (found.isNull())
        return all;
    if (found.isString())
        return {found.toByteArray()};
    for (const Json &item : found.items()) {
        if (!item.isString())
            refuse(name, "must be a list of texts");
        all.push_back(item.toByteArray());
    }
    if (!found.isArray())
        refuse(name, "must be a list of texts");
    return all;
}

void Members::ignore(std::initializer_list<const char *> names)
{
    m_known.insert(names.begin(), names.end());
}

QByteArray Members::path(QByteArrayView member) const
{
    return (m_where.isEmpty() ? QByteArray() : m_where + '.') + member;
}

void Members::refuse(QByteArrayView member, const QByteArray &what)
{
    if (m_problem.isEmpty())
        m_problem = '`' + path(member) + "` " + what;
}

Result<void> Members::finish()
{
    const auto &members = m_mapping.members();
    const auto unknown = std::find_if(members.begin(), members.end(), [this](const auto &member) {
        return !m_known.contains(member.key);
    });
    // Beside another problem too: what is missing may be there, misspelt.
    if (unknown != members.end())
        m_problem.append(m_problem.isEmpty() ? "`" : "; `")
            .append(path(unknown->key))
            .append("` is not known here");
    if (!m_problem.isEmpty())
        return fail(ErrorCode::InvalidInput, QString::fromUtf8(m_problem));
    return {};
}

} // namespace provost::tools::sql
