// Icons: our own monochrome drawings (resources/icons), painted in the colour of the running theme whenever they are
// drawn, so that a change of theme needs no new icons.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QIcon>
#include <QPixmap>

#include <span>

namespace provost::ui {

enum class Icon {
    Overview,
    Audit,
    Shield,
    Simulator,
    Changes,
    Tenants,
    Users,
    Tools,
    Sessions,
    Health,
    Settings,
    Lock,
    Search,
    Copy,
    Plus,
    Minus,
    Close,
    Check,
    Warning,
    Info,
    Error,
    Pause,
    Play,
    Stop,
    Filter,
    Download,
    Upload,
    ChevronDown,
    ChevronUp,
    ChevronRight,
    ChevronLeft,
    ArrowRight,
    ArrowUp,
    Key,
    Refresh,
    Undo,
    History,
    Trash,
    Edit,
    Eye,
    Link,
    Star,
    File,
    Help,
    Theme,
    Menu,
    More,
    PanelRight,
    Tree,
    Braces,
    External,
    Terminal,
    Clock,
    Sun,
};

// Neutral icons are muted and turn to the text colour when active, to the accent when selected or on.
[[nodiscard]] QIcon iconOf(Icon icon, Tone tone = Tone::Neutral);

// For painters: the drawing in one colour, `size` pixels square at `scale` device pixels each.
[[nodiscard]] QPixmap iconPixmap(Icon icon, const QColor &color, int size, qreal scale);

[[nodiscard]] std::span<const Icon> allIcons();

} // namespace provost::ui
