#include "server/protocol/text.h"

#include <algorithm>

namespace provost::protocol {

bool isVisibleAscii(QByteArrayView text, qsizetype bytesMax)
{
    return !text.isEmpty() && text.size() <= bytesMax
           && std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
}

QByteArray clipped(QByteArrayView text, qsizetype bytesMax)
{
    if (text.size() <= bytesMax)
        return text.toByteArray();
    const auto continues = [&](qsizetype at) {
        return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
    };
    qsizetype end = bytesMax;
    while (end > 0 && continues(end))
        --end;
    return text.first(end).toByteArray();
}

QByteArray asciiOf(QByteArrayView headerValue, qsizetype bytesMax)
{
    QByteArray text = headerValue.first(std::min(headerValue.size(), bytesMax)).toByteArray();
    std::replace_if(
        text.begin(), text.end(), [](char c) { return c < 0x20 || c > 0x7e; }, '?');
    return text;
}

} // namespace provost::protocol
