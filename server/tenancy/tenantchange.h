// TenantChange: how a tenant differs from what it was, for those who told agents about it.
// Thread: values and pure functions.
#pragma once

#include "server/calls/tenantview.h"

namespace provost::tenancy {

struct TenantChange
{
    TenantId tenant;
    // What some principal sees in the list may be another. Policies decide what is seen, so another policy changes all.
    bool tools = false;
    bool resources = false; // templates included
    bool prompts = false;
    bool access =
        false; // what was granted for longer than a call, a watch, has to be asked for again
    bool closed = false; // the tenant is served no more

    [[nodiscard]] bool isNone() const
    {
        return !tools && !resources && !prompts && !access && !closed;
    }
    bool operator==(const TenantChange &) const = default;
};

// Null: the tenant was, or is, not served.
[[nodiscard]] TenantChange changeBetween(const TenantId &tenant, const calls::TenantView *before,
                                         const calls::TenantView *after);

} // namespace provost::tenancy
