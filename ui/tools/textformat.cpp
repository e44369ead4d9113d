#include "ui/tools/textformat.h"

#include <QCoreApplication>
#include <QDate>
#include <QDateTime>
#include <QUrl>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

bool isMail(const QString &text)
{
    const qsizetype at = text.lastIndexOf(u'@');
    return at > 0 && at < text.size() - 1 && !text.contains(u' ');
}

bool isUri(const QString &text)
{
    const QUrl uri(text, QUrl::StrictMode);
    return uri.isValid() && !uri.scheme().isEmpty();
}

// RFC 3339: a date without its time zone is no moment.
bool isMoment(const QString &text)
{
    const QDateTime moment = QDateTime::fromString(text, Qt::ISODateWithMs);
    return moment.isValid() && text.contains(u'T') && moment.timeSpec() != Qt::LocalTime;
}

bool fits(const QByteArray &format, const QString &text)
{
    if (format == "email")
        return isMail(text);
    if (format == "uri")
        return isUri(text);
    if (format == "date")
        return QDate::fromString(text, u"yyyy-MM-dd"_s).isValid();
    return format != "date-time" || isMoment(text);
}

} // namespace

QString formatProblem(const QByteArray &format, const QString &text)
{
    return fits(format, text)
               ? QString()
               : QCoreApplication::translate("Tools", "Not like %1").arg(formatExample(format));
}

QString formatExample(const QByteArray &format)
{
    if (format == "email")
        return u"name@example.org"_s;
    if (format == "uri")
        return u"https://example.org/"_s;
    if (format == "date")
        return u"2026-01-31"_s;
    if (format == "date-time")
        return u"2026-01-31T12:00:00Z"_s;
    return {};
}

} // namespace provost::ui
