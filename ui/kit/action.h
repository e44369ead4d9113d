// ActionSpec: one thing that can be done, as data. The shell's registry turns it into menu entries, palette entries,
// shortcuts and the list of shortcuts in the help.
// Thread: ui thread.
#pragma once

#include "ui/kit/icons.h"

#include <QKeySequence>
#include <QString>

#include <functional>
#include <optional>

namespace provost::ui {

struct ActionSpec
{
    QString id;       // "audit.copyRecord": page (or "app"), then what it does; unique
    QString text;     // "Copy record as JSON"
    QString category; // "Audit"; groups menus, palette and help
    QKeySequence shortcut;
    std::optional<Icon> icon;
    std::function<void()> run;
    // Why it cannot be done now, for the tooltip and the palette; empty: it can. May be left out.
    std::function<QString()> blocked;
};

} // namespace provost::ui
