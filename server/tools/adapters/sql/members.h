// Reads the members of one configuration mapping and remembers which were asked for, so that a misspelt member is an
// error and not a default. The first problem wins; finish() tells it.
// Thread: one.
#pragma once

#include "server/base/json.h"

#include <chrono>
#include <set>
#include <vector>

namespace provost::tools::sql {

class Members
{
public:
    // `where` names the mapping in messages: "tools[2]"; empty for the whole.
    Members(const Json &mapping, QByteArray where);

    [[nodiscard]] QByteArray text(const char *name, const QByteArray &fallback = {});
    [[nodiscard]] QByteArray requiredText(const char *name);
    [[nodiscard]] bool flag(const char *name);
    [[nodiscard]] std::int64_t number(const char *name, std::int64_t fallback, std::int64_t least,
                                      std::int64_t most);
    // "500ms", "10s", "2m"; at most an hour.
    [[nodiscard]] std::chrono::milliseconds duration(const char *name,
                                                     std::chrono::milliseconds fallback);
    // A list of texts, or one text.
    [[nodiscard]] std::vector<QByteArray> texts(const char *name);
    // The value as it stands; null if absent.
    [[nodiscard]] const Json &value(const char *name);
    void ignore(std::initializer_list<const char *> names);

    [[nodiscard]] QByteArray path(QByteArrayView member) const;
    void refuse(QByteArrayView member, const QByteArray &what);

    // Errors: InvalidInput with the first problem, unknown members included.
    [[nodiscard]] Result<void> finish();

private:
    const Json &m_mapping;
    QByteArray m_where;
    std::set<QByteArray> m_known;
    QByteArray m_problem;
};

} // namespace provost::tools::sql
