// Fetches a metadata document, or posts to an endpoint of an authorization server. The host's name is looked up once,
// the addresses are checked, and the connection goes to the address that was checked. Redirects are not followed,
// nothing is repeated, and an answer is bounded in size and time.
// Thread: that of `owner`, which needs an event loop.
#pragma once

#include "server/base/json.h"
#include "server/base/task.h"
#include "server/tools/adapters/mcp/oauth/addressrule.h"

#include <QPointer>

namespace provost::tools::mcp::oauth {

struct FetchRequest
{
    QUrl url;
    QByteArray body{};          // empty: GET, else POST
    QByteArray contentType{};   // of the body
    QByteArray authorization{}; // value of the header; may be empty
};

struct FetchResponse
{
    int status = 0;
    Json body; // null if it was not a JSON object

    [[nodiscard]] bool isOk() const { return status >= 200 && status < 300 && body.isObject(); }
};

inline constexpr qsizetype documentBytesMax = 256 << 10;
inline constexpr std::chrono::milliseconds fetchTimeout{10'000};

// What a coroutine ends with when its owner is gone.
[[nodiscard]] inline Error gone()
{
    return {ErrorCode::Unavailable, QStringLiteral("the server was stopped")};
}

// Any status is a response, but a redirect is an error. What is under way ends with `owner`.
// Errors: Denied by `rule`, Unavailable, Upstream, TooLarge, Timeout.
[[nodiscard]] Task<Result<FetchResponse>> fetch(QPointer<QObject> owner, FetchRequest request,
                                                AddressRule rule);

} // namespace provost::tools::mcp::oauth
