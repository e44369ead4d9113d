// The list of adapter kinds. A further kind is one line in adapters.cpp.
// Thread: makeAdapter() on the control thread.
#pragma once

#include "server/base/random.h"
#include "server/tools/adapter.h"
#include "server/tools/serverdefinition.h"
#include "server/tools/toolpool.h"

#include <filesystem>
#include <memory>

class QThread;

namespace provost::tools {

// What adapters share. Outlives them.
struct AdapterEnvironment
{
    const Clock &clock;
    Random &random;
    ToolPool &pool; // for blocking work
    QThread &loop;  // a running event loop for asynchronous work
    std::filesystem::path
        data{}; // of the installation; empty: adapters keep nothing across restarts
};

// `config` has its variables replaced already. Errors: InvalidInput with the member that is wrong.
[[nodiscard]] Result<std::shared_ptr<Adapter>> makeAdapter(const ServerDefinition &definition,
                                                           const Json &config,
                                                           const TenantId &tenant,
                                                           const AdapterEnvironment &environment);

// What makeAdapter() refuses about `config`, found without making anything. Thread: any.
[[nodiscard]] Result<void> checkConfig(const ServerDefinition &definition, const Json &config);

} // namespace provost::tools
