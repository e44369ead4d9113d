#include "server/tools/adapters/builtin/conformancefixture.h"

#include "server/tools/adapters/builtin/conformancerounds.h"
#include "server/tools/adapters/builtin/conformancetasks.h"
#include "server/tools/adapters/builtin/content.h"

#include <algorithm>
#include <iterator>

namespace provost::tools::builtin {

namespace {

// One red pixel, and one silent sample.
constexpr const char *pngBase64 = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AA"
                                  "AAMBAQDJ/pLvAAAAAElFTkSuQmCC";
constexpr const char *wavBase64 =
    "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAIA+AAACABAAZGF0YQIAAAAAAA==";

constexpr const char *templatePrefix = "test://template/";
constexpr const char *templateSuffix = "/data";

// As the scenario json-schema-2020-12 has it: keywords that a careless relay loses.
constexpr const char *schema2020 = R"({
"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object",
"$defs":{"address":{"$anchor":"addressDef","type":"object",
  "properties":{"street":{"type":"string"},"city":{"type":"string"}}}},
"properties":{"name":{"type":"string"},"address":{"$ref":"#/$defs/address"},
  "contactMethod":{"type":"string","enum":["phone","email"]},"phone":{"type":"string"},"email":{"type":"string"}},
"allOf":[{"anyOf":[{"required":["phone"]},{"required":["email"]}]}],
"if":{"properties":{"contactMethod":{"const":"phone"}},"required":["contactMethod"]},
"then":{"required":["phone"]},"else":{"required":["email"]},"additionalProperties":false})";

Json literal(const char *text)
{
    return *Json::parse(text);
}

Json emptySchema()
{
    return Json::object({{"type", "object"}, {"properties", Json::object()}});
}

Json imageContent()
{
    return Json::object({{"type", "image"}, {"data", pngBase64}, {"mimeType", "image/png"}});
}

Json resourceContent(const QByteArray &uri, const char *mimeType, const char *text)
{
    return Json::object(
        {{"type", "resource"},
         {"resource", Json::object({{"uri", uri}, {"mimeType", mimeType}, {"text", text}})}});
}

Json contentResult(std::initializer_list<Json::Item> content)
{
    return Json::object({{"content", Json::array(content)}});
}

Json userMessage(Json content)
{
    return Json::object({{"role", "user"}, {"content", std::move(content)}});
}

ToolDescriptor toolOf(const QByteArray &name, const char *description, Json schema)
{
    ToolDescriptor tool;
    tool.name = name;
    tool.nativeName = name;
    tool.definition = Json::object(
        {{"name", name}, {"description", description}, {"inputSchema", std::move(schema)}});
    tool.policy.permission = "run";
    tool.policy.resource = "conformance";
    return tool;
}

ItemDescriptor itemOf(const QByteArray &name, Json definition)
{
    ItemDescriptor item;
    item.name = name;
    item.nativeName = name;
    item.definition = std::move(definition);
    item.policy.permission = "read";
    item.policy.resource = "conformance";
    return item;
}

ItemDescriptor resourceOf(const char *member, const char *uri, const char *name,
                          const char *description, const char *mimeType)
{
    return itemOf(
        uri,
        Json::object(
            {{member, uri}, {"name", name}, {"description", description}, {"mimeType", mimeType}}));
}

ItemDescriptor promptOf(const char *name, const char *description,
                        std::initializer_list<std::pair<const char *, const char *>> arguments)
{
    Json list = Json::array();
    for (const auto &[argument, meaning] : arguments)
        list.append(
            Json::object({{"name", argument}, {"description", meaning}, {"required", true}}));
    Json definition = Json::object({{"name", name}, {"description", description}});
    if (!list.items().empty())
        definition.set("arguments", std::move(list));
    return itemOf(name, std::move(definition));
}

struct FixedTool
{
    const char *name;
    const char *description;
    Json (*answer)();
};

constexpr FixedTool fixedTools[]{
    {"test_simple_text", "Returns a simple text.",
     [] { return textResult("This is a simple text response for testing."); }},
    {"test_image_content", "Returns an image.", [] { return contentResult({imageContent()}); }},
    {"test_audio_content", "Returns a sound.",
     [] {
         return contentResult(
             {Json::object({{"type", "audio"}, {"data", wavBase64}, {"mimeType", "audio/wav"}})});
     }},
    {"test_embedded_resource", "Returns an embedded resource.",
     [] {
         return contentResult({resourceContent("test://embedded-resource", "text/plain",
                                               "This is an embedded resource content.")});
     }},
    {"test_multiple_content_types", "Returns a text, an image and a resource.",
     [] {
         return contentResult({textContent("Multiple content types test:"), imageContent(),
                               resourceContent("test://mixed-content-resource", "application/json",
                                               R"({"test":"data","value":123})")});
     }},
    {"test_error_handling", "Always fails.",
     [] { return failureResult("This tool intentionally returns an error for testing"); }},
};

} // namespace

