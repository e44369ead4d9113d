#include "server/tenancy/tenantchange.h"

#include <algorithm>

namespace provost::tenancy {

namespace {

enum class Compared { WhatIsListed, AndWhoServesIt };

// Entries of a registry, which come in the order in which they are listed.
template <class Entry>
bool isSame(const std::vector<Entry> &a, const std::vector<Entry> &b, Compared compared)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Entry &x, const Entry &y) {
        return x.descriptor.name == y.descriptor.name
               && x.descriptor.definition == y.descriptor.definition
               && x.descriptor.policy == y.descriptor.policy
               && (compared == Compared::WhatIsListed || x.adapter == y.adapter);
    });
}

} // namespace

TenantChange changeBetween(const TenantId &tenant, const calls::TenantView *before,
                           const calls::TenantView *after)
{
    TenantChange change{.tenant = tenant};
    if (after == nullptr) {
        change.closed = before != nullptr;
        return change;
    }
    const bool decidesAlike =
        before != nullptr
        && (before->policy == after->policy || before->policy->model() == after->policy->model());
    if (!decidesAlike) {
        change.tools = change.resources = change.prompts = change.access = true;
        return change;
    }
    if (before->registry == after->registry)
        return change;
    const tools::Registry &was = *before->registry;
    const tools::Registry &is = *after->registry;
    const auto resourcesAreSame = [&](Compared compared) {
        return isSame(was.resources(), is.resources(), compared)
               && isSame(was.resourceTemplates(), is.resourceTemplates(), compared);
    };
    change.tools = !isSame(was.tools(), is.tools(), Compared::WhatIsListed);
    change.prompts = !isSame(was.prompts(), is.prompts(), Compared::WhatIsListed);
    change.resources = !resourcesAreSame(Compared::WhatIsListed);
    change.access = !resourcesAreSame(Compared::AndWhoServesIt);
    return change;
}

} // namespace provost::tenancy
