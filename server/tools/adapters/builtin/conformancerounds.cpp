#include "server/tools/adapters/builtin/conformancerounds.h"

#include "server/tools/adapters/builtin/content.h"
#include "server/tools/asking.h"

#include <algorithm>

namespace provost::tools::builtin {

namespace {

Json literal(const char *text)
{
    return *Json::parse(text);
}

Json form(const Json &message, const char *properties, std::initializer_list<Json::Item> required = {})
{
    Json schema = Json::object({{"type", "object"}, {"properties", literal(properties)}});
    if (required.size() > 0)
        schema.set("required", Json::array(required));
    return Json::object(
        {{"method", "elicitation/create"},
         {"params", Json::object({{"message", message}, {"requestedSchema", schema}})}});
}

Json sampling(const Json &prompt, int maxTokens = 100)
{
    return Json::object(
        {{"method", "sampling/createMessage"},
         {"params",
          Json::object({{"messages", Json::array({Json::object(
                                         {{"role", "user"}, {"content", textContent(prompt)}})})},
                        {"maxTokens", maxTokens}})}});
}

Json roots()
{
    return Json::object({{"method", "roots/list"}, {"params", Json::object()}});
}

Json nameForm(const char *message)
{
    return form(message, R"({"name":{"type":"string"}})", {"name"});
}

Json confirmation()
{
    return form("Please confirm", R"({"ok":{"type":"boolean"}})", {"ok"});
}

// What a sampled message says; its content is one block or several.
QByteArray saidBy(const Json &message)
{
    const Json &content = message["content"];
    const Json &block = content.items().empty() ? content : content.items().front();
    return block["text"].toByteArray();
}

QByteArray inWords(const Json &elicited)
{
    return "action=" + elicited["action"].toByteArray()
           + ", content=" + elicited["content"].toBytes();
}

QByteArray rootsOf(const Json &listed)
{
    QByteArray uris;
    for (const Json &root : listed["roots"].items())
        uris += (uris.isEmpty() ? "" : ", ") + root["uri"].toByteArray();
    return uris;
}

Json elicitationCompleted(const Json &answers)
{
    return textResult(QByteArray("Elicitation completed: " + inWords(answers["form"])));
}

// Requests by key; a stage is asked when the one before is answered.
using Stages = std::vector<Json>;

struct Asking
{
    const char *name = nullptr;
    const char *description = nullptr;
    const char *inputSchema = nullptr; // a prompt
    Stages (*stages)(const Json &arguments, const CallContext &context) = nullptr;
    Json (*finish)(const Json &answers) = nullptr;
    bool needsState = false; // answers count only with the state that was given out
};

constexpr const char *noArguments = R"({"type":"object","properties":{}})";

constexpr const char *defaultsForm = R"({
"name":{"type":"string","description":"User name","default":"John Doe"},
"age":{"type":"integer","description":"User age","default":30},
"score":{"type":"number","description":"User score","default":95.5},
"status":{"type":"string","enum":["active","inactive","pending"],"default":"active"},
"verified":{"type":"boolean","description":"Verification status","default":true}})";

constexpr const char *enumsForm = R"({
"untitledSingle":{"type":"string","enum":["option1","option2","option3"]},
"titledSingle":{"type":"string","oneOf":[{"const":"value1","title":"First Option"},
  {"const":"value2","title":"Second Option"},{"const":"value3","title":"Third Option"}]},
"legacyEnum":{"type":"string","enum":["opt1","opt2","opt3"],"enumNames":["Option One","Option Two","Option Three"]},
"untitledMulti":{"type":"array","items":{"type":"string","enum":["option1","option2","option3"]}},
"titledMulti":{"type":"array","items":{"anyOf":[{"const":"value1","title":"First Choice"},
  {"const":"value2","title":"Second Choice"},{"const":"value3","title":"Third Choice"}]}}})";

