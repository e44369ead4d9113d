#include "server/gateway/router.h"

#include "server/base/assert.h"
#include "server/gateway/httpgrammar.h"
#include "server/gateway/replyencoder.h"

#include <algorithm>

namespace provost::gateway {

namespace {

// "/a/b" is ["a", "b"], "/" is [""], "*" is [].
std::vector<QByteArrayView> segmentsOf(QByteArrayView path)
{
    std::vector<QByteArrayView> segments;
    qsizetype start = path.startsWith('/') ? 1 : path.size() + 1;
    while (start <= path.size()) {
        const qsizetype slash = path.indexOf('/', start);
        const qsizetype end = slash < 0 ? path.size() : slash;
        segments.push_back(path.sliced(start, end - start));
        start = end + 1;
    }
    return segments;
}

bool isParameter(const QByteArray &segment)
{
    return segment.startsWith('{') && segment.endsWith('}');
}

} // namespace

void PathParameters::add(QByteArray name, QByteArray value)
{
    m_values.emplace_back(std::move(name), std::move(value));
}

QByteArray PathParameters::operator[](QByteArrayView name) const
{
    const auto found = std::find_if(m_values.begin(), m_values.end(),
                                    [name](const auto &value) { return value.first == name; });
    return found == m_values.end() ? QByteArray() : found->second;
}

void Router::add(QByteArray method, QByteArrayView pattern, RouteHandler handler)
{
    PROVOST_ASSERT(pattern.startsWith('/'), return );
    Route route{std::move(method), pattern.toByteArray(), {}, std::move(handler)};
    for (const QByteArrayView segment : segmentsOf(pattern))
        route.segments.push_back(segment.toByteArray());
    m_routes.push_back(std::move(route));
}

void Router::route(std::shared_ptr<Exchange> exchange) const
{
    const HttpRequest &request = exchange->request();
    const auto segments = segmentsOf(request.path);
    std::vector<QByteArray> allowed;
    for (const Route &route : m_routes) {
        PathParameters parameters;
        if (!matches(route, segments, parameters))
            continue;
        if (route.method == request.method || (route.method == "GET" && request.method == "HEAD"))
            return route.handler(std::move(exchange), parameters);
        allowed.push_back(route.method);
        if (route.method == "GET")
            allowed.push_back("HEAD");
    }
    if (allowed.empty())
        return exchange->reply(refusalReply(404, "there is nothing at this path"));
    allowed.push_back("OPTIONS");
    const bool isOptions = request.method == "OPTIONS";
    HttpReply reply = isOptions ? HttpReply{204, {}, {}}
                                : refusalReply(405, "the method is not allowed at this path");
    reply.headers.push_back({"Allow", QByteArrayList(allowed.begin(), allowed.end()).join(", ")});
    exchange->reply(std::move(reply));
}

std::vector<std::pair<QByteArray, QByteArray>> Router::routes() const
{
    std::vector<std::pair<QByteArray, QByteArray>> all;
    for (const Route &route : m_routes)
        all.emplace_back(route.method, route.pattern);
    return all;
}

bool Router::matches(const Route &route, const std::vector<QByteArrayView> &segments,
                     PathParameters &parameters)
{
    if (route.segments.size() != segments.size())
        return false;
    for (std::size_t i = 0; i < segments.size(); ++i) {
        const QByteArray &wanted = route.segments[i];
        if (!isParameter(wanted)) {
            if (wanted != segments[i])
                return false;
            continue;
        }
        auto value = decodeSegment(segments[i]);
        if (!value || value->isEmpty())
            return false;
        parameters.add(wanted.sliced(1, wanted.size() - 2), *std::move(value));
    }
    return true;
}

} // namespace provost::gateway
