// The MCP content objects that builtin tools answer with.
// Thread: pure functions.
#pragma once

#include "server/base/json.h"

namespace provost::tools::builtin {

[[nodiscard]] inline Json textContent(const Json &text)
{
    return Json::object({{"type", "text"}, {"text", text}});
}

[[nodiscard]] inline Json textResult(const Json &text)
{
    return Json::object({{"content", Json::array({textContent(text)})}});
}

[[nodiscard]] inline Json failureResult(const Json &text)
{
    Json result = textResult(text);
    result.set("isError", true);
    return result;
}

} // namespace provost::tools::builtin
