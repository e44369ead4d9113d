#include "ui/kit/fonts.h"

#include "ui/kit/theme.h"

#include <QDirIterator>
#include <QFile>
#include <QFontDatabase>
#include <QStandardPaths>
#include <QStringList>
#include <QtEndian>

#include <array>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype DirectoryStart = 12;
constexpr qsizetype DirectoryEntry = 16;
constexpr qint64 FileBytesMax = 8 << 20;
constexpr quint16 WindowsPlatform = 3;
constexpr quint16 UnicodeBmp = 1;
constexpr quint16 EnglishUs = 0x0409;

constexpr QLatin1StringView UiFamily = "Provost Sans"_L1;
constexpr QLatin1StringView DarkFamily = "Provost Sans Dark"_L1;
constexpr QLatin1StringView MonoFamily = "Provost Mono"_L1;

template <class T>
T readAt(const QByteArray &bytes, qsizetype at)
{
    return qFromBigEndian<T>(bytes.constData() + at);
}

template <class T>
void append(QByteArray &out, T value)
{
    const T big = qToBigEndian(value);
    out.append(reinterpret_cast<const char *>(&big), sizeof(T));
}

// Where the directory entry of a table stands, or -1.
qsizetype entryOf(const QByteArray &file, QByteArrayView tag)
{
    const int tables = readAt<quint16>(file, 4);
    for (int i = 0; i < tables; ++i) {
        const qsizetype at = DirectoryStart + i * DirectoryEntry;
        if (at + DirectoryEntry > file.size()) {
            return -1;
        }
        if (QByteArrayView(file).sliced(at, 4) == tag) {
            return at;
        }
    }
    return -1;
}

// A name table with what a font database reads: family, style, full and PostScript name.
QByteArray nameTable(const FontName &name)
{
    const bool linked = name.style == "Regular" || name.style == "Bold";
    const QByteArray postScript = QByteArray(name.family).replace(' ', "") + '-' + name.style;
    const std::vector<std::pair<quint16, QByteArray>> names = {
        {1, linked ? name.family : name.family + ' ' + name.style},
        {2, linked ? name.style : QByteArray("Regular")},
        {4, name.family + ' ' + name.style},
        {6, postScript},
        {16, name.family},
        {17, name.style},
    };
    QByteArray head;
    QByteArray text;
    append<quint16>(head, 0);
    append<quint16>(head, static_cast<quint16>(names.size()));
    append<quint16>(head, static_cast<quint16>(6 + names.size() * 12));
    for (const auto &[id, value] : names) {
        append(head, WindowsPlatform);
        append(head, UnicodeBmp);
        append(head, EnglishUs);
        append(head, id);
        append(head, static_cast<quint16>(value.size() * 2));
        append(head, static_cast<quint16>(text.size()));
        for (const char c : value) {
            text.append('\0');
            text.append(c);
        }
    }
    return head + text;
}

QString pathOf(const QString &fileName)
{
    for (const QString &folder : QStandardPaths::standardLocations(QStandardPaths::FontsLocation)) {
        QDirIterator files(folder, {fileName}, QDir::Files, QDirIterator::Subdirectories);
        if (files.hasNext()) {
            return files.next();
        }
    }
    return {};
}

void registerCopy(const QString &fileName, const FontName &name, QByteArrayView from,
                  QByteArrayView to)
{
    QFile file(pathOf(fileName));
    if (file.fileName().isEmpty() || !file.open(QIODevice::ReadOnly)) {
        return; // the plain families stand in
    }
    const auto copy = withFeatureRenamed(file.read(FileBytesMax), name, from, to);
    if (copy) {
        QFontDatabase::addApplicationFontFromData(*copy);
    }
}

QFont fontOf(const QStringList &families, int pixelSize, QFont::Weight weight)
{
    QFont font;
    font.setFamilies(families);
    font.setPixelSize(pixelSize);
    font.setWeight(weight);
    return font;
}

} // namespace

