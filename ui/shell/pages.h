// The list of pages, in the order of the mode bar. Adding a page is one line in pages.cpp.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/icons.h"
#include "ui/kit/page.h"

#include <functional>

namespace provost::ui {

struct PageEntry
{
    QString id; // as in links: "audit"; also the name of its help page
    QString title;
    Icon icon = Icon::File;
    // The page, owned by `parent`; called when it is first shown.
    std::function<Page *(control::ControlPlane &, PageContext &, QWidget *parent)> make;
};

[[nodiscard]] std::vector<PageEntry> pages();

} // namespace provost::ui
