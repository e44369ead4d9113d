// The terms of an audit filter, as far as the page must know them: it adds one, and it asks what would match without one.
// The language itself is the control plane's.
// Thread: any; pure.
#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace provost::ui {

// `field:value`, the value in quotes where the language needs them.
[[nodiscard]] QString termOf(const QByteArray &field, const QByteArray &value);

// `filter` and `term`; alternatives in the filter stay together. Nothing changes if the term stands there already.
[[nodiscard]] QString withTerm(const QString &filter, const QString &term);

// The terms that are joined by "and"; empty if the filter is not such a list.
[[nodiscard]] QStringList termsOf(const QString &filter);

} // namespace provost::ui
