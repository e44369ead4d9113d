#include "ui/kit/words.h"

#include <QLocale>

namespace provost::ui {

using namespace Qt::StringLiterals;

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

} // namespace provost::ui
