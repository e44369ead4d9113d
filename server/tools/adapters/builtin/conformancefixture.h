// What the official MCP conformance suite expects a server to offer, as values: tools whose answer is fixed, resources,
// prompts. The texts are the suite's (@modelcontextprotocol/conformance, scenarios of the server).
// Thread: pure functions.
#pragma once

#include "server/tools/adapter.h"

namespace provost::tools::builtin {

// Everything but the tool that comes and goes.
[[nodiscard]] Catalog conformanceCatalog();
[[nodiscard]] ToolDescriptor changingTool();

// The answer of a tool that always says the same. Nothing for other tools.
[[nodiscard]] std::optional<Json> fixedAnswer(QByteArrayView tool, const Json &arguments);

// A ReadResourceResult or GetPromptResult. Errors: NotFound, InvalidInput for a missing argument.
[[nodiscard]] Result<Json> conformanceResource(const QByteArray &uri);
[[nodiscard]] Result<Json> conformancePrompt(QByteArrayView name, const Json &arguments);

// The values of an argument of a prompt that begin with what was typed.
[[nodiscard]] Json conformanceCompletion(const Json &params);

} // namespace provost::tools::builtin
