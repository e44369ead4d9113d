#include "server/tools/serverdefinition.h"

#include "server/policy/yamltree.h"

#include <cmath>
#include <set>

namespace provost::tools {

namespace {

using policy::Diagnostic;
using policy::YamlNode;

bool isDigits(QByteArrayView text)
{
    return !text.isEmpty()
           && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// The decimal numbers of YAML's core schema that JSON writes alike. Octal, hexadecimal, a leading zero or plus, `.5`,
// `.inf` stay text, so that nothing changes its meaning on the way.
bool isJsonNumber(QByteArrayView text)
{
    if (text.startsWith('-'))
        text = text.sliced(1);
    const qsizetype exponent = std::max(text.indexOf('e'), text.indexOf('E'));
    if (exponent >= 0) {
        QByteArrayView digits = text.sliced(exponent + 1);
        if (digits.startsWith('-') || digits.startsWith('+'))
            digits = digits.sliced(1);
        if (!isDigits(digits))
            return false;
        text = text.first(exponent);
    }
    const qsizetype dot = text.indexOf('.');
    if (dot >= 0) {
        if (!isDigits(text.sliced(dot + 1)))
            return false;
        text = text.first(dot);
    }
    return isDigits(text) && (text.size() == 1 || text[0] != '0');
}

Json scalarOf(const YamlNode &node)
{
    if (!node.plain)
        return node.text;
    if (node.text == "true" || node.text == "True" || node.text == "TRUE")
        return true;
    if (node.text == "false" || node.text == "False" || node.text == "FALSE")
        return false;
    if (node.text == "null" || node.text == "Null" || node.text == "NULL" || node.text == "~")
        return nullptr;
    if (isJsonNumber(node.text))
        return Json::number(node.text);
    return node.text;
}

Json jsonOf(const YamlNode &node)
{
    switch (node.kind) {
    case YamlNode::Kind::Null: return nullptr;
    case YamlNode::Kind::Scalar: return scalarOf(node);
    case YamlNode::Kind::Sequence: {
        Json::Array items;
        for (const YamlNode &item : node.items)
            items.push_back(jsonOf(item));
        return items;
    }
    case YamlNode::Kind::Map: {
        Json::Object members;
        for (const auto &[key, value] : node.members)
            members.push_back({key.text, jsonOf(value)});
        return members;
    }
    }
    return nullptr;
}

bool isSlug(QByteArrayView text)
{
    return !text.isEmpty() && text.size() <= 63
           && std::all_of(text.begin(), text.end(), [](char c) {
                  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
              });
}

class Loader
{
public:
    std::vector<ServerDefinition> servers;
    std::vector<Diagnostic> diagnostics;

    void readRoot(const YamlNode &root)
    {
        if (!root.isMap()) {
            error(root, "a servers file is a mapping with the key `servers`");
            return;
        }
        for (const auto &[key, value] : root.members) {
            if (key.text == "version") {
                if (value.text != "1")
                    error(value, "only version 1 is known");
            } else if (key.text == "servers") {
                readServers(value);
            } else {
                error(key, "unknown key `" + key.text + "`; known are `version` and `servers`");
            }
        }
        if (root.find("servers") == nullptr)
            error(root, "the key `servers` is missing");
    }

private:
    void error(const YamlNode &node, QByteArray message)
    {
        diagnostics.push_back({Diagnostic::Severity::Error, node.where, std::move(message)});
    }

    void readServers(const YamlNode &list)
    {
        if (list.isNull())
            return; // `servers:` with nothing under it
        if (!list.isSequence()) {
            error(list, "`servers` must be a list");
            return;
        }
        for (const YamlNode &entry : list.items)
            readServer(entry);
    }

    void readServer(const YamlNode &entry)
    {
        if (!entry.isMap()) {
            error(entry, "a server is a mapping");
            return;
        }
        ServerDefinition server;
        server.where = entry.where;
        server.id = ServerId(required(entry, "id"));
        server.kind = required(entry, "kind");
        if (!server.id.isEmpty() && !isSlug(server.id.value))
            error(*entry.find("id"), "a server's id is made of a-z, 0-9, `-` and `_`, 63 at most");
        if (!m_ids.insert(server.id).second && !server.id.isEmpty())
            error(*entry.find("id"), "the id `" + server.id.value + "` is used twice");
        server.tenants = tenantsOf(entry);
        server.prefix = prefixOf(entry, server);
        server.config = jsonOf(entry);
        server.outputValidation = outputValidationOf(entry, server);
        servers.push_back(std::move(server));
    }

    QByteArray required(const YamlNode &entry, const char *key)
    {
        const YamlNode *value = entry.find(key);
        if (value == nullptr || !value->isScalar() || value->text.isEmpty()) {
            error(value == nullptr ? entry : *value,
                  "a server needs the text `" + QByteArray(key) + "`");
            return {};
        }
        return value->text;
    }

    std::vector<TenantId> tenantsOf(const YamlNode &entry)
    {
        std::vector<TenantId> tenants;
        const YamlNode *list = entry.find("tenants");
        if (list == nullptr)
            return tenants;
        // An empty list must not come to mean "every tenant".
        if (!list->isSequence() || list->items.empty())
            error(*list, "`tenants` is a list of tenant ids; leave it out for every tenant");
        for (const YamlNode &item : list->items) {
            if (!item.isScalar() || item.text.isEmpty())
                error(item, "a tenant id is a text");
            else
                tenants.emplace_back(item.text);
        }
        return tenants;
    }

    QByteArray prefixOf(const YamlNode &entry, const ServerDefinition &server)
    {
        const YamlNode *prefix = entry.find("prefix");
        if (prefix == nullptr)
            return server.kind == "mcp" ? server.id.value + "__" : QByteArray();
        if (!prefix->isScalar())
            error(*prefix, "`prefix` is a text; write \"\" for none");
        return prefix->text;
    }

    OutputValidation outputValidationOf(const YamlNode &entry, const ServerDefinition &server)
    {
        const YamlNode *value = entry.find("output_validation");
        if (value == nullptr)
            return server.kind == "mcp" ? OutputValidation::Warn : OutputValidation::Off;
        for (const auto &[name, validation] :
             {std::pair("off", OutputValidation::Off), std::pair("warn", OutputValidation::Warn),
              std::pair("strict", OutputValidation::Strict)}) {
            if (value->isScalar() && value->text == name)
                return validation;
        }
        error(*value, "`output_validation` is off, warn or strict");
        return OutputValidation::Strict;
    }

    std::set<ServerId> m_ids;
};

Result<QByteArray> substituteText(const QByteArray &text,
                                  const std::map<QByteArray, QByteArray> &variables)
{
    QByteArray out;
    qsizetype done = 0;
    for (qsizetype at = text.indexOf("${"); at >= 0; at = text.indexOf("${", done)) {
        const qsizetype end = text.indexOf('}', at);
        if (end < 0)
            return fail(ErrorCode::InvalidInput, QStringLiteral("a `${` has no `}`"));
        const QByteArray name = text.mid(at + 2, end - at - 2);
        out += text.mid(done, at - done);
        done = end + 1;
        if (name.startsWith("user.")) {
            out += text.mid(at, done - at); // bound by the adapter at each call
            continue;
        }
        const auto variable = variables.find(name);
        if (variable == variables.end())
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("unknown variable `%1`").arg(QString::fromUtf8(name)));
        out += variable->second;
    }
    return out + text.mid(done);
}

} // namespace

LoadedServers loadServers(QByteArrayView text, const QByteArray &file)
{
    policy::YamlTree tree = policy::parseYaml(file, text);
    if (tree.root.where.file.isEmpty()) // an empty text has no node
        tree.root.where = {file, 1, 1};
    if (tree.error)
        return {{}, {*tree.error}};
    Loader loader;
    loader.readRoot(tree.root);
    return {std::move(loader.servers), std::move(loader.diagnostics)};
}

Result<Json> substitute(const Json &config, const std::map<QByteArray, QByteArray> &variables)
{
    if (config.isString()) {
        TRY_LET(QByteArray text, substituteText(config.toByteArray(), variables));
        return Json(std::move(text));
    }
    if (config.isArray()) {
        Json::Array items;
        for (const Json &item : config.items()) {
            TRY_LET(Json value, substitute(item, variables));
            items.push_back(std::move(value));
        }
        return Json(std::move(items));
    }
    if (config.isObject()) {
        Json::Object members;
        for (const auto &[key, value] : config.members()) {
            TRY_LET(Json replaced, substitute(value, variables));
            members.push_back({key, std::move(replaced)});
        }
        return Json(std::move(members));
    }
    return config;
}

} // namespace provost::tools
