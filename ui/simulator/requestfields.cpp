#include "ui/simulator/requestfields.h"

#include <algorithm>

namespace provost::ui {

namespace {

const Json &at(const Json &request, const FieldPath &path)
{
    return path.member.isEmpty() ? request[path.parent] : request[path.parent][path.member];
}

bool isField(const QByteArray &parent, const QByteArray &member)
{
    return member == "id" || (parent == "user" ? member == "roles" : member == "within");
}

} // namespace

QString textAt(const Json &request, const FieldPath &path)
{
    return at(request, path).toText();
}

QStringList listAt(const Json &request, const FieldPath &path)
{
    QStringList names;
    for (const Json &item : at(request, path).items()) {
        names.append(item.toText());
    }
    return names;
}

void setAt(Json &request, const FieldPath &path, const Json &value)
{
    if (!request.isObject()) {
        request = Json::object();
    }
    if (path.member.isEmpty()) {
        if (value.isNull()) {
            request.remove(path.parent);
        } else {
            request.set(path.parent, value);
        }
        return;
    }
    Json parent = request[path.parent];
    if (value.isNull()) {
        parent.remove(path.member);
    } else {
        parent.set(path.member, value);
    }
    setAt(request, {path.parent, {}}, parent.members().empty() ? Json() : parent);
}

Json listOf(const QStringList &names)
{
    if (names.isEmpty()) {
        return {};
    }
    Json list = Json::array();
    for (const QString &name : names) {
        list.append(name);
    }
    return list;
}

std::vector<Attribute> attributesAt(const Json &request, const QByteArray &parent)
{
    std::vector<Attribute> attributes;
    for (const Json::Member &member : request[parent].members()) {
        if (!isField(parent, member.key)) {
            attributes.push_back({QString::fromUtf8(member.key), typedText(member.value)});
        }
    }
    return attributes;
}

void setAttributes(Json &request, const QByteArray &parent,
                   const std::vector<Attribute> &attributes)
{
    Json fields = Json::object();
    for (const Json::Member &member : request[parent].members()) {
        if (isField(parent, member.key)) {
            fields.set(member.key, member.value);
        }
    }
    for (const Attribute &attribute : attributes) {
        const QByteArray name = attribute.name.trimmed().toUtf8();
        if (!name.isEmpty() && !isField(parent, name)) {
            fields.set(name, valueOf(attribute.value));
        }
    }
    setAt(request, {parent, {}}, fields.members().empty() ? Json() : fields);
}

Json valueOf(const QString &typed)
{
    const Result<Json> json = Json::parse(typed.trimmed().toUtf8());
    return json ? *json : Json(typed);
}

QString typedText(const Json &value)
{
    if (value.isString() && valueOf(value.toText()) == value) {
        return value.toText();
    }
    return QString::fromUtf8(value.toBytes());
}

} // namespace provost::ui
