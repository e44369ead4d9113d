#include "server/protocol/refusals.h"

#include "server/protocol/meta.h"
#include "server/protocol/results.h"
#include "server/protocol/text.h"

namespace provost::protocol {

namespace {

constexpr qsizetype namedBytesMax = 1024;

enum class Tell { InBand, AsError }; // how a refused tools/call is answered

struct Mapping
{
    int httpStatus;
    int code;
    Tell toolCall;
    bool retry;
};

Mapping mappingOf(ErrorCode errorCode)
{
    switch (errorCode) {
    case ErrorCode::InvalidInput: return {200, code::InvalidParams, Tell::InBand, false};
    case ErrorCode::NotFound: return {200, code::InvalidParams, Tell::AsError, false};
    case ErrorCode::Unauthenticated: return {401, 401, Tell::AsError, false};
    case ErrorCode::Denied: return {200, 403, Tell::InBand, false};
    case ErrorCode::RateLimited: return {429, 429, Tell::AsError, true};
    case ErrorCode::TooLarge: return {200, 413, Tell::InBand, false};
    case ErrorCode::Conflict: return {200, 409, Tell::InBand, false};
    case ErrorCode::Timeout: return {200, 504, Tell::InBand, false};
    case ErrorCode::Cancelled: return {200, 499, Tell::AsError, false};
    case ErrorCode::Unavailable: return {503, 503, Tell::AsError, true};
    case ErrorCode::Upstream: return {200, 502, Tell::InBand, false};
    case ErrorCode::Storage: return {503, 503, Tell::AsError, true};
    case ErrorCode::Internal: return {500, code::InternalError, Tell::AsError, false};
    }
    return {500, code::InternalError, Tell::AsError, false};
}

Json detailsOf(const Refused &refused, bool retry)
{
    Json details = Json::object({{"code", nameOf(refused.code)}, {"reason", refused.reason}});
    if (!refused.policy.isEmpty())
        details.set("policy", refused.policy);
    details.set("retry", retry);
    if (refused.retryAfterSeconds)
        details.set("retry_after_seconds", *refused.retryAfterSeconds);
    return details;
}

// MCP has its own words and codes for names that do not exist, or not for this caller.
RpcError notFound(Method method, Era era, QByteArrayView name)
{
    const QByteArray what = clipped(name, namedBytesMax);
    if (method == Method::CallTool)
        return {200, code::InvalidParams, "Unknown tool: " + what, {}};
    if (method == Method::ReadResource) {
        return {200, era == Era::Modern ? code::InvalidParams : code::LegacyResourceNotFound,
                "Resource not found", Json::object({{"uri", what}})};
    }
    if (nameMember(method) == QByteArrayView("taskId"))
        return {200, code::InvalidParams, "Unknown task: " + what, {}};
    return {200, code::InvalidParams, "Not found: " + what, {}};
}

} // namespace

RpcError missingCapability(QByteArray message, Json required)
{
    return {400, code::MissingClientCapability, std::move(message),
            Json::object({{"requiredCapabilities", std::move(required)}})};
}

RefusalAnswer answerRefusal(Method method, Era era, QByteArrayView name, const Refused &refused)
{
    if (refused.code == ErrorCode::NotFound)
        return notFound(method, era, name);
    if (era == Era::Modern && !refused.requiredCapabilities.isNull())
        return missingCapability(refused.reason, refused.requiredCapabilities);
    const Mapping mapping = mappingOf(refused.code);
    // A rate limit without a time is one that admits nothing at all.
    const bool hopeless = refused.code == ErrorCode::RateLimited && !refused.retryAfterSeconds;
    Json details = detailsOf(refused, mapping.retry && !hopeless);
    if (method != Method::CallTool || refused.malformed || mapping.toolCall == Tell::AsError)
        return RpcError{mapping.httpStatus, mapping.code, refused.reason, std::move(details)};
    return finishResult(
        method, era,
        Json::object(
            {{"content", Json::array({Json::object({{"type", "text"}, {"text", refused.reason}})})},
             {"isError", true},
             {"_meta", Json::object({{metakey::Refusal.toByteArray(), details}})}}));
}

} // namespace provost::protocol
