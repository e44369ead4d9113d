#include "server/tools/adapters/mcp/requeststate.h"

#include <QStringBuilder>

namespace provost::tools::mcp {

QByteArray encodeState(const RequestState &state)
{
    return static_cast<char>(state.kind) + state.text;
}

std::optional<RequestState> decodeState(const QByteArray &text)
{
    using Kind = RequestState::Kind;
    for (const Kind kind : {Kind::Server, Kind::Parked, Kind::Task, Kind::Repeat}) {
        if (text.startsWith(static_cast<char>(kind)))
            return RequestState{kind, text.mid(1)};
    }
    return std::nullopt;
}

} // namespace provost::tools::mcp
