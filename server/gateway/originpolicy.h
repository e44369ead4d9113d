// Keeps web pages out: a page in a browser on this machine can reach a loopback listener through DNS rebinding or
// plain fetches, but it cannot hide under which Host and from which Origin it asks.
// INVARIANT: a request passes only if its Host is one of ours and its Origin, where there is one, is the same host
// and port or a configured one.
// Thread: immutable after construction; any thread.
#pragma once

#include "server/base/result.h"
#include "server/gateway/frontdoor.h"

namespace provost::gateway {

struct OriginPolicyOptions
{
    // Names beyond the listening address under which clients know this server, e.g. behind a proxy:
    // "gateway.example.com" (any port) or "gateway.example.com:8443".
    std::vector<QByteArray> hosts;
    // Foreign origins that may call, as browsers send them: "https://inspector.example.com".
    std::vector<QByteArray> origins;
};

class OriginPolicy
{
public:
    OriginPolicy(const ListenAddress &listening, OriginPolicyOptions options);

    // Error: Denied; to be answered 403 before anything else is looked at.
    [[nodiscard]] Result<void> check(const HttpRequest &request) const;

private:
    [[nodiscard]] bool isOurs(QByteArrayView host) const;
    [[nodiscard]] bool isWelcome(QByteArrayView origin, QByteArrayView host) const;

    OriginPolicyOptions m_options;
};

} // namespace provost::gateway
