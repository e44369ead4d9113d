// Rows on standard output, for people or for programs.
// Thread: any.
#pragma once

#include "server/base/json.h"

#include <vector>

namespace provost::app {

// `json`: each row as one line of JSON. Otherwise columns with the names of the members above them; the rows have the same
// members. No rows print nothing.
void printRows(const std::vector<Json> &rows, bool json);

} // namespace provost::app
