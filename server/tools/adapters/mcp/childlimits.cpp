#include "server/tools/adapters/mcp/childlimits.h"

#include <algorithm>
#include <csignal>
#include <sys/resource.h>

namespace provost::tools::mcp {

namespace {

constexpr rlim_t cpuGraceSeconds = 5; // between SIGXCPU, which a program may handle, and SIGKILL

void limit(decltype(RLIMIT_CORE) resource, rlim_t soft, rlim_t hard)
{
    rlimit now{};
    if (getrlimit(resource, &now) != 0)
        return;
    const rlimit wanted{std::min(soft, now.rlim_max), std::min(hard, now.rlim_max)};
    setrlimit(resource, &wanted);
}

void limit(decltype(RLIMIT_CORE) resource, const std::optional<std::int64_t> &count)
{
    if (count)
        limit(resource, static_cast<rlim_t>(*count), static_cast<rlim_t>(*count));
}

} // namespace

void limitThisProcess(const ChildLimits &limits)
{
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_DATA, limits.memoryBytes);
    limit(RLIMIT_NOFILE, limits.files);
    limit(RLIMIT_NPROC, limits.processes);
    if (limits.cpuTime) {
        const auto seconds =
            static_cast<rlim_t>(std::chrono::ceil<std::chrono::seconds>(*limits.cpuTime).count());
        limit(RLIMIT_CPU, seconds, seconds + cpuGraceSeconds);
    }
}

QString crashWords(int signal)
{
    return signal == SIGXCPU ? QStringLiteral("used more CPU time than `cpu_time` allows")
                             : QStringLiteral("crashed");
}

} // namespace provost::tools::mcp
