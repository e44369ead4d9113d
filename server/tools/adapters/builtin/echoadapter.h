// EchoAdapter: the tool echo {message}, which answers with its message.
// Thread: as Adapter; runs on the caller's loop.
#pragma once

#include "server/tools/adapter.h"

namespace provost::tools::builtin {

class EchoAdapter final : public Adapter
{
public:
    [[nodiscard]] Task<Result<Catalog>> catalog() override;
    [[nodiscard]] Task<Result<Output>> call(QByteArray nativeName, Json arguments,
                                            CallContext context) override;
    [[nodiscard]] AdapterStatus status() const override;
};

} // namespace provost::tools::builtin
