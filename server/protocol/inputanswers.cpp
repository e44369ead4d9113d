#include "server/protocol/inputanswers.h"

#include <algorithm>

namespace provost::protocol {

namespace {

bool mayBeAsked(Method method)
{
    return method == Method::CallTool || method == Method::ReadResource
           || method == Method::GetPrompt;
}

bool areResponses(const Json &value)
{
    const Json::Object &members = value.members();
    return value.isObject() && members.size() <= inputResponsesMax
           && std::all_of(members.begin(), members.end(),
                          [](const Json::Member &member) { return member.value.isObject(); });
}

} // namespace

Checked<InputAnswers> inputAnswersOf(Method method, const Json &params)
{
    InputAnswers answers;
    if (!mayBeAsked(method))
        return answers;
    if (const Json *responses = params.find("inputResponses"); responses != nullptr) {
        if (!areResponses(*responses))
            return rejectParams("Invalid params: `inputResponses` must be an object of results");
        answers.responses = *responses;
    }
    if (const Json *state = params.find("requestState"); state != nullptr) {
        answers.state = state->toByteArray();
        if (answers.state.isEmpty())
            return rejectParams("Invalid params: `requestState` must be as it was given out");
    }
    return answers;
}

} // namespace provost::protocol
