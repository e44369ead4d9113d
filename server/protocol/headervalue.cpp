#include "server/protocol/headervalue.h"

#include <QStringDecoder>

#include <algorithm>

namespace provost::protocol {

namespace {

constexpr QByteArrayView prefix = "=?base64?";
constexpr QByteArrayView suffix = "?=";

bool isEncoded(QByteArrayView value)
{
    return value.size() >= prefix.size() + suffix.size() && value.startsWith(prefix)
           && value.endsWith(suffix);
}

bool isUtf8(const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
    const QString text = decoder.decode(bytes);
    return !decoder.hasError();
}

bool isPlain(QByteArrayView value)
{
    const auto isFieldByte = [](char c) { return (c >= 0x20 && c <= 0x7e) || c == '\t'; };
    const auto isBlank = [](char c) { return c == ' ' || c == '\t'; };
    return !value.isEmpty() && !isEncoded(value) && !isBlank(value.front())
           && !isBlank(value.back()) && std::all_of(value.begin(), value.end(), isFieldByte);
}

} // namespace

std::optional<QByteArray> decodeHeaderValue(QByteArrayView value)
{
    if (!isEncoded(value))
        return value.toByteArray();
    const QByteArray encoded =
        value.sliced(prefix.size(), value.size() - prefix.size() - suffix.size()).toByteArray();
    const auto decoded =
        QByteArray::fromBase64Encoding(encoded, QByteArray::AbortOnBase64DecodingErrors);
    // Encoding again finds what the decoder forgives: missing padding, stray bits in the last symbol.
    if (!decoded || decoded.decoded.toBase64() != encoded || !isUtf8(decoded.decoded))
        return std::nullopt;
    return decoded.decoded;
}

QByteArray encodeHeaderValue(QByteArrayView value)
{
    if (isPlain(value))
        return value.toByteArray();
    return prefix.toByteArray() + value.toByteArray().toBase64() + suffix.toByteArray();
}

} // namespace provost::protocol
