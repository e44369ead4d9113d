// Who calls: the verified answer to a credential. Everything in a Principal comes from the identity store; nothing is
// what a client claims.
// Thread: a value.
#pragma once

#include "server/base/ids.h"
#include "server/base/json.h"

#include <vector>

namespace provost::identity {

struct Principal
{
    TenantId tenant;
    UserId user;
    std::vector<QByteArray> roles;
    Json attributes = Json::object(); // read in conditions as user.<name>
    CredentialId credential;
    bool operator==(const Principal &) const = default;
};

} // namespace provost::identity
