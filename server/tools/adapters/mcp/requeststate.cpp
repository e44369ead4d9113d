#include "server/tools/adapters/mcp/requeststate.h"

#include <QStringBuilder>

namespace provost::tools::mcp {

namespace {

constexpr char divider = '/'; // no handle has one

} // namespace

QByteArray encodeState(const RequestState &state)
{
    return static_cast<char>(state.kind) + state.text;
}

QByteArray encodeState(const ParkedTask &task)
{
    return encodeState({.kind = RequestState::Kind::ParkedTask,
                        .text = task.handle + divider + QByteArray::number(task.connection)
                                + divider + task.taskId});
}

std::optional<ParkedTask> parkedTaskOf(const QByteArray &text)
{
    const qsizetype first = text.indexOf(divider);
    const qsizetype second = first < 0 ? -1 : text.indexOf(divider, first + 1);
    if (second < 0)
        return std::nullopt;
    return ParkedTask{.handle = text.first(first),
                      .connection = text.mid(first + 1, second - first - 1).toInt(),
                      .taskId = text.mid(second + 1)};
}

std::optional<RequestState> decodeState(const QByteArray &text)
{
    using Kind = RequestState::Kind;
    for (const Kind kind :
         {Kind::Server, Kind::Parked, Kind::Task, Kind::ParkedTask, Kind::Repeat}) {
        if (text.startsWith(static_cast<char>(kind)))
            return RequestState{kind, text.mid(1)};
    }
    return std::nullopt;
}

} // namespace provost::tools::mcp
