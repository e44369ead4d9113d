// A tool server as it is declared, in the console's words.
// Thread: pure functions.
#pragma once

#include "server/control/types.h"

namespace provost::host {

// What the declaration tells: target, command, environment, transport. `config` is the server's mapping in its file.
[[nodiscard]] control::ServerRow declaredRow(const ServerId &id, const QByteArray &kind,
                                             const Json &config);

// As a shell would take it: words with other than plain characters are quoted.
[[nodiscard]] QByteArray commandLine(const std::vector<QByteArray> &words);

} // namespace provost::host
