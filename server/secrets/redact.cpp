#include "server/secrets/redact.h"

#include "server/base/hash.h"
#include "server/secrets/secretscanner.h"

#include <algorithm>
#include <array>

namespace provost::secrets {

namespace {

// Compared without case, `_`, `-`, `.` and spaces. The whole name:
constexpr QByteArrayView secretNames[] = {
    "auth", "authorization",      "cookie", "credential", "credentials", "jwt",  "passphrase",
    "pin",  "proxyauthorization", "pwd",    "setcookie",  "signingkey",  "totp", "xapikey",
};

// Its end: "db_password", "githubToken", "x-api-key".
constexpr QByteArrayView secretEndings[] = {
    "password",  "passwd",    "passphrase", "token",           "secret",    "apikey",
    "accesskey", "secretkey", "privatekey", "secretaccesskey", "authtoken", "bearer",
};

// Ends like a secret and is none: positions in a list and the like.
constexpr QByteArrayView harmlessEndings[] = {
    "pagetoken", "nexttoken", "continuationtoken", "synctoken", "progresstoken",
};

qsizetype cutAt(QByteArrayView text, qsizetype bytesMax)
{
    qsizetype at = bytesMax;
    while (at > 0 && (static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80U)
        --at; // never inside a UTF-8 sequence
    return at;
}

void cut(QByteArray &text, qsizetype bytesMax)
{
    if (text.size() <= bytesMax)
        return;
    const QByteArray note = "… [cut: " + QByteArray::number(text.size()) + " bytes, sha256 "
                            + sha256(text).toHex() + "]";
    text.truncate(cutAt(text, bytesMax));
    text.append(note);
}

// The bytes that a name or text adds to a record, with its quotes and separator.
qsizetype written(const QByteArray &text)
{
    return text.size() + 4;
}

// Returns about how many bytes of JSON are left.
qsizetype redactInPlace(Json &value, const RedactionLimits &limits)
{
    if (value.isString()) {
        const QByteArray before = value.toByteArray();
        QByteArray text = redactText(before);
        cut(text, limits.stringBytesMax);
        const qsizetype size = written(text);
        if (!text.isSharedWith(before))
            value = Json(std::move(text));
        return size;
    }
    qsizetype size = 2;
    if (value.isArray()) {
        for (Json &item : value.itemsRef())
            size += redactInPlace(item, limits);
    } else if (value.isObject()) {
        for (Json::Member &member : value.membersRef()) {
            if (namesSecret(member.key) && !member.value.isNull() && !member.value.isBool())
                member.value = Json(redactedText);
            size += redactInPlace(member.value, limits);
            member.key = redactText(std::move(member.key));
            cut(member.key, limits.stringBytesMax);
            size += written(member.key);
        }
    } else {
        size += value.isNumber() ? value.numberText().size() : 4;
    }
    return size;
}

} // namespace

Json redact(Json value, const RedactionLimits &limits)
{
    if (redactInPlace(value, limits) <= limits.totalBytesMax)
        return value;
    const QByteArray whole = value.toBytes();
    return Json::object(
        {{"cut", true}, {"bytes", std::int64_t{whole.size()}}, {"sha256", sha256(whole).toHex()}});
}

QByteArray redactText(QByteArray text)
{
    auto found = findSecret(text, 0);
    if (!found)
        return text;
    QByteArray redacted;
    qsizetype keptUntil = 0;
    for (; found; found = findSecret(text, keptUntil)) {
        redacted.append(QByteArrayView(text).sliced(keptUntil, found->from - keptUntil));
        redacted.append(redactedText);
        keptUntil = found->from + found->size;
    }
    redacted.append(QByteArrayView(text).sliced(keptUntil));
    return redacted;
}

bool namesSecret(QByteArrayView memberName)
{
    constexpr qsizetype nameBytesMax = 64;
    std::array<char, nameBytesMax> folded{};
    qsizetype size = 0;
    for (const char c : memberName.last(std::min(memberName.size(), nameBytesMax))) {
        if (c != '_' && c != '-' && c != '.' && c != ' ')
            folded[std::size_t(size++)] = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
    const QByteArrayView name(folded.data(), size);
    const auto endsName = [&](QByteArrayView ending) { return name.endsWith(ending); };
    if (std::find(std::begin(secretNames), std::end(secretNames), name) != std::end(secretNames))
        return true;
    return std::any_of(std::begin(secretEndings), std::end(secretEndings), endsName)
           && std::none_of(std::begin(harmlessEndings), std::end(harmlessEndings), endsName);
}

} // namespace provost::secrets
