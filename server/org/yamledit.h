// Edits of a YAML text that keep everything else byte for byte: comments, order, quotes, indentation, line ends.
// Every function returns the new text; parse it again for the next edit.
// What would take a comment away that does not belong to the removed part is refused instead (InvalidInput).
// Thread: pure functions.
#pragma once

#include "server/org/yamlscalar.h"
#include "server/org/yamltext.h"

#include <span>

namespace provost::org {

// A value as the forms know them: one text or a list of texts.
struct YamlValue
{
    QByteArray text;
    std::vector<QByteArray> list;
    bool isList = false;
    Quotes quotes = Quotes::AsNeeded;
};

// Sets or adds a member of a map. A new one is written behind the members that `order` names before it.
[[nodiscard]] Result<QByteArray> setMember(const YamlText &yaml, const YamlText::Node &map,
                                           QByteArrayView key, const YamlValue &value,
                                           std::span<const char *const> order);
// Adds a member whose value is already YAML of one line. REQUIRES: the map has no such member.
[[nodiscard]] QByteArray addMember(const YamlText &yaml, const YamlText::Node &map,
                                   QByteArrayView key, const QByteArray &valueText,
                                   std::span<const char *const> order);
// REQUIRES: the map has this member.
[[nodiscard]] QByteArray removeMember(const YamlText &yaml, const YamlText::Node &map,
                                      QByteArrayView key);

// A map with one member, in the style of the map that it will stand in.
[[nodiscard]] QByteArray flowMap(const YamlText &yaml, const YamlText::Node &parent,
                                 QByteArrayView key, const YamlValue &value);

// Appends a map with these members (texts) to the list that is the value of `key`, which is made if it is not there.
struct YamlItem
{
    std::vector<std::pair<QByteArray, YamlValue>> members;
};
[[nodiscard]] Result<QByteArray> appendItem(const YamlText &yaml, const YamlText::Node &map,
                                            QByteArrayView key, const YamlItem &item,
                                            std::span<const char *const> order);
// Removes an item together with the comment lines directly above it.
[[nodiscard]] Result<QByteArray> removeItem(const YamlText &yaml, const YamlText::Member &list,
                                            std::size_t index);

} // namespace provost::org
