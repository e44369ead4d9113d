// Registry: what a tenant's agents can reach, joined from its servers' catalogs under unique names. Immutable; a
// changed catalog publishes a new one. Never filters: the decision is made at the call.
// Thread: all members are const and safe from any thread.
#pragma once

#include "server/protocol/parameterheaders.h"
#include "server/tools/adapter.h"
#include "server/tools/toolschemas.h"

#include <unordered_map>

namespace provost::tools {

struct RegisteredTool
{
    ToolDescriptor descriptor; // name is the final one
    ServerId server;
    std::shared_ptr<Adapter> adapter;
    // Null: nothing is checked here.
    std::shared_ptr<const schema::Validator> input{};
    std::shared_ptr<const schema::Validator> output{};
    OutputValidation outputValidation = OutputValidation::Off;
    // Arguments that stand in headers too. None for a tool whose declarations are wrong: it is listed with them, but none of its
    // headers is looked at.
    std::vector<protocol::ParameterHeader> headers{};
};

struct RegisteredItem
{
    ItemDescriptor descriptor;
    ServerId server;
    std::shared_ptr<Adapter> adapter;
};

struct ServerCatalog
{
    ServerId server;
    QByteArray prefix;
    std::shared_ptr<Adapter> adapter;
    Catalog catalog;
    OutputValidation outputValidation = OutputValidation::Off;
};

class Registry
{
public:
    // Joins the catalogs in order. A name that is taken, or that no client accepts, is left out and named in
    // problems(); the first server keeps it. A tool whose schema does not compile stays, unchecked, and is named there.
    explicit Registry(
        std::vector<ServerCatalog> catalogs,
        const std::shared_ptr<ToolSchemas> &schemas = std::make_shared<ToolSchemas>());

    [[nodiscard]] const RegisteredTool *tool(QByteArrayView name) const; // null if unknown
    // Exact resources first, then templates whose pattern (RFC 6570 level 1) matches. Null if unknown.
    [[nodiscard]] const RegisteredItem *resource(QByteArrayView uri) const;
    [[nodiscard]] const RegisteredItem *prompt(QByteArrayView name) const;

    // In a deterministic order: by server as declared, then as the server lists them.
    [[nodiscard]] const std::vector<RegisteredTool> &tools() const { return m_tools; }
    [[nodiscard]] const std::vector<RegisteredItem> &resources() const { return m_resources; }
    [[nodiscard]] const std::vector<RegisteredItem> &resourceTemplates() const
    {
        return m_resourceTemplates;
    }
    [[nodiscard]] const std::vector<RegisteredItem> &prompts() const { return m_prompts; }
    [[nodiscard]] const std::vector<QByteArray> &problems() const { return m_problems; }

private:
    [[nodiscard]] RegisteredTool registered(ToolDescriptor tool, const ServerCatalog &from,
                                            ToolSchemas &schemas);

    std::vector<RegisteredTool> m_tools;
    std::vector<RegisteredItem> m_resources;
    std::vector<RegisteredItem> m_resourceTemplates;
    std::vector<RegisteredItem> m_prompts;
    std::vector<QByteArray> m_problems;
    // Looked up by what stands in a request, without a copy of it.
    struct NameHash
    {
        using is_transparent = void;
        std::size_t operator()(QByteArrayView name) const { return qHash(name); }
    };
    using ByName = std::unordered_map<QByteArray, std::size_t, NameHash, std::equal_to<>>;

    ByName m_toolsByName;
    ByName m_resourcesByUri;
    ByName m_promptsByName;
};

} // namespace provost::tools
