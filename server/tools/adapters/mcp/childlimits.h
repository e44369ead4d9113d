// ChildLimits: how much of the machine a child process may take, and what it starts in turn. The kernel holds them
// (setrlimit), each process for itself; only `processes` counts all that the user of Provost runs.
// Thread: values; limitThisProcess() runs between fork and exec and makes only calls that are safe there.
#pragma once

#include <QString>

#include <chrono>
#include <cstdint>
#include <optional>

namespace provost::tools::mcp {

struct ChildLimits
{
    // Memory that it can write to. Not the address space: runtimes reserve far more of that than they ever use.
    std::optional<std::int64_t> memoryBytes = std::int64_t{4} << 30;
    std::optional<std::int64_t> files = 4096;         // open at a time
    std::optional<std::chrono::milliseconds> cpuTime; // of its whole life; rounded up to seconds
    std::optional<std::int64_t> processes;            // and threads, of the user, all together
    bool operator==(const ChildLimits &) const = default;
};

// A limit above what this process itself may have stays there. No core files in any case.
void limitThisProcess(const ChildLimits &limits);

// "crashed", or what limit the signal speaks of.
[[nodiscard]] QString crashWords(int signal);

} // namespace provost::tools::mcp
