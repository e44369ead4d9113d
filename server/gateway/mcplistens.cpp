#include "server/gateway/mcplistens.h"

#include "server/gateway/mcpanswer.h"
#include "server/gateway/mcpservices.h"
#include "server/protocol/meta.h"

#include <set>

namespace provost::gateway {

namespace {

SessionOwner ownerOf(const identity::Principal &principal)
{
    return {principal.tenant, principal.user};
}

void refuse(Exchange &exchange, std::vector<Header> headers, const Json &id,
            const protocol::RpcError &error)
{
    McpAnswer answer = answerError(id, error);
    headers.push_back({"Content-Type", "application/json"});
    exchange.reply({answer.httpStatus, std::move(headers), std::move(answer.body)});
}

protocol::Checked<bool> flag(const Json &notifications, QByteArrayView member)
{
    const Json *value = notifications.find(member);
    if (value != nullptr && !value->isBool())
        return protocol::rejectParams("Invalid params: `" + member.toByteArray()
                                      + "` must be a boolean");
    return value != nullptr && value->toBool();
}

// Different ones, in order; nothing if the member is not there.
protocol::Checked<std::optional<std::vector<QByteArray>>>
names(const Json &notifications, QByteArrayView member, std::size_t namesMax)
{
    const Json *given = notifications.find(member);
    if (given == nullptr)
        return std::nullopt;
    std::set<QByteArray> different;
    bool valid = given->isArray();
    for (const Json &name : given->items()) {
        valid = valid && name.isString() && !name.toByteArray().isEmpty();
        different.insert(name.toByteArray());
    }
    if (!valid || different.size() > namesMax)
        return protocol::rejectParams("Invalid params: `" + member.toByteArray()
                                      + "` must be an array of at most "
                                      + QByteArray::number(qint64(namesMax)) + " strings");
    return std::vector<QByteArray>(different.begin(), different.end());
}

} // namespace

protocol::Checked<McpListens::Filter> readListenFilter(const Json &params)
{
    const Json &notifications = params["notifications"];
    if (!notifications.isObject())
        return protocol::rejectParams("Invalid params: `notifications` must be an object");
    McpListens::Filter filter;
    TRY_LET(filter.tools, flag(notifications, "toolsListChanged"));
    TRY_LET(filter.prompts, flag(notifications, "promptsListChanged"));
    TRY_LET(filter.resources, flag(notifications, "resourcesListChanged"));
    TRY_LET(filter.uris,
            names(notifications, "resourceSubscriptions", McpListens::urisMax));
    TRY_LET(filter.taskIds, names(notifications, "taskIds", McpListens::tasksMax));
    return filter;
}

McpListens::McpListens(const McpServices &services, McpWatches &watches)
    : m_services(services)
    , m_watches(watches)
    , m_taskNews([this](TaskNews news) { spawn(tellTask(m_alive, std::move(news))); })
{
}

Task<void> McpListens::open(Request request)
{
    const auto exchange = request.exchange;
    auto place = m_services.news.takePlace(ownerOf(request.principal));
    if (!place) {
        refuse(*exchange, request.headers, request.id,
               {429, 429, "Too many open subscriptions; end one first", {}});
        co_return;
    }
    const quint64 number = ++m_last;
    exchange->onClosed([alive = std::weak_ptr(m_alive), number] {
        if (const auto self = alive.lock())
            (*self)->m_streams.erase(number);
    });
    const auto uris = request.filter.uris.value_or(std::vector<QByteArray>());
    const auto taskIds = request.filter.taskIds.value_or(std::vector<QByteArray>());
    m_streams.emplace(number, Stream{std::move(request), std::move(*place), {}});
    for (const QByteArray &uri : uris) {
        if (find(number) == nullptr)
            co_return; // ended meanwhile
        co_await watch(number, uri);
    }
    for (const QByteArray &id : taskIds) {
        if (find(number) == nullptr)
            co_return;
        co_await watchTask(number, id);
    }
    if (Stream *stream = find(number)) {
        stream->isAcknowledged = true;
        exchange->startEvents(stream->request.headers);
        acknowledge(number);
    }
}

// What is refused is left out of the acknowledgment, and recorded by the governed call.
Task<void> McpListens::watch(quint64 number, QByteArray uri)
{
    const Stream *stream = find(number);
    calls::CallRequest call = stream->request.call;
    call.operation = calls::Operation::Subscribe;
    call.name = uri;
    call.params = Json::object({{"uri", uri}});
    const auto owner = ownerOf(stream->request.principal);
    const auto alive = std::weak_ptr(m_alive);
    GovernedWatch::Callbacks callbacks;
    callbacks.onUpdated = [alive, number, uri] {
        if (const auto self = alive.lock())
            (*self)->send(number, "notifications/resources/updated", Json::object({{"uri", uri}}));
    };
    callbacks.onEnded = [alive, number, uri](const QByteArray &) {
        if (const auto self = alive.lock())
            (*self)->lost(number, uri);
    };
    auto opened = co_await m_watches.open(std::move(call), owner, std::move(callbacks));
    if (Stream *still = find(number); still != nullptr && opened)
        still->watches.emplace(uri, std::move(*opened));
}

void McpListens::acknowledge(quint64 number)
{
    const Stream &stream = *find(number);
    Json honoured = Json::object();
    if (stream.request.filter.tools)
        honoured.set("toolsListChanged", true);
    if (stream.request.filter.prompts)
        honoured.set("promptsListChanged", true);
    if (stream.request.filter.resources)
        honoured.set("resourcesListChanged", true);
    if (stream.request.filter.uris) {
        Json uris = Json::array();
        for (const auto &[uri, watch] : stream.watches)
            uris.append(uri);
        honoured.set("resourceSubscriptions", std::move(uris));
    }
    if (stream.request.filter.taskIds) {
        Json ids = Json::array();
        for (const auto &[id, watch] : stream.tasks)
            ids.append(id);
        honoured.set("taskIds", std::move(ids));
    }
    send(number, "notifications/subscriptions/acknowledged",
         Json::object({{"notifications", std::move(honoured)}}));
}

void McpListens::lost(quint64 number, const QByteArray &uri)
{
    Stream *stream = find(number);
    if (stream != nullptr && stream->watches.erase(uri) > 0 && stream->isAcknowledged)
        acknowledge(number);
}

void McpListens::tell(const tenancy::TenantChange &change)
{
    for (const quint64 number : numbers()) {
        const Stream *stream = find(number);
        if (stream == nullptr || stream->request.principal.tenant != change.tenant)
            continue;
        if (change.closed)
            end(number, "The tenant is no longer served");
        else
            tellLists(number, change);
    }
}

void McpListens::tellLists(quint64 number, const tenancy::TenantChange &change)
{
    const Stream *stream = find(number);
    const Filter &filter = stream->request.filter;
    tenancy::TenantChange wanted = change;
    wanted.tools = change.tools && filter.tools;
    wanted.resources = change.resources && filter.resources;
    wanted.prompts = change.prompts && filter.prompts;
    for (const QByteArrayView method : listNotifications(wanted))
        send(number, method);
}

void McpListens::checkCredentials()
{
    for (const quint64 number : numbers()) {
        Stream *stream = find(number);
        if (stream == nullptr)
            continue;
        const auto principal = m_services.authenticate(stream->request.call.credential);
        const SessionOwner owner = ownerOf(stream->request.principal);
        if (!principal || ownerOf(*principal) != owner) {
            end(number, "The credential is no longer valid");
        } else if (*principal != stream->request.principal) {
            stream->request.principal = *principal;
            tellLists(number,
                      {.tenant = owner.tenant, .tools = true, .resources = true, .prompts = true});
            m_watches.decideAgain(owner);
        }
    }
}

void McpListens::keepAlive()
{
    for (const quint64 number : numbers()) {
        if (const Stream *stream = find(number); stream != nullptr && stream->isAcknowledged) {
            const auto exchange = stream->request.exchange;
            exchange->sendComment("listening");
        }
    }
}

void McpListens::endAll(QByteArrayView reason)
{
    for (const quint64 number : numbers())
        end(number, reason);
}

void McpListens::send(quint64 number, QByteArrayView method, Json params)
{
    const Stream *stream = find(number);
    if (stream == nullptr || !stream->isAcknowledged)
        return;
    const auto exchange = stream->request.exchange;
    if (exchange->bytesWaiting() > unsentBytesMax) {
        m_streams.erase(number); // with the exchange goes the connection
        return;
    }
    params.set("_meta", Json::object({{protocol::metakey::SubscriptionId.toByteArray(),
                                       stream->request.id}}));
    exchange->sendEvent(protocol::encodeNotification(method, params));
}

void McpListens::end(quint64 number, QByteArrayView reason)
{
    const Stream *found = find(number);
    if (found == nullptr)
        return;
    const auto exchange = found->request.exchange;
    const Json id = found->request.id;
    if (!found->isAcknowledged) {
        auto headers = found->request.headers;
        m_streams.erase(number);
        refuse(*exchange, std::move(headers), id, {503, 503, reason.toByteArray(), {}});
        return;
    }
    send(number, "notifications/cancelled", Json::object({{"requestId", id}, {"reason", reason}}));
    if (m_streams.erase(number) == 0)
        return; // the client had gone
    Json result = Json::object(
        {{"_meta", Json::object({{protocol::metakey::SubscriptionId.toByteArray(), id}})}});
    exchange->sendEvent(answerResult({protocol::Era::Modern, protocol::Method::Listen, id, {}, {}},
                                     std::move(result))
                            .body);
    exchange->endEvents();
}

McpListens::Stream *McpListens::find(quint64 number)
{
    const auto found = m_streams.find(number);
    return found != m_streams.end() ? &found->second : nullptr;
}

std::vector<quint64> McpListens::numbers() const
{
    std::vector<quint64> all;
    for (const auto &[number, stream] : m_streams)
        all.push_back(number);
    return all;
}

} // namespace provost::gateway
