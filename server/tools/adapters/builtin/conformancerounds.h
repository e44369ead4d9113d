// The tools and the prompt of the conformance fixture that ask the agent for input before they answer: by forms,
// sampling and roots, in one round or several. They keep nothing between the rounds: what was answered already stands
// in the state.
// Thread: pure functions.
#pragma once

#include "server/tools/adapter.h"

namespace provost::tools::builtin {

[[nodiscard]] std::vector<ToolDescriptor> askingTools();
[[nodiscard]] ItemDescriptor askingPrompt();

// One round of a tool or prompt: what is still to be asked, or the result. Nothing for other names.
[[nodiscard]] std::optional<Output> askingAnswer(QByteArrayView name, const Json &arguments,
                                                 const CallContext &context);

} // namespace provost::tools::builtin
