#include "server/base/result.h"

namespace provost {

const char *nameOf(ErrorCode code)
{
    switch (code) {
    case ErrorCode::InvalidInput: return "invalid_input";
    case ErrorCode::NotFound: return "not_found";
    case ErrorCode::Unauthenticated: return "unauthenticated";
    case ErrorCode::Denied: return "denied";
    case ErrorCode::RateLimited: return "rate_limited";
    case ErrorCode::TooLarge: return "too_large";
    case ErrorCode::Conflict: return "conflict";
    case ErrorCode::Timeout: return "timeout";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::Unavailable: return "unavailable";
    case ErrorCode::Upstream: return "upstream_error";
    case ErrorCode::Storage: return "storage_error";
    case ErrorCode::Internal: return "internal_error";
    }
    return "internal_error";
}

} // namespace provost
