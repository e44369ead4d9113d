#include "server/base/assert.h"

#include <atomic>
#include <cstdlib>

namespace provost {

namespace {
std::atomic_bool abortOnAssert{false}; // process-wide by nature
} // namespace

void setAbortOnAssert(bool abort)
{
    abortOnAssert = abort;
}

void reportBrokenInvariant(const char *condition, const char *file, int line)
{
    qCritical("broken invariant: %s (%s:%d)", condition, file, line);
    if (abortOnAssert)
        std::abort();
}

} // namespace provost
