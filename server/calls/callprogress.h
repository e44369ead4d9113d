// What the steps of one governed call have learned so far. Lives in the frame of GovernedCall::run().
// Thread: the call's gateway loop.
#pragma once

#include "server/calls/call.h"
#include "server/calls/roundstate.h"
#include "server/calls/tenantview.h"

namespace provost::calls {

struct CallProgress
{
    CallRequest request;
    QByteArray id; // joins intent and outcome
    WallTime started;

    std::optional<identity::Principal> principal; // step 1
    std::optional<TenantView> tenant;             // step 1
    Round round;                                  // step 1
    const tools::RegisteredTool *tool = nullptr;  // step 3; owned by tenant->registry
    const tools::RegisteredItem *item = nullptr;  // step 3; a resource or prompt
    policy::Request question;                     // step 3
    std::optional<policy::Decision> decision;     // step 3
    std::optional<audit::Record> intent;          // step 4, until the outcome is made of it
    tools::Output output;                         // steps 5 and 6
    std::unique_ptr<tools::Watch> watch;          // step 5, Subscribe only
    Microseconds backend{0};                      // step 5: time in the adapter
    QByteArray outputMismatch;                    // step 6: how the result breaks the tool's schema

    [[nodiscard]] const tools::PolicyBinding *binding() const
    {
        if (tool != nullptr)
            return &tool->descriptor.policy;
        return item != nullptr ? &item->descriptor.policy : nullptr;
    }

    // Of the tool or prompt; no arguments are an empty object.
    [[nodiscard]] const Json &arguments() const
    {
        static const Json none = Json::object();
        const Json &given = request.params["arguments"];
        return given.isNull() ? none : given;
    }
};

// The two records of a call; see server/audit/README.md.
[[nodiscard]] audit::Record intentRecord(const CallProgress &call);
// `refusal` is null for a call that was carried out.
[[nodiscard]] audit::Record outcomeRecord(CallProgress &call, const Refusal *refusal, WallTime now,
                                          Microseconds duration);

// What the caller asks policy for one thing of the registry.
[[nodiscard]] policy::Request questionFor(const CallProgress &call, const QByteArray &tool,
                                          const tools::PolicyBinding &binding);

// The answer of a list operation: the definitions that policy lets this principal use.
[[nodiscard]] Json visibleList(const CallProgress &call);

// Which round the request is, by the state that it brings. Errors: InvalidInput for a state that is not valid here.
[[nodiscard]] Result<Round> roundOf(const CallProgress &call, const secrets::Sealer &sealer,
                                    WallTime now);
// Whether this agent can be asked what the tool needs, and may see the question.
[[nodiscard]] tl::expected<void, Refusal> checkNeeds(const CallProgress &call);

// A call that needs what its agent did not declare.
[[nodiscard]] tl::unexpected<Refusal> refuseForCapabilities(Json missing);
// What the agent is asked, with everything that the next round has to know sealed into the state.
[[nodiscard]] tools::InputNeeded sealedNeeds(const CallProgress &call,
                                             const secrets::Sealer &sealer, WallTime now);

// Masks and drops the fields wherever they appear in the result's structured content; text that mirrored it is made
// anew. Errors: a result whose text cannot be searched for the fields is withheld.
[[nodiscard]] Result<void> applyFieldRules(const policy::FieldRules &rules, Json &result);

} // namespace provost::calls