// Only what this agent can be asked.
Stages declaredOnly(const Json &, const CallContext &context)
{
    Json requests = Json::object();
    for (const auto &[key, request] : {std::pair("user_name", nameForm("What is your name?")),
                                       std::pair("greeting", sampling("Generate a greeting")),
                                       std::pair("client_roots", roots())}) {
        if (missingCapabilities(Json::object({{key, request}}), context.clientCapabilities)
                .isNull())
            requests.set(key, request);
    }
    return {requests};
}

constexpr Asking all[]{
    {"test_sampling", "Has the client's model answer a prompt.",
     R"({"type":"object","properties":{"prompt":{"type":"string"}},"required":["prompt"]})",
     [](const Json &arguments, const CallContext &) -> Stages {
         return {Json::object({{"sampled", sampling(arguments["prompt"])}})};
     },
     [](const Json &answers) {
         return textResult(QByteArray("LLM response: " + saidBy(answers["sampled"])));
     }},
    {"test_elicitation", "Asks the user for a name and an address.",
     R"({"type":"object","properties":{"message":{"type":"string"}},"required":["message"]})",
     [](const Json &arguments, const CallContext &) -> Stages {
         return {Json::object(
             {{"form", form(arguments["message"],
                            R"({"username":{"type":"string","description":"User's response"},
                                "email":{"type":"string","description":"User's email address"}})",
                            {"username", "email"})}})};
     },
     [](const Json &answers) {
         return textResult(QByteArray("User response: " + inWords(answers["form"])));
     }},
    {"test_elicitation_sep1034_defaults", "Asks with defaults of every primitive type.",
     noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"form", form("Please review the defaults", defaultsForm)}})};
     },
     elicitationCompleted},
    {"test_elicitation_sep1330_enums", "Asks with every kind of choice.", noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"form", form("Please choose", enumsForm)}})};
     },
     elicitationCompleted},
    {"test_missing_capability", "Needs a client that samples.", noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"sampled", sampling("Say hello")}})};
     },
     [](const Json &answers) { return textResult(saidBy(answers["sampled"])); }},
    {"test_streaming_elicitation", "Reports progress, and asks then.", noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"form", confirmation()}})};
     },
     elicitationCompleted},
    {"test_input_required_result_elicitation", "Asks for a name and greets.", noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"user_name", nameForm("What is your name?")}})};
     },
     [](const Json &answers) {
         const QByteArray name = answers["user_name"]["content"]["name"].toByteArray();
         return textResult(
             QByteArray("Hello, " + (name.isEmpty() ? "whoever you are" : name) + '!'));
     }},
    {"test_input_required_result_sampling", "Asks the client's model for a capital.", noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"capital_question", sampling("What is the capital of France?")}})};
     },
     [](const Json &answers) { return textResult(saidBy(answers["capital_question"])); }},
    {"test_input_required_result_list_roots", "Lists the client's roots.", noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"client_roots", roots()}})};
     },
     [](const Json &answers) {
         return textResult(QByteArray("Roots: " + rootsOf(answers["client_roots"])));
     }},
    {"test_input_required_result_request_state", "Takes an answer only with its state.",
     noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"confirm", confirmation()}})};
     },
     [](const Json &answers) {
         return textResult(QByteArray("state-ok: " + inWords(answers["confirm"])));
     },
     true},
    {"test_input_required_result_multiple_inputs", "Asks for three things at once.", noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"user_name", nameForm("What is your name?")},
                               {"greeting", sampling("Generate a greeting", 50)},
                               {"client_roots", roots()}})};
     },
     [](const Json &answers) {
         return textResult(QByteArray(saidBy(answers["greeting"]) + ' '
                                      + answers["user_name"]["content"]["name"].toByteArray()
                                      + ", your roots: " + rootsOf(answers["client_roots"])));
     }},
    {"test_input_required_result_multi_round", "Asks twice, the second time after the first.",
     noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"step1", nameForm("Step 1: What is your name?")}}),
                 Json::object({{"step2", form("Step 2: What is your favorite color?",
                                              R"({"color":{"type":"string"}})", {"color"})}})};
     },
     [](const Json &answers) {
         return textResult(QByteArray(answers["step1"]["content"]["name"].toByteArray() + " likes "
                                      + answers["step2"]["content"]["color"].toByteArray()));
     },
     true},
    {"test_input_required_result_tampered_state", "Takes an answer only with its state.",
     noArguments,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object({{"confirm", confirmation()}})};
     },
     [](const Json &answers) {
         return textResult(QByteArray("Confirmed: " + inWords(answers["confirm"])));
     },
     true},
    {"test_input_required_result_capabilities", "Asks what the client can answer.", noArguments,
     declaredOnly,
     [](const Json &answers) { return textResult(QByteArray("Answered: " + answers.toBytes())); }},
    {"test_input_required_result_prompt", "A prompt that asks for its context.", nullptr,
     [](const Json &, const CallContext &) -> Stages {
         return {Json::object(
             {{"user_context", form("What context should the prompt use?",
                                    R"({"context":{"type":"string"}})", {"context"})}})};
     },
     [](const Json &answers) {
         const QByteArray context = answers["user_context"]["content"]["context"].toByteArray();
         return Json::object(
             {{"messages",
               Json::array({Json::object(
                   {{"role", "user"},
                    {"content", textContent(QByteArray("Use this context: " + context))}})})}});
     }},
};

