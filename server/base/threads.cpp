#include "server/base/threads.h"

#include <sys/resource.h>
#include <unistd.h>

namespace provost {

void letOthersGoFirst()
{
    constexpr int niceness = 10;
    // On Linux priorities are of threads (setpriority(2), "C library/kernel differences").
    static_cast<void>(::setpriority(PRIO_PROCESS, id_t(::gettid()), niceness));
}

} // namespace provost
