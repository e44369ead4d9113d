// RecordingContext: a shell that notes what a page asks of it.
// Thread: ui thread.
#pragma once

#include "ui/kit/page.h"

namespace provost::testing {

class RecordingContext final : public ui::PageContext
{
public:
    std::vector<ui::Link> opened;
    std::vector<ui::Notice> notices;
    ui::Scope current;

    // The last link as text; empty if none was opened.
    [[nodiscard]] QString lastOpened() const
    {
        return opened.empty() ? QString() : opened.back().toString();
    }

    void open(const ui::Link &link) override { opened.push_back(link); }
    void notify(const ui::Notice &notice) override { notices.push_back(notice); }
    [[nodiscard]] ui::Scope scope() const override { return current; }
    void changeScope(const ui::Scope &scope) override { current = scope; }
    [[nodiscard]] QByteArray author() const override { return "ana"; }
};

} // namespace provost::testing
