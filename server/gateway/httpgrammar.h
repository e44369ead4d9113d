// The pieces of HTTP's grammar that a gateway must read the same way as everybody else, and nothing lenient:
// RFC 9110 (tokens, field values, Host), RFC 9112 (request target, chunk extensions), RFC 3986 (paths).
// Thread: pure functions.
#pragma once

#include "server/gateway/exchange.h"

#include <QByteArray>

#include <optional>

namespace provost::gateway {

[[nodiscard]] bool isToken(QByteArrayView text);      // RFC 9110 5.6.2, not empty
[[nodiscard]] bool isFieldValue(QByteArrayView text); // no control character but TAB
[[nodiscard]] bool isHexDigit(char character);
[[nodiscard]] int hexValue(char digit); // REQUIRES: isHexDigit(digit)

// Without spaces and tabs at both ends.
[[nodiscard]] QByteArrayView trimmedField(QByteArrayView text);
[[nodiscard]] bool equalFolded(QByteArrayView a, QByteArrayView b); // REQUIRES: of one size
// The case of ASCII letters aside. The names of a request are compared by the hundred, and nearly all differ in size.
[[nodiscard]] inline bool equalIgnoringCase(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && equalFolded(a, b);
}
// Whether a comma-separated list holds `member`, case-insensitively.
[[nodiscard]] bool listContains(QByteArrayView list, QByteArrayView member);

// `host[:port]`, a name, an IPv4 address or a bracketed IPv6 address; no user, no path.
struct Authority
{
    QByteArrayView host; // with brackets where there are any
    std::optional<quint16> port;
};
[[nodiscard]] std::optional<Authority> parseAuthority(QByteArrayView text);

// A request target in origin form (`/path?query`), absolute form (`http://host/path`) or asterisk form (`*`).
// Percent signs must start an escape; characters outside RFC 3986 are refused.
struct RequestTarget
{
    QByteArrayView authority; // of the absolute form, else empty
    QByteArrayView path;
    QByteArrayView query;
};
[[nodiscard]] std::optional<RequestTarget> parseRequestTarget(QByteArrayView text);

// *( ";" token [ "=" ( token / quoted-string ) ] ), without the "bad" white space that RFC 9112 7.1.1 lets pass.
[[nodiscard]] bool isChunkExtensions(QByteArrayView text);

// The bytes behind a path segment's percent escapes; nothing for a malformed escape, a NUL or an encoded slash.
[[nodiscard]] std::optional<QByteArray> decodeSegment(QByteArrayView segment);

} // namespace provost::gateway