std::optional<QByteArray> withFeatureRenamed(const QByteArray &file, const FontName &name,
                                             QByteArrayView from, QByteArrayView to)
{
    if (file.size() < DirectoryStart || from.size() != 4 || to.size() != 4) {
        return std::nullopt;
    }
    const qsizetype gsub = entryOf(file, "GSUB");
    const qsizetype names = entryOf(file, "name");
    if (gsub < 0 || names < 0) {
        return std::nullopt;
    }
    const qsizetype start = readAt<quint32>(file, gsub + 8);
    const qsizetype end = start + readAt<quint32>(file, gsub + 12);
    if (end > file.size() || end - start < 8) {
        return std::nullopt;
    }
    const qsizetype list = start + readAt<quint16>(file, start + 6);
    if (list + 2 > end) {
        return std::nullopt;
    }
    const qsizetype features = readAt<quint16>(file, list);
    if (list + 2 + features * 6 > end) {
        return std::nullopt;
    }
    QByteArray copy = file;
    for (qsizetype i = 0; i < features; ++i) {
        const qsizetype tag = list + 2 + i * 6;
        if (QByteArrayView(copy).sliced(tag, 4) == from) {
            copy.replace(tag, 4, to);
        }
    }
    if (const qsizetype os2 = entryOf(file, "OS/2"); os2 >= 0) {
        const qsizetype at = readAt<quint32>(file, os2 + 8) + 4; // usWeightClass
        if (at + 2 <= file.size()) {
            qToBigEndian(name.weight, copy.data() + at);
        }
    }
    copy.append(QByteArray((4 - copy.size() % 4) % 4, '\0'));
    const QByteArray table = nameTable(name);
    qToBigEndian(static_cast<quint32>(copy.size()), copy.data() + names + 8);
    qToBigEndian(static_cast<quint32>(table.size()), copy.data() + names + 12);
    return copy + table;
}

void loadFonts()
{
    if (QFontDatabase::hasFamily(UiFamily) || QFontDatabase::hasFamily(MonoFamily)) {
        return;
    }
    struct Member
    {
        const char *style;
        quint16 weight;
        const char *file;
        const char *fileOnDark;
    };
    constexpr std::array Sans = {
        Member{"Regular", 400, "Regular", "Light"}, Member{"Medium", 500, "Medium", "Regular"},
        Member{"SemiBold", 600, "SemiBold", "Medium"}, Member{"Bold", 700, "Bold", "SemiBold"}};
    // Shapers apply `rclt` always and `xxxx` never.
    for (const Member &member : Sans) {
        for (const bool dark : {false, true}) {
            const QByteArray family(dark ? DarkFamily.data() : UiFamily.data());
            const char *const file = dark ? member.fileOnDark : member.file;
            registerCopy(u"Inter-"_s + QString::fromLatin1(file) + u".otf"_s,
                         {family, member.style, member.weight}, "tnum", "rclt");
        }
    }
    const QByteArray mono(MonoFamily.data());
    for (const auto &[style, weight] :
         {std::pair<const char *, quint16>{"Regular", 400}, {"Medium", 500}, {"Bold", 700}}) {
        registerCopy(u"JetBrainsMono-"_s + QString::fromLatin1(style) + u".ttf"_s,
                     {mono, style, weight}, "calt", "xxxx");
    }
}

QFont uiFont(int pixelSize, QFont::Weight weight)
{
    return fontOf(
        {tokens().dark ? DarkFamily : UiFamily, u"Inter"_s, u"Noto Sans"_s, u"DejaVu Sans"_s},
        pixelSize, weight);
}

QFont monoFont(int pixelSize, QFont::Weight weight)
{
    QFont font =
        fontOf({MonoFamily, u"JetBrains Mono"_s, u"Noto Sans Mono"_s, u"DejaVu Sans Mono"_s},
               pixelSize, weight);
    font.setStyleHint(QFont::Monospace);
    font.setFixedPitch(true);
    font.setStyleStrategy(QFont::PreferNoShaping); // no ligatures in the plain family either
    return font;
}

} // namespace provost::ui
