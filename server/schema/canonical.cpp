#include "server/schema/canonical.h"

#include "server/schema/decimal.h"

#include <algorithm>

namespace provost::schema {

namespace {

void append(const Json &value, QByteArray &out)
{
    if (value.isNumber()) {
        out += Decimal(value.numberText()).toText();
    } else if (value.isArray()) {
        out += '[';
        for (const Json &item : value.items()) {
            append(item, out);
            out += ',';
        }
        out += ']';
    } else if (value.isObject()) {
        std::vector<const Json::Member *> members;
        for (const Json::Member &member : value.members())
            members.push_back(&member);
        std::sort(members.begin(), members.end(),
                  [](const auto *a, const auto *b) { return a->key < b->key; });
        out += '{';
        for (const Json::Member *member : members) {
            appendJsonString(out, member->key);
            out += ':';
            append(member->value, out);
            out += ',';
        }
        out += '}';
    } else {
        value.appendTo(out);
    }
}

} // namespace

QByteArray canonicalText(const Json &value)
{
    QByteArray out;
    append(value, out);
    return out;
}

} // namespace provost::schema
