#include "ui/policies/policyplace.h"

#include <algorithm>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

// A policy's lines are those that are indented at least as far as its first key; empty ones between them count.
int lastLineOf(const QByteArrayList &lines, const policy::SourceLocation &where)
{
    int last = where.line;
    for (int line = where.line + 1; line <= lines.size(); ++line) {
        const QByteArray &content = lines[line - 1];
        const QByteArray trimmed = content.trimmed();
        if (trimmed.isEmpty()) {
            continue;
        }
        const auto indent = content.indexOf(trimmed.front());
        if (indent + 1 < where.column) {
            break;
        }
        last = line;
    }
    return last;
}

template <class Wanted>
std::optional<PolicyPlace> findPolicy(const policy::Org &org, const QByteArray &file,
                                      const QByteArray &text, const Wanted &wanted)
{
    const QByteArrayList lines = text.split('\n');
    for (const policy::Tenant &tenant : org.tenants) {
        for (const policy::Policy &one : tenant.policies) {
            if (one.where.file != file) {
                continue;
            }
            const PolicyPlace place{tenant.id, one, one.where.line, lastLineOf(lines, one.where)};
            if (wanted(place)) {
                return place;
            }
        }
    }
    return std::nullopt;
}

} // namespace

std::optional<PolicyPlace> policyAt(const policy::Org &org, const QByteArray &file,
                                    const QByteArray &text, int line)
{
    return findPolicy(org, file, text, [&](const PolicyPlace &place) {
        return line >= place.lineFrom && line <= place.lineTo;
    });
}

std::optional<PolicyPlace> policyNamed(const policy::Org &org, const QByteArray &file,
                                       const QByteArray &text, const QByteArray &name)
{
    return findPolicy(org, file, text,
                      [&](const PolicyPlace &place) { return place.policy.name.text == name; });
}

std::optional<TenantId> tenantOf(const policy::Org &org, const QByteArray &file)
{
    const auto it =
        std::find_if(org.tenants.begin(), org.tenants.end(),
                     [&](const policy::Tenant &tenant) { return tenant.where.file == file; });
    return it == org.tenants.end() ? std::nullopt : std::optional(it->id);
}

QByteArray freeName(const policy::Org &org, const TenantId &tenant, const QByteArray &wanted)
{
    const auto taken = [&](const QByteArray &name) {
        return std::any_of(org.tenants.begin(), org.tenants.end(), [&](const policy::Tenant &one) {
            return one.id == tenant
                   && std::any_of(
                       one.policies.begin(), one.policies.end(),
                       [&](const policy::Policy &rule) { return rule.name.text == name; });
        });
    };
    QByteArray name = wanted;
    for (int number = 2; taken(name); ++number) {
        name = wanted + '-' + QByteArray::number(number);
    }
    return name;
}

QString rateText(const std::optional<policy::RateLimit> &limit)
{
    if (!limit) {
        return {};
    }
    struct Period
    {
        const char *name;
        std::int64_t seconds;
    };
    static constexpr Period periods[] = {
        {"second", 1}, {"minute", 60}, {"hour", 3600}, {"day", 86'400}};
    for (const Period &period : periods) {
        if (limit->period == std::chrono::seconds(period.seconds)) {
            return u"%1/%2"_s.arg(limit->callsMax).arg(QLatin1StringView(period.name));
        }
    }
    return u"%1/%2 s"_s.arg(limit->callsMax).arg(limit->period.count() / 1'000'000);
}

QString shortName(const QByteArray &file)
{
    QString name = QString::fromUtf8(file.mid(file.lastIndexOf('/') + 1));
    if (file.contains('/') && name.endsWith(u".yaml")) {
        name.chop(5);
    }
    return name;
}

} // namespace provost::ui
