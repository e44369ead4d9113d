// Finds what answers a request by its method and path. Patterns are literal but for whole segments in braces, which
// match any one segment: "/t/{tenant}/mcp". A trailing slash is another path.
// INVARIANT: a path that no pattern matches is answered 404, a method that its pattern does not have 405 with Allow.
// Thread: filled once, then read from any thread; handlers run where route() was called.
#pragma once

#include "server/gateway/exchange.h"

#include <QByteArray>

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace provost::gateway {

// The segments that matched braces, decoded. A segment with an encoded slash or NUL matches no braces.
class PathParameters
{
public:
    void add(QByteArray name, QByteArray value);
    [[nodiscard]] QByteArray operator[](QByteArrayView name) const; // empty if there is none

private:
    std::vector<std::pair<QByteArray, QByteArray>> m_values;
};

class Router
{
public:
    using RouteHandler = std::function<void(std::shared_ptr<Exchange>, const PathParameters &)>;

    // REQUIRES: `pattern` starts with a slash. GET answers HEAD too, OPTIONS is answered here.
    void add(QByteArray method, QByteArrayView pattern, RouteHandler handler);

    void route(std::shared_ptr<Exchange> exchange) const;

    // Every route, for tests that try each one: (method, pattern).
    [[nodiscard]] std::vector<std::pair<QByteArray, QByteArray>> routes() const;

private:
    struct Route
    {
        QByteArray method;
        QByteArray pattern;
        std::vector<QByteArray> segments;
        RouteHandler handler;
    };

    [[nodiscard]] static bool matches(const Route &route,
                                      const std::vector<QByteArrayView> &segments,
                                      PathParameters &parameters);

    std::vector<Route> m_routes;
};

} // namespace provost::gateway
