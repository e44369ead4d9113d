#include "server/protocol/parameterheaders.h"

#include "server/protocol/headervalue.h"

#include <algorithm>

namespace provost::protocol {

namespace {

constexpr QByteArrayView declarationKey = "x-mcp-header";

bool isToken(QByteArrayView text)
{
    constexpr QByteArrayView symbols = "!#$%&'*+-.^_`|~";
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z')
               || symbols.contains(c);
    });
}

tl::unexpected<Error> notAllowed(const char *why)
{
    return fail(ErrorCode::InvalidInput,
                QStringLiteral("x-mcp-header %1").arg(QLatin1StringView(why)));
}

// Collects declarations. Below any other keyword than `properties` a declaration is an error; what stands in
// `default`, `enum`, `const` and `examples` is data and no schema.
class Scan
{
public:
    Result<void> schema(const Json &node, bool reachable)
    {
        if (node.isArray()) {
            for (const Json &item : node.items())
                TRY_DO(schema(item, false));
        }
        for (const Json::Member &member : node.members()) {
            if (member.key == declarationKey)
                TRY_DO(declaration(node, member.value, reachable && !m_path.empty()));
            else if (member.key == "properties")
                TRY_DO(properties(member.value, reachable));
            else if (!isData(member.key))
                TRY_DO(schema(member.value, false));
        }
        return {};
    }

    std::vector<ParameterHeader> found;

private:
    static bool isData(const QByteArray &key)
    {
        return key == "default" || key == "enum" || key == "const" || key == "examples";
    }

    Result<void> properties(const Json &node, bool reachable)
    {
        for (const Json::Member &member : node.members()) {
            m_path.push_back(member.key);
            TRY_DO(schema(member.value, reachable));
            m_path.pop_back();
        }
        return {};
    }

    Result<void> declaration(const Json &node, const Json &name, bool reachable)
    {
        if (!reachable)
            return notAllowed("stands where `properties` alone does not lead");
        if (!isToken(name.toByteArray()))
            return notAllowed("is not a token");
        const QByteArray type = node["type"].toByteArray();
        if (type != "string" && type != "integer" && type != "boolean")
            return notAllowed("is for strings, integers and booleans");
        const bool twice =
            std::any_of(found.begin(), found.end(), [&](const ParameterHeader &other) {
                return other.name.compare(name.toByteArray(), Qt::CaseInsensitive) == 0;
            });
        if (twice)
            return notAllowed("names the same header twice");
        found.push_back({m_path, name.toByteArray(), type == "integer"});
        return {};
    }

    std::vector<QByteArray> m_path;
};

// Absent, null and non-primitive values need no header: the tool's own validation speaks of the last.
std::optional<QByteArray> headerText(const Json &arguments, const ParameterHeader &declared)
{
    const Json *value = &arguments;
    for (const QByteArray &key : declared.path) {
        value = value->find(key);
        if (value == nullptr)
            return std::nullopt;
    }
    if (value->isString())
        return value->toByteArray();
    if (value->isBool())
        return QByteArray(value->toBool() ? "true" : "false");
    return value->isNumber() ? std::optional(value->numberText()) : std::nullopt;
}

// 42, -42 and 42.0; no exponent, no hexadecimal.
bool isDecimal(QByteArrayView text)
{
    const QByteArrayView digits = text.startsWith('-') ? text.sliced(1) : text;
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    const auto point = std::find_if_not(digits.begin(), digits.end(), isDigit);
    if (point == digits.begin())
        return false;
    if (point == digits.end())
        return true;
    return *point == '.' && point + 1 != digits.end()
           && std::all_of(point + 1, digits.end(), isDigit);
}

bool isEqual(const ParameterHeader &declared, const QByteArray &header, const QByteArray &body)
{
    if (header == body)
        return true;
    if (!declared.integer || !isDecimal(header))
        return false;
    const auto left = Json::number(header).toInteger();
    return left && left == Json::number(body).toInteger();
}

} // namespace

Result<std::vector<ParameterHeader>> parameterHeaders(const Json &inputSchema)
{
    Scan scan;
    TRY_DO(scan.schema(inputSchema, true));
    return std::move(scan.found);
}

Checked<void>
checkParameterHeaders(const std::vector<ParameterHeader> &declared, const Json &arguments,
                      const std::function<std::optional<QByteArray>(QByteArrayView)> &header)
{
    for (const ParameterHeader &parameter : declared) {
        const auto expected = headerText(arguments, parameter);
        if (!expected)
            continue;
        const QByteArray name = "Mcp-Param-" + parameter.name;
        const auto mismatch = [&](const char *what) {
            return reject(400, code::HeaderMismatch, "Header mismatch: " + name + ' ' + what,
                          Json::object({{"header", name}}));
        };
        const auto sent = header(name);
        if (!sent)
            return mismatch("is missing");
        const auto decoded = decodeHeaderValue(*sent);
        if (!decoded)
            return mismatch("is not valid base64 of UTF-8");
        if (!isEqual(parameter, *decoded, *expected))
            return mismatch("disagrees with the request's arguments");
    }
    return {};
}

} // namespace provost::protocol
