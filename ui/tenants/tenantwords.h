// How the tenants page checks what is typed and words what it shows.
// Thread: pure.
#pragma once

#include "server/control/types.h"
#include "ui/kit/cellmodel.h"

#include <QStringList>

#include <utility>

namespace provost::ui {

// --- what is typed; each says what is wrong, or nothing ---
[[nodiscard]] QString tenantIdProblem(const QString &id, const QStringList &taken);
[[nodiscard]] QString userIdProblem(const QString &id, const QStringList &taken);

// Attributes as pairs of name and text. The text of a number, truth or list is its JSON; a string that reads like
// one of those stands in quotes, so that the way back gives the same value.
using AttributeTexts = std::vector<std::pair<QString, QString>>;
[[nodiscard]] AttributeTexts attributeTexts(const Json &attributes);
// Pairs whose name is empty are left out.
[[nodiscard]] Json attributesOf(const AttributeTexts &texts);
// Names twice, or a value without a name; empty: nothing wrong.
[[nodiscard]] QString attributesProblem(const AttributeTexts &texts);

// --- templates of new tenants ---
struct TemplateWords
{
    QString title;
    QString description;
};
[[nodiscard]] TemplateWords templateWords(const QByteArray &name);

// --- rows ---
[[nodiscard]] std::vector<CellRow> tenantRows(const std::vector<control::TenantRow> &tenants);
[[nodiscard]] std::vector<CellRow> keyRows(const std::vector<control::KeyRow> &keys, WallTime now);
[[nodiscard]] std::vector<CellRow> userRows(const std::vector<control::UserRow> &users);
[[nodiscard]] std::vector<CellRow> serverRows(const std::vector<control::ServerRow> &servers);
[[nodiscard]] std::vector<CellRow> toolRows(const std::vector<control::ToolRow> &tools);
// Quotas and rate limits of the tenant, each linked to the line that sets it.
[[nodiscard]] std::vector<CellRow> limitRows(const control::TenantRow &tenant);

[[nodiscard]] BadgeLook keyState(const QByteArray &state);
[[nodiscard]] QString dayText(WallTime time);                   // "2026-11-22"
[[nodiscard]] QString rateText(const policy::RateLimit &limit); // "1,000 calls a minute"

} // namespace provost::ui
