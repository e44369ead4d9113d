// McpListens: the `subscriptions/listen` streams of one loop (MCP 2026-07-28, basic/utilities/subscriptions). A client
// names what it wants to hear of; the first frame acknowledges what it will, and every frame carries the id of its
// request.
//
// A change between the request and the acknowledgment is not told: a client reads the lists after it. When a right to a
// resource is gone, the acknowledgment is sent again without it. A stream that the server ends says so
// (notifications/cancelled and the result), one whose client reads too slowly is cut.
// INVARIANT: a stream lives only while its credential is valid; nothing is told but what was asked for and granted.
// Thread: the loop on which it was made.
#pragma once

#include "server/gateway/exchange.h"
#include "server/gateway/mcpnews.h"
#include "server/gateway/mcpwatches.h"
#include "server/identity/principal.h"

#include <map>
#include <memory>

namespace provost::tasks {
class TaskWatch;
}

namespace provost::gateway {

class McpListens
{
public:
    static constexpr std::size_t urisMax = 64;  // of one stream
    static constexpr std::size_t tasksMax = 64; // of one stream
    static constexpr qint64 unsentBytesMax =
        qint64(1) << 20; // beyond: the client is too slow, the stream is cut

    // What a client asked to hear of, and what it is granted.
    struct Filter
    {
        bool tools = false;
        bool resources = false;
        bool prompts = false;
        std::optional<std::vector<QByteArray>> uris;    // none: not asked for
        std::optional<std::vector<QByteArray>> taskIds; // as above
    };

    struct Request
    {
        std::shared_ptr<Exchange> exchange;
        std::vector<Header> headers; // of the answer
        Json id;
        Filter filter;
        identity::Principal principal;
        calls::CallRequest
            call; // what every governed call of the stream repeats: credential, agent, ids
    };

    // Both outlive the object.
    McpListens(const McpServices &services, McpWatches &watches);

    // Answers on the exchange. REQUIRES: the exchange was not answered.
    [[nodiscard]] Task<void> open(Request request);

    void tell(const tenancy::TenantChange &change);
    // Ends the streams whose credential has become invalid; a principal whose rights changed hears that lists may have.
    void checkCredentials();
    void keepAlive();
    void endAll(QByteArrayView reason);

private:
    struct TaskNews // something about the task is different
    {
        quint64 stream = 0;
        QByteArray id;
    };
    struct Stream
    {
        Request request;
        McpNews::Place place;
        std::map<QByteArray, std::shared_ptr<GovernedWatch>> watches;
        std::map<QByteArray, std::shared_ptr<tasks::TaskWatch>> tasks;
        bool isAcknowledged = false;
    };

    // All find the stream by its number: whatever is sent may show that its client has gone.
    [[nodiscard]] Task<void> watch(quint64 number, QByteArray uri);
    void acknowledge(quint64 number);
    void lost(quint64 number, const QByteArray &uri);
    // See mcplistentasks.cpp.
    [[nodiscard]] Task<void> watchTask(quint64 number, QByteArray id);
    static Task<void> tellTask(std::weak_ptr<McpListens *> alive, TaskNews news);
    void tellLists(quint64 number, const tenancy::TenantChange &change);
    void send(quint64 number, QByteArrayView method, Json params = Json::object());
    void end(quint64 number, QByteArrayView reason);
    [[nodiscard]] Stream *find(quint64 number);
    [[nodiscard]] std::vector<quint64> numbers() const;

    const McpServices &m_services;
    McpWatches &m_watches;
    std::map<quint64, Stream> m_streams;
    quint64 m_last = 0;
    // Expires with this object: an exchange or a watch may tell of its end later.
    const std::shared_ptr<McpListens *> m_alive = std::make_shared<McpListens *>(this);
    Mailbox<TaskNews> m_taskNews;
};

// `notifications` of the parameters. Errors: in band, InvalidParams.
[[nodiscard]] protocol::Checked<McpListens::Filter> readListenFilter(const Json &params);

} // namespace provost::gateway
