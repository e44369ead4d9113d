// Round: where a call stands that asks the agent for input and is made again with the answers. Between two rounds the
// agent keeps it, sealed; nothing is kept here.
// INVARIANT: a sealed round opens for nobody else, for no other operation, name or arguments, and not after its time. It
// is good for more than one attempt, as the request that it belongs to is: what must happen once, the adapter guards.
// Thread: values and pure functions.
#pragma once

#include "server/base/clock.h"
#include "server/calls/call.h"

namespace provost::secrets {
class Sealer;
}

namespace provost::calls {

struct Round
{
    static constexpr int roundsMax = 16;
    static constexpr qsizetype stateBytesMax = 64 << 10; // of an adapter
    static constexpr std::chrono::minutes lifetime{10};
    static constexpr std::chrono::hours taskLifetime{6}; // of a task, which waits for people

    int number = 1;
    QByteArray firstCall;    // the call id of round 1; empty in round 1
    QByteArray previousCall; // the call id of the round that asked; empty in round 1
    QByteArray adapterState; // as the adapter gave it when it asked
    bool operator==(const Round &) const = default;
};

// What a round belongs to. Of the arguments, the order of members does not matter.
struct RoundOwner
{
    TenantId tenant;
    UserId user;
    Operation operation = Operation::CallTool;
    QByteArray name;
    Json arguments = Json::object();
};

[[nodiscard]] QByteArray sealRound(const secrets::Sealer &sealer, const RoundOwner &owner,
                                   const Round &round, WallTime now,
                                   std::chrono::minutes lifetime = Round::lifetime);

// Errors: InvalidInput, whatever the reason but for a state that is ours and too old; says so.
[[nodiscard]] Result<Round> openRound(const secrets::Sealer &sealer, const RoundOwner &owner,
                                      const QByteArray &sealed, WallTime now);

} // namespace provost::calls
