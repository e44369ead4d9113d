// A request of `provost decide` as fields: members are set and taken away such that what the form does not know stays.
// A member that is taken away is absent, which is not the same as empty.
// Thread: any; pure.
#pragma once

#include "server/base/json.h"

#include <QStringList>

#include <vector>

namespace provost::ui {

struct Attribute
{
    QString name;
    QString value; // as typed, see valueOf()
    bool operator==(const Attribute &) const = default;
};

// "user", "id" -> request.user.id; an empty member: request.user.
struct FieldPath
{
    QByteArray parent;
    QByteArray member;
};

[[nodiscard]] QString textAt(const Json &request, const FieldPath &path);
[[nodiscard]] QStringList listAt(const Json &request, const FieldPath &path);
// Null takes the member away; a parent that is left without members goes too.
void setAt(Json &request, const FieldPath &path, const Json &value);
[[nodiscard]] Json listOf(const QStringList &names); // null if empty

// The members of `parent` that are no named field: id, roles, within.
[[nodiscard]] std::vector<Attribute> attributesAt(const Json &request, const QByteArray &parent);
void setAttributes(Json &request, const QByteArray &parent,
                   const std::vector<Attribute> &attributes);

// A typed value: JSON where it is JSON (12, true, ["a"], "12"), else the text itself.
[[nodiscard]] Json valueOf(const QString &typed);
// The shortest text that valueOf() turns into the value.
[[nodiscard]] QString typedText(const Json &value);

} // namespace provost::ui