// What the earlier rounds and this one were answered, as far as it was asked.
Json answersSoFar(const Asking &asking, const Stages &stages, const CallContext &context)
{
    Json answers = Json::parse(context.requestState).value_or(Json::object());
    if (asking.needsState && context.requestState.isEmpty())
        return answers;
    for (const Json &stage : stages) {
        for (const Json::Member &request : stage.members()) {
            if (const Json *answer = context.inputResponses.find(request.key); answer != nullptr)
                answers.set(request.key, *answer);
        }
    }
    return answers;
}

} // namespace

std::vector<ToolDescriptor> askingTools()
{
    std::vector<ToolDescriptor> tools;
    for (const Asking &asking : all) {
        if (asking.inputSchema == nullptr)
            continue;
        ToolDescriptor tool;
        tool.name = asking.name;
        tool.nativeName = asking.name;
        tool.definition = Json::object({{"name", asking.name},
                                        {"description", asking.description},
                                        {"inputSchema", literal(asking.inputSchema)}});
        tool.policy.permission = "run";
        tool.policy.resource = "conformance";
        tools.push_back(std::move(tool));
    }
    return tools;
}

ItemDescriptor askingPrompt()
{
    const Asking &asking = *std::find_if(std::begin(all), std::end(all), [](const Asking &one) {
        return one.inputSchema == nullptr;
    });
    ItemDescriptor prompt;
    prompt.name = asking.name;
    prompt.nativeName = asking.name;
    prompt.definition = Json::object({{"name", asking.name}, {"description", asking.description}});
    prompt.policy.permission = "read";
    prompt.policy.resource = "conformance";
    return prompt;
}

std::optional<Output> askingAnswer(QByteArrayView name, const Json &arguments,
                                   const CallContext &context)
{
    const auto asking = std::find_if(std::begin(all), std::end(all), [&](const Asking &one) {
        return name == QByteArrayView(one.name);
    });
    if (asking == std::end(all))
        return std::nullopt;
    const Stages stages = asking->stages(arguments, context);
    const Json answers = answersSoFar(*asking, stages, context);
    Output output;
    for (const Json &stage : stages) {
        Json open = Json::object();
        for (const Json::Member &request : stage.members()) {
            if (!answers.contains(request.key))
                open.set(request.key, request.value);
        }
        if (open.members().empty())
            continue;
        output.needs = InputNeeded{.requests = std::move(open), .state = answers.toBytes()};
        return output;
    }
    output.result = asking->finish(answers);
    return output;
}

} // namespace provost::tools::builtin
