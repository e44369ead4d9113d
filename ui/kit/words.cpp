#include "ui/kit/words.h"

#include <QCoreApplication>
#include <QLocale>

#include <algorithm>

namespace provost::ui {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

QString numberText(qint64 number)
{
    return QLocale().toString(number);
}

QString counted(qint64 number, const QString &one, const QString &many)
{
    return numberText(number) + u' ' + (number == 1 ? one : many);
}

QString shareText(qint64 part, qint64 whole)
{
    if (whole <= 0) {
        return u"–"_s;
    }
    const double percent = 100.0 * static_cast<double>(part) / static_cast<double>(whole);
    const int digits = percent > 0 && percent < 0.1 ? 3 : (percent < 10 ? 1 : 0);
    return QLocale().toString(percent, 'f', part == 0 ? 0 : digits) + u" %"_s;
}

QString durationText(qint64 microseconds)
{
    const double ms = static_cast<double>(microseconds) / 1000.0;
    const QLocale locale;
    if (ms >= 1000) {
        return locale.toString(ms / 1000.0, 'f', 1) + u" s"_s;
    }
    return locale.toString(ms, 'f', ms < 0.1 ? 3 : (ms < 10 ? 1 : 0)) + u" ms"_s;
}

QString spanText(Microseconds span)
{
    const auto words = [](const char *text) { return QCoreApplication::translate("Words", text); };
    const auto seconds =
        std::max<qint64>(0, std::chrono::duration_cast<std::chrono::seconds>(span).count());
    if (span < 100s)
        return words("%1 s").arg(seconds);
    if (span < 100min)
        return words("%1 min").arg(seconds / 60);
    if (span < 48h)
        return words("%1 h").arg(seconds / 3600);
    return words("%1 d").arg(seconds / 86'400);
}

} // namespace provost::ui
