// InputAnswers: what a modern request brings that is made again after "input required" (MCP 2026-07-28, multi
// round-trip requests). Only tools/call, resources/read and prompts/get are answered like that.
// Thread: values and pure functions.
#pragma once

#include "server/protocol/method.h"

namespace provost::protocol {

struct InputAnswers
{
    Json responses;   // key -> result object; null if the request brings none
    QByteArray state; // as it was given out; empty if the request brings none
    bool operator==(const InputAnswers &) const = default;
};

inline constexpr std::size_t inputResponsesMax =
    256; // extra ones are ignored, so there is some room

// Nothing to read for other methods. Errors: in band, InvalidParams for what is not of this form.
[[nodiscard]] Checked<InputAnswers> inputAnswersOf(Method method, const Json &params);

} // namespace provost::protocol
