#include "server/calls/inputcheck.h"

#include "server/calls/callprogress.h"

namespace provost::calls {

namespace {

constexpr int violationsMax = 5;           // named in one message
constexpr std::int64_t stepsMax = 500'000; // some ten milliseconds of the loop at worst

// Empty if it is valid.
QByteArray mismatchOf(const schema::Validator &validator, const Json &value, const char *whole)
{
    const auto violations = validator.validate(
        value, {.whole = whole, .violationsMax = violationsMax, .stepsMax = stepsMax});
    if (!violations)
        return violations.error().message.toUtf8();
    QByteArray sentences;
    for (const schema::Violation &violation : *violations)
        sentences += (sentences.isEmpty() ? QByteArray() : QByteArray("; ")) + violation.message;
    return sentences;
}

// What the tool says of itself is shown to the operator only: it names fields that policy may hide from the agent.
Json withheldResult()
{
    return Json::object(
        {{"content",
          Json::array({Json::object(
              {{"type", "text"},
               {"text",
                "the result of this tool does not match the schema that the tool declares, "
                "so it is withheld; an administrator finds the details in the audit log"}})})},
         {"isError", true}});
}

} // namespace

tl::expected<void, Refusal> checkInput(const CallProgress &call)
{
    if (call.tool == nullptr || !call.tool->input)
        return {};
    const QByteArray mismatch = mismatchOf(*call.tool->input, call.arguments(), "the arguments");
    if (mismatch.isEmpty())
        return {};
    Refusal refusal;
    refusal.code = ErrorCode::InvalidInput;
    refusal.reason = "invalid arguments: " + mismatch;
    return tl::make_unexpected(std::move(refusal));
}

void checkOutput(CallProgress &call)
{
    if (call.tool == nullptr || !call.tool->output || call.output.result["isError"].toBool())
        return;
    const Json *structured = call.output.result.find("structuredContent");
    call.outputMismatch = structured != nullptr
                              ? mismatchOf(*call.tool->output, *structured, "the result")
                              : QByteArray("the result has no structured content");
    if (!call.outputMismatch.isEmpty()
        && call.tool->outputValidation == tools::OutputValidation::Strict)
        call.output.result = withheldResult();
}

} // namespace provost::calls
