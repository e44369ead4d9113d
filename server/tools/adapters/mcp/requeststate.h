// What InputNeeded::state of this adapter says: to whom the answers of the next round go.
// Thread: pure functions.
#pragma once

#include <QByteArray>

#include <optional>

namespace provost::tools::mcp {

struct RequestState
{
    enum class Kind : char {
        Server = 's', // `text` is the server's own requestState
        Parked = 'p', // a call that waits under the handle `text`; see ParkedCalls
        Task = 't',   // the server's task of the id `text`
        Repeat = 'r', // nobody: the call is made once more as it was
    };
    Kind kind = Kind::Server;
    QByteArray text;
    bool operator==(const RequestState &) const = default;
};

[[nodiscard]] QByteArray encodeState(const RequestState &state);
// Nothing if it is none of ours.
[[nodiscard]] std::optional<RequestState> decodeState(const QByteArray &text);

} // namespace provost::tools::mcp
