// What a principal may see: the questions to policy, the lists that follow from them, and the fields of results.
#include "server/calls/callprogress.h"

namespace provost::calls {

namespace {

constexpr char maskedText[] = "***";

bool isVisible(const CallProgress &call, const QByteArray &tool,
               const tools::PolicyBinding &binding)
{
    policy::Request question = questionFor(call, tool, binding);
    question.stage = policy::Stage::Discovery;
    return call.tenant->policy->decide(question).effect != policy::Effect::Deny;
}

Json::Array visibleItems(const CallProgress &call, const std::vector<tools::RegisteredItem> &items)
{
    Json::Array visible;
    for (const tools::RegisteredItem &item : items) {
        if (isVisible(call, {}, item.descriptor.policy))
            visible.push_back(item.descriptor.definition);
    }
    return visible;
}

bool names(const std::vector<QByteArray> &fields, const QByteArray &key)
{
    return std::find(fields.begin(), fields.end(), key) != fields.end();
}

void maskFields(const policy::FieldRules &rules, Json &value)
{
    if (value.isArray()) {
        for (Json &item : value.itemsRef())
            maskFields(rules, item);
        return;
    }
    if (!value.isObject())
        return;
    std::erase_if(value.membersRef(),
                  [&](const Json::Member &member) { return names(rules.drop, member.key); });
    for (Json::Member &member : value.membersRef()) {
        if (names(rules.mask, member.key))
            member.value = member.value.isNull() ? Json() : Json(maskedText);
        else
            maskFields(rules, member.value);
    }
}

// Text content is JSON that can be masked, or it is withheld: a field's value cannot be found in prose.
Result<void> maskTextContent(const policy::FieldRules &rules, Json &content)
{
    for (Json &block : content.itemsRef()) {
        if (block["type"].toByteArray() != "text")
            continue;
        auto parsed = Json::parse(block["text"].toByteArray());
        if (!parsed || !(parsed->isObject() || parsed->isArray()))
            return fail(ErrorCode::Denied,
                        QStringLiteral("the result has fields that are masked for you and is not "
                                       "structured, so it is withheld"));
        maskFields(rules, *parsed);
        block.set("text", parsed->toBytes());
    }
    return {};
}

} // namespace

policy::Request questionFor(const CallProgress &call, const QByteArray &tool,
                            const tools::PolicyBinding &binding)
{
    policy::Request question;
    question.tenant = call.principal->tenant;
    question.user = {call.principal->user, call.principal->roles, call.principal->attributes};
    question.tool = tool;
    question.resource = {binding.resource, binding.within, binding.attributes,
                         binding.rowAttributes};
    question.permission = binding.permission;
    if (const Json &arguments = call.request.params["arguments"]; arguments.isObject())
        question.args = arguments;
    question.context = Json::object({{"transport", call.request.transport}});
    question.now = call.started;
    return question;
}

Json visibleList(const CallProgress &call)
{
    const tools::Registry &registry = *call.tenant->registry;
    switch (call.request.operation) {
    case Operation::ListResources:
        return Json::object({{"resources", visibleItems(call, registry.resources())}});
    case Operation::ListResourceTemplates:
        return Json::object(
            {{"resourceTemplates", visibleItems(call, registry.resourceTemplates())}});
    case Operation::ListPrompts:
        return Json::object({{"prompts", visibleItems(call, registry.prompts())}});
    case Operation::ListTools:
    case Operation::CallTool:
    case Operation::ReadResource:
    case Operation::GetPrompt:
    case Operation::Complete:
    case Operation::Subscribe:
    case Operation::UpdateTask:
    case Operation::CancelTask: break;
    }
    Json::Array visible;
    for (const tools::RegisteredTool &tool : registry.tools()) {
        if (isVisible(call, tool.descriptor.name, tool.descriptor.policy))
            visible.push_back(tool.descriptor.definition);
    }
    return Json::object({{"tools", std::move(visible)}});
}

Result<void> applyFieldRules(const policy::FieldRules &rules, Json &result)
{
    if (rules.mask.empty() && rules.drop.empty())
        return {};
    if (Json *structured = result.find("structuredContent"); structured != nullptr)
        maskFields(rules, *structured);
    for (const QByteArrayView list : {QByteArrayView("content"), QByteArrayView("contents")}) {
        if (Json *content = result.find(list); content != nullptr && content->isArray())
            TRY_DO(maskTextContent(rules, *content));
    }
    return {};
}

} // namespace provost::calls
