// The tools of the conformance fixture that take long and so go on as tasks, if the agent knows tasks (MCP extension
// io.modelcontextprotocol/tasks): they work for seconds, fail, or ask while they work. One is short and never a task.
// Thread: the caller's loop.
#pragma once

#include "server/tools/adapter.h"

namespace provost::tools::builtin {

[[nodiscard]] std::vector<ToolDescriptor> longTools();

[[nodiscard]] bool isLongTool(QByteArrayView name);

// REQUIRES: isLongTool(name).
[[nodiscard]] Task<Result<Output>> callLongTool(QByteArray name, Json arguments,
                                                CallContext context);

} // namespace provost::tools::builtin
