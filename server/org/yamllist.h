// Changing the items of a list of texts: kept items keep their bytes and comments.
// Thread: pure functions.
#pragma once

#include "server/org/yamledit.h"

namespace provost::org {

// The text with the list holding `items`. REQUIRES: `member` is a member whose value is a sequence of scalars.
[[nodiscard]] Result<QByteArray> setItems(const YamlText &yaml, const YamlText::Member &member,
                                          const std::vector<QByteArray> &items, Quotes quotes);

// "[a, b]"
[[nodiscard]] QByteArray flowList(const std::vector<QByteArray> &items, Quotes quotes);

// The text with the member's value written as `text` behind its key. Own-line comments between key and value stay.
[[nodiscard]] QByteArray replaceValue(const YamlText &yaml, const YamlText::Member &member,
                                      const QByteArray &text);

} // namespace provost::org
