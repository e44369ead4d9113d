#include "server/tools/adapters/mcp/sseparser.h"

#include <algorithm>
#include <utility>

namespace provost::tools::mcp {

namespace {

constexpr qsizetype idBytesMax = 1024;
constexpr qsizetype retryDigitsMax = 9;

} // namespace

Result<std::vector<SseEvent>> SseParser::feed(QByteArrayView bytes)
{
    std::vector<SseEvent> events;
    while (!bytes.isEmpty()) {
        if (std::exchange(m_lastWasCr, false) && bytes.front() == '\n') {
            bytes = bytes.sliced(1);
            continue;
        }
        const auto *const end = std::find_if(
            bytes.begin(), bytes.end(), [](char byte) { return byte == '\n' || byte == '\r'; });
        const QByteArrayView part = bytes.first(end - bytes.begin());
        if (m_line.size() + part.size() + m_data.size() > m_bytesMax)
            return fail(ErrorCode::TooLarge,
                        QStringLiteral("an event is larger than %1 bytes").arg(m_bytesMax));
        m_line.append(part);
        bytes = bytes.sliced(part.size());
        if (bytes.isEmpty())
            break;
        m_lastWasCr = bytes.front() == '\r';
        bytes = bytes.sliced(1);
        finishLine(events);
    }
    return events;
}

void SseParser::finishLine(std::vector<SseEvent> &events)
{
    const QByteArray owned = std::exchange(m_line, {});
    QByteArrayView line = owned;
    if (std::exchange(m_isFirstLine, false) && line.startsWith("\xEF\xBB\xBF"))
        line = line.sliced(3);
    if (line.isEmpty()) {
        const QByteArray type = std::exchange(m_type, {});
        QByteArray data = std::exchange(m_data, {});
        if (std::exchange(m_hasData, false) && !data.isEmpty())
            events.push_back({type.isEmpty() ? QByteArray("message") : type, std::move(data)});
        return;
    }
    const qsizetype colon = line.indexOf(':');
    if (colon == 0)
        return;
    if (colon < 0) {
        onField(line, {});
        return;
    }
    QByteArrayView value = line.sliced(colon + 1);
    if (value.startsWith(' '))
        value = value.sliced(1);
    onField(line.first(colon), value);
}

void SseParser::onField(QByteArrayView name, QByteArrayView value)
{
    if (name == QByteArrayView("data")) {
        if (std::exchange(m_hasData, true))
            m_data += '\n';
        m_data.append(value);
    } else if (name == QByteArrayView("event")) {
        m_type = value.toByteArray();
    } else if (name == QByteArrayView("id")) {
        if (!value.contains('\0') && value.size() <= idBytesMax)
            m_lastEventId = value.toByteArray();
    } else if (name == QByteArrayView("retry")) {
        const bool isNumber = !value.isEmpty() && value.size() <= retryDigitsMax
                              && std::all_of(value.begin(), value.end(),
                                             [](char byte) { return byte >= '0' && byte <= '9'; });
        if (isNumber)
            m_retry = std::chrono::milliseconds(value.toByteArray().toLongLong());
    }
}

} // namespace provost::tools::mcp
