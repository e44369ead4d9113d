// Users and keys as rows of state.db, and what is asked of them before they become rows.
// Thread: pure functions.
#pragma once

#include "server/identity/identitystore.h"
#include "server/storage/statement.h"

namespace provost::identity {

extern const char *const identitySchema[1]; // migration steps

inline constexpr char userColumns[] =
    "SELECT tenant, id, display_name, roles, attributes, disabled FROM users";
[[nodiscard]] User userOf(const storage::Statement &row);

inline constexpr char keyColumns[] =
    "SELECT id, tenant, user, label, created, expires, revoked, last_used FROM api_keys";
[[nodiscard]] ApiKey keyOf(const storage::Statement &row);

[[nodiscard]] QByteArray rolesToText(const std::vector<QByteArray> &roles);
// What cannot be read is no role and no attribute: fewer rights, never more.
[[nodiscard]] std::vector<QByteArray> rolesOf(const QByteArray &text);
[[nodiscard]] Json attributesOf(const QByteArray &text);

// Errors: InvalidInput.
[[nodiscard]] Result<void> checkUser(const User &user);
[[nodiscard]] Result<void> checkLabel(QByteArrayView label);

} // namespace provost::identity
