// ConformanceAdapter: the fixture that the official MCP conformance suite calls (conformancefixture.h), with the tools
// that take time: they notify while they run, or change what is listed.
// Thread: as Adapter; runs on the caller's loop.
#pragma once

#include "server/base/mutex.h"
#include "server/tools/adapter.h"

namespace provost::tools::builtin {

class ConformanceAdapter final : public Adapter
{
public:
    [[nodiscard]] Task<Result<Catalog>> catalog() override;
    [[nodiscard]] Task<Result<Output>> call(QByteArray nativeName, Json arguments,
                                            CallContext context) override;
    [[nodiscard]] Task<Result<Output>> readResource(QByteArray nativeUri,
                                                    CallContext context) override;
    [[nodiscard]] Task<Result<Output>> getPrompt(QByteArray nativeName, Json arguments,
                                                 CallContext context) override;
    [[nodiscard]] Task<Result<Output>> complete(Json params, CallContext context) override;
    void setOnCatalogChanged(std::function<void()> onChanged) override;
    [[nodiscard]] AdapterStatus status() const override;

private:
    void toggle(bool &shown);
    [[nodiscard]] Catalog current() const;

    mutable Mutex m_mutex;
    bool m_showsTool GUARDED_BY(m_mutex) = false;
    bool m_showsPrompt GUARDED_BY(m_mutex) = false;
    std::function<void()> m_onChanged GUARDED_BY(m_mutex);
};

} // namespace provost::tools::builtin
