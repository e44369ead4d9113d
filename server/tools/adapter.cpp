#include "server/tools/adapter.h"

namespace provost::tools {

void AdapterStatus::enter(AdapterState next, WallTime now)
{
    if (state != next || !since)
        since = now;
    state = next;
}

void AdapterStatus::note(AdapterFailure failure)
{
    failures.insert(failures.begin(), std::move(failure));
    if (failures.size() > failuresMax)
        failures.pop_back();
}

// What a kind does not serve is not in its catalog, so these are reached only by a name that is gone.

Task<Result<Output>> Adapter::readResource(QByteArray, CallContext)
{
    co_return fail(ErrorCode::NotFound, QStringLiteral("this server has no resources"));
}

Task<Result<Output>> Adapter::getPrompt(QByteArray, Json, CallContext)
{
    co_return fail(ErrorCode::NotFound, QStringLiteral("this server has no prompts"));
}

Task<Result<Output>> Adapter::complete(Json, CallContext)
{
    co_return fail(ErrorCode::NotFound, QStringLiteral("this server completes nothing"));
}

// NOLINTBEGIN(performance-unnecessary-value-param): adapters that serve these keep what they are given
void Adapter::abandon(QByteArray, TenantId, UserId) {}

std::unique_ptr<Watch> Adapter::watch(QByteArray, std::function<void()>)
{
    return nullptr;
}

void Adapter::setOnCatalogChanged(std::function<void()>) {}
// NOLINTEND(performance-unnecessary-value-param)

} // namespace provost::tools
