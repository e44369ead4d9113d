#include "ui/kit/clipboard.h"

#include <QApplication>
#include <QClipboard>
#include <QTimer>

namespace provost::ui {

void copyText(const QString &text)
{
    QApplication::clipboard()->setText(text);
}

void copySecret(const QString &secret, int seconds)
{
    copyText(secret);
    QTimer::singleShot(std::chrono::seconds(seconds), qApp, [secret] {
        if (QApplication::clipboard()->text() == secret) {
            QApplication::clipboard()->clear();
        }
    });
}

QString spreadsheetSafe(const QString &cell)
{
    static const QString dangerous = QStringLiteral("=+-@\t\r");
    QString safe = cell;
    safe.replace(u'\t', u' ').replace(u'\n', u' ').replace(u'\r', u' ');
    return !cell.isEmpty() && dangerous.contains(cell.front()) ? u'\'' + safe : safe;
}

} // namespace provost::ui
