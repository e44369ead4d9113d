#include "server/tools/adapters/mcp/httpfailure.h"

#include "server/base/json.h"

namespace provost::tools::mcp {

namespace {

constexpr int redirectFirst = 300;
constexpr int badRequest = 400;
constexpr int unauthorized = 401;
constexpr int forbidden = 403;
constexpr int notFound = 404;
constexpr int tooManyRequests = 429;
constexpr int serverErrorFirst = 500;
constexpr int badGateway = 502;
constexpr int serviceUnavailable = 503;

constexpr int oldSessionErrorCode =
    -32000; // of the servers that the official SDK's examples became

} // namespace

Error failureOf(const HttpExchange &exchange)
{
    const int status = exchange.status();
    const QString words = QStringLiteral(" (HTTP status %1)").arg(status);
    if (status < redirectFirst)
        return {ErrorCode::Upstream, u"the server ended its answer without a result" % words};
    if (status < badRequest)
        return {ErrorCode::Upstream, u"the server redirects, which is not followed" % words};
    switch (status) {
    case unauthorized:
    case forbidden:
        return {ErrorCode::Upstream, u"the server refuses the configured credential" % words};
    case tooManyRequests:
    case badGateway:
    case serviceUnavailable:
        return {ErrorCode::Unavailable, u"the server does not take calls now" % words};
    default: return {ErrorCode::Upstream, u"the server refused the message" % words};
    }
}

bool bringsAnswer(const HttpExchange &exchange)
{
    const int status = exchange.status();
    return exchange.isJson() && status != unauthorized && status != forbidden
           && status < serverErrorFirst;
}

Json rpcErrorOf(const HttpExchange &exchange)
{
    if (!exchange.isJson())
        return {};
    const auto body = Json::parse(exchange.body());
    return body ? (*body)["error"] : Json();
}

bool saysSessionIsUnknown(const HttpExchange &exchange)
{
    if (exchange.status() == notFound)
        return true;
    if (exchange.status() != badRequest)
        return false;
    // The specification says 404, but many servers answer "Bad Request: No valid session ID provided".
    const Json error = rpcErrorOf(exchange);
    return error["code"].toInteger() == oldSessionErrorCode
           && error["message"].toByteArray().toLower().contains("session");
}

} // namespace provost::tools::mcp
