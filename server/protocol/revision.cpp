#include "server/protocol/revision.h"

#include <algorithm>
#include <array>

namespace provost::protocol {

namespace {

// clang-format off
constexpr std::array spoken{
    //        name          era          batches primes tasks
    Revision{"2024-11-05", Era::Legacy, false, false, false},
    Revision{"2025-03-26", Era::Legacy, true, false, false},
    Revision{"2025-06-18", Era::Legacy, false, false, false},
    Revision{"2025-11-25", Era::Legacy, false, true, true},
    Revision{"2026-07-28", Era::Modern, false, false, false},
};
// clang-format on
constexpr std::size_t latestLegacyIndex = 3;
static_assert(spoken[latestLegacyIndex].era == Era::Legacy);
static_assert(spoken[latestLegacyIndex + 1].era == Era::Modern);

} // namespace

std::span<const Revision> revisions()
{
    return spoken;
}

const Revision *findRevision(QByteArrayView name)
{
    const auto found = std::find_if(spoken.begin(), spoken.end(), [&](const Revision &revision) {
        return revision.name == name;
    });
    return found != spoken.end() ? &*found : nullptr;
}

const Revision &latestLegacy()
{
    return spoken[latestLegacyIndex];
}

const Revision &latestModern()
{
    return spoken.back();
}

Era eraOf(QByteArrayView name)
{
    return name >= spoken[latestLegacyIndex + 1].name ? Era::Modern : Era::Legacy;
}

const Revision &negotiate(QByteArrayView requested)
{
    const Revision *revision = findRevision(requested);
    return revision != nullptr && revision->era == Era::Legacy ? *revision : latestLegacy();
}

} // namespace provost::protocol
