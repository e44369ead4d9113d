// Which policy stands at a line of a file, and how a policy's parts read in a form.
// Thread: any; pure.
#pragma once

#include "server/control/types.h"

#include <QString>

#include <optional>

namespace provost::ui {

struct PolicyPlace
{
    TenantId tenant;
    policy::Policy policy;
    int lineFrom = 0; // from 1, both inclusive
    int lineTo = 0;
};

// `org` is what was read of `text`; a line between policies belongs to none.
[[nodiscard]] std::optional<PolicyPlace> policyAt(const policy::Org &org, const QByteArray &file,
                                                  const QByteArray &text, int line);
[[nodiscard]] std::optional<PolicyPlace> policyNamed(const policy::Org &org, const QByteArray &file,
                                                     const QByteArray &text,
                                                     const QByteArray &name);
// The tenant that a new policy of this file would belong to.
[[nodiscard]] std::optional<TenantId> tenantOf(const policy::Org &org, const QByteArray &file);
// "policy", "policy-2": not in use yet.
[[nodiscard]] QByteArray freeName(const policy::Org &org, const TenantId &tenant,
                                  const QByteArray &wanted);

// "1000/hour", as policies write it; empty: none.
[[nodiscard]] QString rateText(const std::optional<policy::RateLimit> &limit);
// "tenants/acme-corp.yaml" -> "acme-corp"
[[nodiscard]] QString shortName(const QByteArray &file);

} // namespace provost::ui
