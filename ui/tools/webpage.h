// Pages outside of the console, opened in the person's browser. Their addresses come from tool servers, so that only a page
// may be opened: never a file or a program.
// Thread: ui thread.
#pragma once

#include <QUrl>

#include <optional>

namespace provost::ui {

// None if the address is no page of the web.
[[nodiscard]] std::optional<QUrl> webPage(const QByteArray &address);
// False if it is none, or no browser takes it.
[[nodiscard]] bool openWebPage(const QByteArray &address);

} // namespace provost::ui
