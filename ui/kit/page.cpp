#include "ui/kit/page.h"

#include <QCoreApplication>
#include <QUrl>
#include <QUrlQuery>

#include <array>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

struct RangeEntry
{
    RangePreset range;
    QLatin1StringView key;
    const char *text;
    std::chrono::minutes length; // zero: without end
};

constexpr std::array Ranges = {
    RangeEntry{RangePreset::Last15Minutes, "15m"_L1, QT_TRANSLATE_NOOP("Range", "Last 15 min"),
               std::chrono::minutes(15)},
    RangeEntry{RangePreset::LastHour, "1h"_L1, QT_TRANSLATE_NOOP("Range", "Last 1 h"),
               std::chrono::hours(1)},
    RangeEntry{RangePreset::Last12Hours, "12h"_L1, QT_TRANSLATE_NOOP("Range", "Last 12 h"),
               std::chrono::hours(12)},
    RangeEntry{RangePreset::LastDay, "24h"_L1, QT_TRANSLATE_NOOP("Range", "Last 24 h"),
               std::chrono::hours(24)},
    RangeEntry{RangePreset::LastWeek, "7d"_L1, QT_TRANSLATE_NOOP("Range", "Last 7 days"),
               std::chrono::hours(24 * 7)},
    RangeEntry{RangePreset::LastMonth, "30d"_L1, QT_TRANSLATE_NOOP("Range", "Last 30 days"),
               std::chrono::hours(24 * 30)},
    RangeEntry{RangePreset::All, "all"_L1, QT_TRANSLATE_NOOP("Range", "All time"),
               std::chrono::minutes(0)},
};

const RangeEntry &entryOf(RangePreset range)
{
    for (const RangeEntry &entry : Ranges) {
        if (entry.range == range) {
            return entry;
        }
    }
    return Ranges.back();
}

constexpr QLatin1StringView Scheme = "provost://"_L1;

} // namespace

QString keyOf(RangePreset range)
{
    return entryOf(range).key;
}

std::optional<RangePreset> rangeOf(const QString &key)
{
    for (const RangeEntry &entry : Ranges) {
        if (entry.key == key) {
            return entry.range;
        }
    }
    return std::nullopt;
}

QString textOf(RangePreset range)
{
    return QCoreApplication::translate("Range", entryOf(range).text);
}

std::optional<Microseconds> lengthOf(RangePreset range)
{
    const std::chrono::minutes length = entryOf(range).length;
    return length.count() == 0 ? std::nullopt : std::optional<Microseconds>(length);
}

QString Link::toString() const
{
    QString text = page;
    if (!target.isEmpty()) {
        text +=
            u'/' + QString::fromLatin1(QUrl::toPercentEncoding(target, QByteArrayLiteral("/:@")));
    }
    QChar separator = u'?';
    for (const auto &[name, value] : parameters) {
        text += separator + QString::fromLatin1(QUrl::toPercentEncoding(name)) + u'='
                + QString::fromLatin1(QUrl::toPercentEncoding(value));
        separator = u'&';
    }
    return text;
}

std::optional<Link> Link::parse(const QString &text)
{
    const QString body = text.startsWith(Scheme) ? text.mid(static_cast<int>(Scheme.size())) : text;
    const qsizetype question = body.indexOf(u'?');
    const QString path = question < 0 ? body : body.left(question);
    const qsizetype slash = path.indexOf(u'/');
    Link link;
    link.page = slash < 0 ? path : path.left(slash);
    if (link.page.isEmpty()) {
        return std::nullopt;
    }
    if (slash >= 0) {
        link.target = QUrl::fromPercentEncoding(path.mid(slash + 1).toUtf8());
    }
    if (question >= 0) {
        const QUrlQuery query(body.mid(question + 1));
        for (const auto &[name, value] : query.queryItems(QUrl::FullyDecoded)) {
            link.parameters[name] = value;
        }
    }
    return link;
}

Page::Page(PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
{
}

void Page::setScope(const Scope &) {}

void Page::activate() {}

void Page::deactivate() {}

void Page::openLink(const Link &) {}

Link Page::place() const
{
    return {};
}

QString Page::unsavedChanges() const
{
    return {};
}

std::vector<ActionSpec> Page::actions()
{
    return {};
}

} // namespace provost::ui
