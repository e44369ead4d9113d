#include "ui/tools/webpage.h"

#include <QDesktopServices>

namespace provost::ui {

using namespace Qt::StringLiterals;

std::optional<QUrl> webPage(const QByteArray &address)
{
    QUrl page(QString::fromUtf8(address), QUrl::StrictMode);
    const bool isPage = page.isValid() && (page.scheme() == u"https" || page.scheme() == u"http")
                        && !page.host().isEmpty();
    return isPage ? std::optional(std::move(page)) : std::nullopt;
}

bool openWebPage(const QByteArray &address)
{
    const auto page = webPage(address);
    return page && QDesktopServices::openUrl(*page);
}

} // namespace provost::ui
