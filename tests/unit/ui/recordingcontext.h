// RecordingContext: a shell that notes what a page asks of it.
// Thread: ui thread.
#pragma once

#include "ui/kit/page.h"

namespace provost::testing {

class RecordingContext final : public ui::PageContext
{
public:
    std::vector<QString> opened; // links as text
    std::vector<ui::Notice> notices;

    void open(const ui::Link &link) override { opened.push_back(link.toString()); }
    void notify(const ui::Notice &notice) override { notices.push_back(notice); }
    [[nodiscard]] ui::Scope scope() const override { return {}; }
    void changeScope(const ui::Scope &) override {}
    [[nodiscard]] QByteArray author() const override { return "ana"; }
};

} // namespace provost::testing
