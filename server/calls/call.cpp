#include "server/calls/call.h"

namespace provost::calls {

const char *actionOf(Operation operation)
{
    switch (operation) {
    case Operation::ListTools: return "list_tools";
    case Operation::CallTool: return "tool_call";
    case Operation::ListResources: return "list_resources";
    case Operation::ListResourceTemplates: return "list_resource_templates";
    case Operation::ReadResource: return "resource_read";
    case Operation::ListPrompts: return "list_prompts";
    case Operation::GetPrompt: return "prompt_get";
    case Operation::Complete: return "complete";
    case Operation::Subscribe: return "resource_subscribe";
    case Operation::UpdateTask: return "task_update";
    case Operation::CancelTask: return "task_cancel";
    }
    return "unknown";
}

bool isList(Operation operation)
{
    switch (operation) {
    case Operation::ListTools:
    case Operation::ListResources:
    case Operation::ListResourceTemplates:
    case Operation::ListPrompts: return true;
    case Operation::CallTool:
    case Operation::ReadResource:
    case Operation::GetPrompt:
    case Operation::Complete:
    case Operation::Subscribe:
    case Operation::UpdateTask:
    case Operation::CancelTask: return false;
    }
    return false;
}

bool isOfTask(Operation operation)
{
    return operation == Operation::UpdateTask || operation == Operation::CancelTask;
}

} // namespace provost::calls
