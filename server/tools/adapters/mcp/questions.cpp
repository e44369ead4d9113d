#include "server/tools/adapters/mcp/questions.h"

#include <algorithm>

namespace provost::tools::mcp {

namespace {

constexpr std::size_t openMax = 16;
constexpr int askedMax = 200; // in one call

protocol::RpcError unknownMethod(QByteArrayView what)
{
    return {.code = protocol::code::MethodNotFound,
            .message = "the client does not support " + what.toByteArray()};
}

protocol::RpcError wrongParams(const char *what)
{
    return {.code = protocol::code::InvalidParams, .message = what};
}

} // namespace

std::optional<protocol::RpcError> Questions::refusalOf(const Json &capabilities,
                                                       const QByteArray &method, const Json &params)
{
    if (method == "roots/list")
        return capabilities["roots"].isObject() ? std::nullopt
                                                : std::optional(unknownMethod("roots"));
    if (method == "sampling/createMessage") {
        const Json &sampling = capabilities["sampling"];
        if (!sampling.isObject())
            return unknownMethod("sampling");
        if ((params.contains("tools") || params.contains("toolChoice"))
            && !sampling["tools"].isObject())
            return wrongParams("the client does not support tools in sampling");
        return std::nullopt;
    }
    if (method == "elicitation/create") {
        const Json &elicitation = capabilities["elicitation"];
        if (!elicitation.isObject())
            return unknownMethod("elicitation");
        const bool byUrl = params["mode"].toByteArray() == "url";
        // An empty declaration means forms alone.
        const bool byForm = elicitation["form"].isObject() || !elicitation["url"].isObject();
        if (byUrl ? elicitation["url"].isObject() : byForm)
            return std::nullopt;
        return wrongParams(byUrl ? "the client does not support elicitation by url"
                                 : "the client does not support elicitation by form");
    }
    return unknownMethod(method);
}

bool Questions::add(const Json &serverRequest, Scope scope)
{
    const Json &id = serverRequest["id"];
    const bool isTaken = std::any_of(m_open.begin(), m_open.end(), [&id](const Question &question) {
        return question.serverId == id;
    });
    if (isTaken || m_open.size() >= openMax || m_count >= askedMax)
        return false;
    const QByteArray method = serverRequest["method"].toByteArray();
    Json request = Json::object({{"method", method}});
    if (const Json *params = serverRequest.find("params"))
        request.set("params", *params);
    m_open.push_back(
        {.key = method.first(method.indexOf('/')) + '_' + QByteArray::number(++m_count),
         .serverId = id,
         .request = std::move(request),
         .scope = scope});
    return true;
}

bool Questions::remove(const Json &serverId)
{
    return std::erase_if(
               m_open,
               [&serverId](const Question &question) { return question.serverId == serverId; })
           > 0;
}

Json Questions::ask()
{
    Json requests = Json::object();
    for (Question &question : m_open) {
        question.wasAsked = true;
        requests.set(question.key, question.request);
    }
    return requests;
}

std::vector<Questions::Answered> Questions::takeAnswered(const Json &inputResponses)
{
    std::vector<Answered> answered;
    std::erase_if(m_open, [&](Question &question) {
        const Json *response = inputResponses.find(question.key);
        if (response == nullptr || !response->isObject())
            return false;
        answered.push_back({std::move(question.serverId), *response});
        return true;
    });
    return answered;
}

std::vector<Json> Questions::takeServerIds()
{
    std::vector<Json> ids;
    for (Question &question : m_open)
        ids.push_back(std::move(question.serverId));
    m_open.clear();
    return ids;
}

std::vector<Questions::Leftover> Questions::takeOfSession()
{
    std::vector<Leftover> leftovers;
    std::erase_if(m_open, [&leftovers](Question &question) {
        if (question.scope == Scope::Call)
            return false;
        Json request = std::move(question.request);
        request.set("id", std::move(question.serverId));
        leftovers.push_back({std::move(request), question.wasAsked});
        return true;
    });
    return leftovers;
}

} // namespace provost::tools::mcp
