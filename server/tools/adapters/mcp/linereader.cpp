#include "server/tools/adapters/mcp/linereader.h"

#include <utility>

namespace provost::tools::mcp {

std::vector<Line> LineReader::feed(QByteArrayView bytes)
{
    std::vector<Line> lines;
    while (!bytes.isEmpty()) {
        const qsizetype end = bytes.indexOf('\n');
        if (end < 0) {
            keep(bytes);
            break;
        }
        keep(bytes.first(end));
        finishLine(lines);
        bytes = bytes.sliced(end + 1);
    }
    return lines;
}

void LineReader::keep(QByteArrayView part)
{
    if (m_skipped == 0 && m_line.size() + part.size() <= m_bytesMax) {
        m_line.append(part);
        return;
    }
    if (m_skipped == 0) {
        m_scanner = {};
        m_scanner.feed(m_line);
        m_skipped = m_line.size();
        m_line = {};
    }
    m_scanner.feed(part);
    m_skipped += part.size();
}

void LineReader::finishLine(std::vector<Line> &lines)
{
    if (m_skipped > 0) {
        lines.emplace_back(OversizedLine{std::exchange(m_skipped, 0), m_scanner.id()});
        return;
    }
    QByteArray line = std::exchange(m_line, {});
    if (line.endsWith('\r'))
        line.chop(1);
    if (!line.isEmpty())
        lines.emplace_back(std::move(line));
}

} // namespace provost::tools::mcp
