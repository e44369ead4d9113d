// What the policy form does to a tenant's file: the smallest change of the text that has the wanted meaning. Comments,
// order, quotes and line ends of everything else stay as they are, byte for byte.
// INVARIANT: the new text was read again and differs in meaning only where asked; else there is an error and no text.
// Errors of all functions: InvalidInput (the text cannot be read, a value has the wrong form, or the layout is one that
// only the text editor can change), NotFound (no such tenant or policy), Conflict (the name is taken).
// Thread: pure functions.
#pragma once

#include "server/base/ids.h"
#include "server/base/json.h"
#include "server/base/result.h"

namespace provost::org {

struct PolicyAddress
{
    TenantId tenant;
    QByteArray policy;
};

// Fields: effect reason rate_limit valid.from valid.until (a text), roles resources tools permissions conditions
// fields.mask fields.drop (a list of texts). Null removes the field; so does an empty list of conditions or fields.
// What the values mean is not looked at: check the draft.
[[nodiscard]] Result<QByteArray> setPolicyField(const QByteArray &text,
                                                const PolicyAddress &address, QByteArrayView field,
                                                const Json &value);

// A policy for no role yet, behind the others of the tenant. It cannot be applied before it has a role.
[[nodiscard]] Result<QByteArray> addPolicy(const QByteArray &text, const PolicyAddress &address);

// With the comment lines directly above it.
[[nodiscard]] Result<QByteArray> removePolicy(const QByteArray &text, const PolicyAddress &address);

[[nodiscard]] Result<QByteArray> renamePolicy(const QByteArray &text, const PolicyAddress &address,
                                              const QByteArray &newName);

// The file of a tenant that allows nothing yet.
[[nodiscard]] QByteArray newTenantText(const TenantId &tenant, QByteArrayView name);

} // namespace provost::org
