#include "server/identity/apikeyformat.h"

#include "server/base/hash.h"

#include <algorithm>
#include <array>

namespace provost::identity {

namespace {

constexpr QByteArrayView prefix = "pv_";
constexpr int idSize = 8;
constexpr int secretSize = 30;
constexpr int checkSize = 6; // 62^6 > 2^32
constexpr qsizetype bodySize = prefix.size() + idSize + 1 + secretSize;

bool isSymbol(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

std::array<char, checkSize> checkOf(QByteArrayView body)
{
    static constexpr char symbols[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    std::array<char, checkSize> check{};
    std::uint32_t rest = crc32c(body);
    for (std::size_t at = check.size(); at > 0; rest /= 62)
        check[--at] = symbols[rest % 62];
    return check;
}

} // namespace

NewKeyText makeKeyText(Random &random)
{
    const CredentialId id(randomToken(random, idSize));
    QByteArray key = prefix.toByteArray();
    key.append(id.value).append('_').append(randomToken(random, secretSize));
    key.append(QByteArrayView(checkOf(key)));
    return {id, key};
}

std::optional<QByteArrayView> idOfKeyText(QByteArrayView key)
{
    constexpr qsizetype separatorAt = prefix.size() + idSize;
    if (key.size() != bodySize + checkSize || !key.startsWith(prefix) || key[separatorAt] != '_')
        return std::nullopt;
    const QByteArrayView id = key.sliced(prefix.size(), idSize);
    const QByteArrayView rest = key.sliced(separatorAt + 1);
    if (!std::all_of(id.begin(), id.end(), isSymbol)
        || !std::all_of(rest.begin(), rest.end(), isSymbol)
        || key.last(checkSize) != QByteArrayView(checkOf(key.first(bodySize))))
        return std::nullopt;
    return id;
}

} // namespace provost::identity
