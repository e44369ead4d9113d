// LineReader: cuts the output of a stdio server into lines, each of which should be one message. A line over the limit
// is skipped without keeping it; only the id of the request that it answers is looked for.
// Thread: a value.
#pragma once

#include "server/tools/adapters/mcp/idscanner.h"

#include <variant>
#include <vector>

namespace provost::tools::mcp {

struct OversizedLine
{
    qsizetype bytes = 0;
    std::optional<std::int64_t> id;
    bool operator==(const OversizedLine &) const = default;
};

using Line = std::variant<QByteArray, OversizedLine>;

class LineReader
{
public:
    explicit LineReader(qsizetype bytesMax)
        : m_bytesMax(bytesMax)
    {
    }

    // The lines that `bytes` complete, without their ends (LF or CRLF) and without empty ones.
    [[nodiscard]] std::vector<Line> feed(QByteArrayView bytes);

    // Bytes of the unfinished line that were skipped so far.
    [[nodiscard]] qsizetype skipped() const { return m_skipped; }

private:
    void keep(QByteArrayView part);
    void finishLine(std::vector<Line> &lines);

    const qsizetype m_bytesMax;
    QByteArray m_line;
    qsizetype m_skipped = 0; // not 0: the line is over the limit
    IdScanner m_scanner;
};

} // namespace provost::tools::mcp
