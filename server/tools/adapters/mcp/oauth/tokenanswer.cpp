#include "server/tools/adapters/mcp/oauth/tokenanswer.h"

#include <algorithm>

namespace provost::tools::mcp::oauth {

namespace {

using std::chrono::seconds;

constexpr qsizetype tokenBytesMax = 16 << 10;
constexpr qsizetype codeBytesMax = 64;
constexpr int serverError = 500;
constexpr std::int64_t lifeMax = std::chrono::seconds(std::chrono::hours(24 * 365)).count();
// A token is given up a little before it ends, so that it does not end on its way.
constexpr seconds marginMax{30};
constexpr int marginPart = 10;

// A token goes into a header as it is.
bool isToken(const QByteArray &text)
{
    return !text.isEmpty() && text.size() <= tokenBytesMax
           && std::all_of(text.begin(), text.end(),
                          [](char byte) { return byte >= 0x21 && byte <= 0x7e; });
}

} // namespace

QByteArray errorCodeOf(const QByteArray &text)
{
    const bool isCode =
        text.size() <= codeBytesMax && std::all_of(text.begin(), text.end(), [](char byte) {
            return (byte >= 'a' && byte <= 'z') || byte == '_';
        });
    return isCode ? text : QByteArray();
}

Result<Tokens> readTokens(const FetchResponse &response, Tokens old, WallTime now)
{
    if (!response.isOk()) {
        const QByteArray code = errorCodeOf(response.body["error"].toByteArray());
        return fail(response.status >= serverError ? ErrorCode::Unavailable : ErrorCode::Denied,
                    QStringLiteral("the authorization server gives no token: HTTP status %1 %2")
                        .arg(response.status)
                        .arg(QString::fromLatin1(code))
                        .trimmed());
    }
    const QByteArray access = response.body["access_token"].toByteArray();
    if (!isToken(access) || response.body["token_type"].toByteArray().toLower() != "bearer")
        return fail(ErrorCode::Upstream,
                    QStringLiteral("the authorization server gives no bearer token"));
    old.access = access;
    old.usableUntil.reset();
    if (const auto life = response.body["expires_in"].toInteger()) {
        const seconds whole(std::clamp<std::int64_t>(*life, 0, lifeMax));
        old.usableUntil = now + whole - std::min(marginMax, whole / marginPart);
    }
    if (const QByteArray refresh = response.body["refresh_token"].toByteArray(); isToken(refresh))
        old.refresh = refresh;
    return old;
}

} // namespace provost::tools::mcp::oauth
