// What InputNeeded::state of this adapter says: to whom the answers of the next round go.
// Thread: pure functions.
#pragma once

#include <QByteArray>

#include <optional>

namespace provost::tools::mcp {

struct RequestState
{
    enum class Kind : char {
        Server = 's',     // `text` is the server's own requestState
        Parked = 'p',     // a call that waits under the handle `text`; see ParkedCalls
        Task = 't',       // the server's task of the id `text`
        ParkedTask = 'q', // a task of 2025-11-25 whose tasks/result waits; see ParkedTask
        Repeat = 'r',     // nobody: the call is made once more as it was
    };
    Kind kind = Kind::Server;
    QByteArray text;
    bool operator==(const RequestState &) const = default;
};

struct ParkedTask
{
    QByteArray handle; // as of Parked
    int connection = 0;
    QByteArray taskId;
    bool operator==(const ParkedTask &) const = default;
};

[[nodiscard]] QByteArray encodeState(const ParkedTask &task);
// `text` of a RequestState of that kind. Nothing if it is none of ours.
[[nodiscard]] std::optional<ParkedTask> parkedTaskOf(const QByteArray &text);

[[nodiscard]] QByteArray encodeState(const RequestState &state);
// Nothing if it is none of ours.
[[nodiscard]] std::optional<RequestState> decodeState(const QByteArray &text);

} // namespace provost::tools::mcp
