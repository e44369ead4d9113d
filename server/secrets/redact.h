// Redaction: what may be written of a value that came from outside. Secrets become "[redacted]", long text is cut and
// carries a SHA-256 of the whole. For records, logs and error texts; never for what a tool receives.
// Found are members whose name says so (password, token, api_key, authorization, …) and text with the form of a known
// secret: keys of Provost, bearer and basic credentials, PEM private keys, JSON web tokens, passwords in URLs and
// connection strings, and the keys of common providers. What has no form that tells (a password in free text) stays.
// Thread: pure functions.
#pragma once

#include "server/base/json.h"

namespace provost::secrets {

struct RedactionLimits
{
    qsizetype stringBytesMax = 2048; // a longer string is cut
    qsizetype totalBytesMax =
        65'536; // a larger value becomes {"cut": true, "bytes": …, "sha256": …}
};

inline constexpr char redactedText[] = "[redacted]";

// The hash of a cut is over the redacted text, so that a guess at a short secret cannot be checked with it.
[[nodiscard]] Json redact(Json value, const RedactionLimits &limits = {});

// The same for plain text, without cutting.
[[nodiscard]] QByteArray redactText(QByteArray text);

// True for a member name that says its value is a secret, however it is written: "apiKey", "API-Key", "db_password".
[[nodiscard]] bool namesSecret(QByteArrayView memberName);

} // namespace provost::secrets
