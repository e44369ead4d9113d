#include "server/secrets/secretscanner.h"

#include <algorithm>
#include <array>
#include <limits>

namespace provost::secrets {

namespace {

enum CharacterClass : unsigned { Digit = 1, Upper = 2, Lower = 4, Dash = 8, Base64 = 16, Dot = 32 };
constexpr unsigned alphanumeric = Digit | Upper | Lower;
constexpr unsigned base64Url = alphanumeric | Dash; // Dash is `-` and `_`
constexpr unsigned token68 = base64Url | Base64 | Dot;

constexpr std::array<unsigned char, 256> makeClasses()
{
    std::array<unsigned char, 256> classes{};
    for (unsigned c = '0'; c <= '9'; ++c)
        classes[c] = Digit;
    for (unsigned c = 'A'; c <= 'Z'; ++c)
        classes[c] = Upper;
    for (unsigned c = 'a'; c <= 'z'; ++c)
        classes[c] = Lower;
    classes['-'] = classes['_'] = Dash;
    classes['+'] = classes['/'] = classes['='] = classes['~'] = Base64;
    classes['.'] = Dot;
    return classes;
}

bool is(char c, unsigned classes)
{
    static constexpr auto table = makeClasses();
    return (table[static_cast<unsigned char>(c)] & classes) != 0;
}

char lowered(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

bool startsWithIgnoringCase(QByteArrayView text, QByteArrayView lowerCase)
{
    return text.size() >= lowerCase.size()
           && std::equal(lowerCase.begin(), lowerCase.end(), text.begin(),
                         [](char wanted, char c) { return lowered(c) == wanted; });
}

// How many of the first `bytesMax` bytes are of `classes` until one is not.
qsizetype runLength(QByteArrayView text, unsigned classes,
                    qsizetype bytesMax = std::numeric_limits<qsizetype>::max())
{
    const auto end = text.begin() + std::min(text.size(), bytesMax);
    return std::find_if_not(text.begin(), end, [&](char c) { return is(c, classes); })
           - text.begin();
}

bool hasDigit(QByteArrayView text)
{
    return std::any_of(text.begin(), text.end(), [](char c) { return is(c, Digit); });
}

// A prefix that only keys of one issuer have, and what follows it.
struct IssuedKey
{
    QByteArrayView prefix;
    unsigned body = 0;
    qsizetype bodyMin = 0;
};

constexpr IssuedKey issuedKeys[] = {
    {"AKIA", Digit | Upper, 16}, // AWS access keys, long-term and temporary
    {"ASIA", Digit | Upper, 16},    {"AIza", base64Url, 35}, // Google
    {"ghp_", alphanumeric, 30},                              // GitHub
    {"gho_", alphanumeric, 30},     {"ghu_", alphanumeric, 30},
    {"ghs_", alphanumeric, 30},     {"ghr_", alphanumeric, 30},
    {"github_pat_", base64Url, 22}, {"glpat-", base64Url, 20},      // GitLab
    {"hf_", alphanumeric, 30},                                      // Hugging Face
    {"hvs.", base64Url, 24},                                        // Vault
    {"npm_", alphanumeric, 36},     {"rk_live_", alphanumeric, 16}, // Stripe
    {"rk_test_", alphanumeric, 16}, {"sk_live_", alphanumeric, 16},
    {"sk_test_", alphanumeric, 16}, {"sk-", base64Url, 20}, // OpenAI, Anthropic
    {"xoxa-", base64Url, 10},                               // Slack
    {"xoxb-", base64Url, 10},       {"xoxp-", base64Url, 10},
    {"xoxr-", base64Url, 10},       {"xoxs-", base64Url, 10},
    {"SG.", base64Url | Dot, 40}, // SendGrid
};

// Names before `=`, as in URLs and connection strings; in lower case.
constexpr QByteArrayView assignedNames[] = {
    "password",        "passwd",        "pwd",
    "api_key",         "apikey",        "access_token",
    "auth_token",      "token",         "secret",
    "refresh_token",   "client_secret", "sig",
    "x-amz-signature", "accountkey",    "sharedaccesskey",
};

constexpr qsizetype credentialMin = 16; // shorter words after "Bearer" are prose

// Most words begin like no secret at all.
constexpr std::array<bool, 256> makeFirstLetters()
{
    std::array<bool, 256> begins{};
    const auto mark = [&begins](char c) { begins[static_cast<unsigned char>(c)] = true; };
    for (const IssuedKey &key : issuedKeys)
        mark(key.prefix[0]);
    for (const char c : {'p', 'e', 'b', 'B'}) // "pv_", "eyJ", "bearer" and "basic" in any case
        mark(c);
    for (const QByteArrayView name : assignedNames) {
        mark(name[0]);
        mark(static_cast<char>(name[0] & ~0x20)); // in any case
    }
    return begins;
}

bool mayBeginSecret(char c)
{
    static constexpr auto begins = makeFirstLetters();
    return begins[static_cast<unsigned char>(c)];
}

std::optional<TextRange> issuedKeyAt(QByteArrayView text, qsizetype at)
{
    constexpr qsizetype lookAhead = 64; // keeps hostile text linear
    for (const IssuedKey &key : issuedKeys) {
        if (text[at] != key.prefix[0] || !text.sliced(at).startsWith(key.prefix))
            continue;
        const QByteArrayView rest = text.sliced(at + key.prefix.size());
        const QByteArrayView body = rest.first(runLength(rest, key.body, lookAhead));
        // "sk-" begins words with dashes too; a key has a digit.
        if (body.size() >= key.bodyMin && hasDigit(body))
            return TextRange{at, key.prefix.size() + runLength(rest, key.body)};
    }
    return std::nullopt;
}

// Our own: pv_<8 symbols>_<36 symbols>, or most of it.
std::optional<TextRange> provostKeyAt(QByteArrayView text, qsizetype at)
{
    constexpr qsizetype idSize = 8;
    constexpr qsizetype secretMin = 24;
    constexpr qsizetype secretFrom = 3 + idSize + 1;
    const QByteArrayView rest = text.sliced(at);
    if (!rest.startsWith("pv_") || rest.size() < secretFrom + secretMin
        || runLength(rest.sliced(3), alphanumeric, idSize + 1) != idSize
        || rest[secretFrom - 1] != '_')
        return std::nullopt;
    const qsizetype secret = runLength(rest.sliced(secretFrom), alphanumeric);
    return secret < secretMin ? std::nullopt : std::optional(TextRange{at, secretFrom + secret});
}

// "eyJ" is the start of any JSON object in base64url: header.payload[.signature], or five parts.
std::optional<TextRange> webTokenAt(QByteArrayView text, qsizetype at)
{
    constexpr qsizetype partMin = 10;
    const QByteArrayView rest = text.sliced(at);
    if (!rest.startsWith("eyJ") || (at > 0 && is(text[at - 1], base64Url)))
        return std::nullopt;
    const qsizetype header = runLength(rest, base64Url);
    if (header < partMin || header + 1 >= rest.size() || rest[header] != '.')
        return std::nullopt;
    const qsizetype payload = runLength(rest.sliced(header + 1), base64Url | Dot);
    if (payload < partMin)
        return std::nullopt;
    return TextRange{at, header + 1 + payload};
}

// The token of "Bearer …" and "Basic …".
std::optional<TextRange> schemeCredentialAt(QByteArrayView text, qsizetype at)
{
    for (const QByteArrayView scheme : {QByteArrayView("bearer"), QByteArrayView("basic")}) {
        if (!startsWithIgnoringCase(text.sliced(at), scheme))
            continue;
        qsizetype from = at + scheme.size();
        while (from < text.size() && text[from] == ' ')
            ++from;
        const QByteArrayView credential = text.sliced(from, runLength(text.sliced(from), token68));
        const bool hasDigit = std::any_of(credential.begin(), credential.end(),
                                          [](char c) { return is(c, Digit) || c == '='; });
        if (from > at + scheme.size() && credential.size() >= credentialMin && hasDigit)
            return TextRange{from, credential.size()};
    }
    return std::nullopt;
}

// The value of "password=…", up to the end of the URL parameter, pair or word.
std::optional<TextRange> assignedValueAt(QByteArrayView text, qsizetype at)
{
    const char first = lowered(text[at]);
    for (const QByteArrayView name : assignedNames) {
        if (first != name[0] || !startsWithIgnoringCase(text.sliced(at), name))
            continue;
        qsizetype from = at + name.size();
        if (from >= text.size() || text[from] != '=')
            continue;
        ++from;
        if (from < text.size() && (text[from] == '"' || text[from] == '\''))
            ++from;
        if (from >= text.size() || text[from] == '$' || text[from] == '[')
            continue; // a variable, or redacted already
        const auto end = std::find_if(text.begin() + from, text.end(), [](char c) {
            return QByteArrayView(" \t\r\n&;,\"'`<>)").contains(c);
        });
        if (end != text.begin() + from)
            return TextRange{from, end - text.begin() - from};
    }
    return std::nullopt;
}

// From the BEGIN line of a private key to its END line; a cut one to the end of the text.
std::optional<TextRange> privateKeyAt(QByteArrayView text, qsizetype at)
{
    constexpr QByteArrayView begin = "-----BEGIN ";
    constexpr qsizetype labelBytesMax = 40;
    if (!text.sliced(at).startsWith(begin))
        return std::nullopt;
    const QByteArrayView rest = text.sliced(at + begin.size());
    const QByteArrayView head = rest.first(std::min(labelBytesMax, rest.size()));
    const qsizetype labelEnd = head.indexOf("-----");
    if (labelEnd < 0 || !head.first(labelEnd).contains("PRIVATE KEY"))
        return std::nullopt;
    const qsizetype end = text.indexOf("-----END ", at);
    const qsizetype close = end < 0 ? -1 : text.indexOf("-----", end + 9);
    return TextRange{at, (close < 0 ? text.size() : close + 5) - at};
}

// The password of "scheme://user:password@host".
std::optional<TextRange> urlPasswordAt(QByteArrayView text, qsizetype at)
{
    if (!text.sliced(at).startsWith("://"))
        return std::nullopt;
    const QByteArrayView rest = text.sliced(at + 3);
    const qsizetype authority =
        std::find_if(rest.begin(), rest.end(),
                     [](char c) { return QByteArrayView("/?# \t\r\n\"'`<>").contains(c); })
        - rest.begin();
    const qsizetype atSign = rest.first(authority).lastIndexOf('@');
    const qsizetype colon = rest.first(authority).indexOf(':');
    if (colon < 0 || atSign <= colon + 1)
        return std::nullopt;
    return TextRange{at + 3 + colon + 1, atSign - colon - 1};
}

} // namespace

std::optional<TextRange> findSecret(QByteArrayView text, qsizetype from)
{
    for (qsizetype at = from; at < text.size(); ++at) {
        std::optional<TextRange> found;
        if (text[at] == '-') {
            found = privateKeyAt(text, at);
        } else if (text[at] == ':') {
            found = urlPasswordAt(text, at);
        } else if (mayBeginSecret(text[at])
                   && (at == 0 || !is(text[at - 1], alphanumeric))) { // words only
            found = issuedKeyAt(text, at);
            if (!found)
                found = provostKeyAt(text, at);
            if (!found)
                found = webTokenAt(text, at);
            if (!found)
                found = schemeCredentialAt(text, at);
            if (!found)
                found = assignedValueAt(text, at);
        }
        if (found)
            return found;
    }
    return std::nullopt;
}

} // namespace provost::secrets