Catalog conformanceCatalog()
{
    Catalog catalog;
    for (const FixedTool &tool : fixedTools)
        catalog.tools.push_back(toolOf(tool.name, tool.description, emptySchema()));
    for (const auto &[name, description] :
         {std::pair("test_tool_with_logging", "Sends three log messages while it runs."),
          std::pair("test_logging_tool", "Sends a log message, if the caller asked for any."),
          std::pair("test_tool_with_progress", "Reports its progress in three steps."),
          std::pair("test_reconnection", "Lets its client go, and answers when it is back."),
          std::pair("test_trigger_tool_change", "Adds a tool, or takes it away again."),
          std::pair("test_trigger_prompt_change", "Adds a prompt, or takes it away again.")})
        catalog.tools.push_back(toolOf(name, description, emptySchema()));
    std::ranges::move(askingTools(), std::back_inserter(catalog.tools));
    std::ranges::move(longTools(), std::back_inserter(catalog.tools));
    catalog.tools.push_back(toolOf("json_schema_2020_12_tool",
                                   "Tool with JSON Schema 2020-12 features", literal(schema2020)));
    catalog.tools.push_back(toolOf(
        "test_x_mcp_header", "Mirrors an argument into an HTTP header.",
        literal(
            R"({"type":"object","properties":{"region":{"type":"string","x-mcp-header":"Region"}}})")));

    catalog.resources = {
        resourceOf("uri", "test://static-text", "Static text", "A text that never changes.",
                   "text/plain"),
        resourceOf("uri", "test://static-binary", "Static binary", "An image that never changes.",
                   "image/png"),
        resourceOf("uri", "test://watched-resource", "Watched resource",
                   "A resource that can be subscribed to.", "text/plain"),
    };
    catalog.resourceTemplates = {resourceOf("uriTemplate", "test://template/{id}/data",
                                            "Resource template", "Data for an id.",
                                            "application/json")};
    catalog.prompts = {
        promptOf("test_simple_prompt", "A prompt without arguments.", {}),
        promptOf("test_prompt_with_arguments", "A prompt with two arguments.",
                 {{"arg1", "First test argument"}, {"arg2", "Second test argument"}}),
        promptOf("test_prompt_with_embedded_resource", "A prompt that embeds a resource.",
                 {{"resourceUri", "URI of the resource to embed"}}),
        promptOf("test_prompt_with_image", "A prompt with an image.", {}),
        askingPrompt(),
    };
    return catalog;
}

ToolDescriptor changingTool()
{
    return toolOf("test_changing_tool", "Is here at times.", emptySchema());
}

std::optional<Json> fixedAnswer(QByteArrayView tool, const Json &arguments)
{
    for (const FixedTool &known : fixedTools) {
        if (tool == QByteArrayView(known.name))
            return known.answer();
    }
    if (tool == QByteArrayView("json_schema_2020_12_tool")
        || tool == QByteArrayView("test_x_mcp_header"))
        return textResult(QByteArray("arguments: " + arguments.toBytes()));
    if (tool == QByteArrayView("test_changing_tool"))
        return textResult("here");
    return std::nullopt;
}

Result<Json> conformanceResource(const QByteArray &uri)
{
    Json content = Json::object({{"uri", uri}});
    if (uri == "test://static-text") {
        content.set("mimeType", "text/plain");
        content.set("text", "This is the content of the static text resource.");
    } else if (uri == "test://static-binary") {
        content.set("mimeType", "image/png");
        content.set("blob", pngBase64);
    } else if (uri == "test://watched-resource") {
        content.set("mimeType", "text/plain");
        content.set("text", "This is the content of the watched resource.");
    } else if (uri.startsWith(templatePrefix) && uri.endsWith(templateSuffix)) {
        const QByteArray encoded =
            uri.mid(qsizetype(qstrlen(templatePrefix))).chopped(qsizetype(qstrlen(templateSuffix)));
        const QByteArray id = QByteArray::fromPercentEncoding(encoded);
        if (!id.isValidUtf8())
            return fail(ErrorCode::NotFound, QStringLiteral("this server has no such resource"));
        content.set("mimeType", "application/json");
        content.set("text", Json::object({{"id", id},
                                          {"templateTest", true},
                                          {"data", QByteArray("Data for ID: " + id)}})
                                .toBytes());
    } else {
        return fail(ErrorCode::NotFound, QStringLiteral("this server has no such resource"));
    }
    return Json::object({{"contents", Json::array({std::move(content)})}});
}

Result<Json> conformancePrompt(QByteArrayView name, const Json &arguments)
{
    const auto missing = [&](const char *argument) { return !arguments[argument].isString(); };
    Json messages = Json::array();
    if (name == QByteArrayView("test_simple_prompt")) {
        messages.append(userMessage(textContent("This is a simple prompt for testing.")));
    } else if (name == QByteArrayView("test_prompt_with_arguments")) {
        if (missing("arg1") || missing("arg2"))
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("arguments `arg1` and `arg2` are needed"));
        messages.append(userMessage(
            textContent(QByteArray("Prompt with arguments: arg1='" + arguments["arg1"].toByteArray()
                                   + "', arg2='" + arguments["arg2"].toByteArray() + '\''))));
    } else if (name == QByteArrayView("test_prompt_with_embedded_resource")) {
        if (missing("resourceUri"))
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("argument `resourceUri` is needed"));
        messages.append(
            userMessage(resourceContent(arguments["resourceUri"].toByteArray(), "text/plain",
                                        "Embedded resource content for testing.")));
        messages.append(userMessage(textContent("Please process the embedded resource above.")));
    } else if (name == QByteArrayView("test_prompt_with_image")) {
        messages.append(userMessage(imageContent()));
        messages.append(userMessage(textContent("Please analyze the image above.")));
    } else {
        return fail(ErrorCode::NotFound, QStringLiteral("this server has no such prompt"));
    }
    return Json::object({{"messages", std::move(messages)}});
}

Json conformanceCompletion(const Json &params)
{
    Json values = Json::array();
    if (params["ref"]["name"].toByteArray() == "test_prompt_with_arguments") {
        for (const char *value : {"paris", "park", "party", "test", "testing"}) {
            if (QByteArrayView(value).startsWith(params["argument"]["value"].toByteArray()))
                values.append(value);
        }
    }
    const auto total = static_cast<std::int64_t>(values.items().size());
    return Json::object(
        {{"completion",
          Json::object({{"values", std::move(values)}, {"total", total}, {"hasMore", false}})}});
}

} // namespace provost::tools::builtin
