#include "tests/support/testing.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/fonts.h"
#include "ui/kit/icons.h"
#include "ui/kit/label.h"

#include <QFontDatabase>
#include <QFontMetricsF>
#include <QGlyphRun>
#include <QLineEdit>
#include <QImage>
#include <QPainter>
#include <QPalette>
#include <QStyle>
#include <QStyleOption>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QTextLayout>

#include <set>

using namespace provost::ui;
using namespace Qt::StringLiterals;

class TstTheme : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_themed.wear(); }
    void cleanup() { m_themed.takeOff(); }

    void everyChoiceTakesEffectAtOnce();
    void withoutAThemeTokensAreLight();
    void namesOfChoicesRoundTrip();
    void followersHearEveryChangeUntilTheyDie();
    void digitsAreAsWideAsEachOther();
    void operatorsAreNotJoined();
    void fontFilesThatAreMalformedAreRefused();
    void everyIconIsDrawnInTheColourAsked();
    void untrustedTextIsNeverMarkup();
    void blockedControlsSayWhy();
    void nothingIsPaintedBetweenScrollBars();

private:
    provost::testing::Themed m_themed;
};

void TstTheme::everyChoiceTakesEffectAtOnce()
{
    QSignalSpy changed(&m_themed.theme(), &Theme::changed);
    m_themed.theme().setChoice(Theme::Choice::Dark);
    QCOMPARE(changed.count(), 1);
    QCOMPARE(QApplication::palette().color(QPalette::Window), tokensOf(ThemeId::Dark).window);
    QCOMPARE(tokens().id, ThemeId::Dark);
    m_themed.theme().setChoice(Theme::Choice::HighContrast);
    QCOMPARE(tokens().id, ThemeId::HighContrast);
    QCOMPARE(QApplication::palette().color(QPalette::Text), QColor(Qt::white));
}

void TstTheme::withoutAThemeTokensAreLight()
{
    m_themed.takeOff();
    QCOMPARE(Theme::running(), nullptr);
    QCOMPARE(tokens().id, ThemeId::Light);
}

void TstTheme::namesOfChoicesRoundTrip()
{
    for (const auto choice : {Theme::Choice::System, Theme::Choice::Light, Theme::Choice::Dark,
                              Theme::Choice::HighContrast}) {
        QCOMPARE(themeChoiceOf(nameOf(choice)), choice);
    }
    QCOMPARE(themeChoiceOf(u"solarized"_s), Theme::Choice::System);
}

void TstTheme::followersHearEveryChangeUntilTheyDie()
{
    int calls = 0;
    auto follower = std::make_unique<QObject>();
    followTheme(follower.get(), [&] { ++calls; });
    QCOMPARE(calls, 1);
    m_themed.theme().setChoice(Theme::Choice::Dark);
    QCOMPARE(calls, 2);
    follower.reset();
    m_themed.theme().setChoice(Theme::Choice::Light);
    QCOMPARE(calls, 2);
}

void TstTheme::digitsAreAsWideAsEachOther()
{
    if (!QFontDatabase::hasFamily(u"Provost Sans"_s)) {
        QSKIP("Inter is not installed");
    }
    for (const auto choice : {Theme::Choice::Light, Theme::Choice::Dark}) {
        m_themed.theme().setChoice(choice);
        for (const auto weight : {QFont::Normal, QFont::DemiBold}) {
            const QFontMetricsF metrics(uiFont(13, weight));
            QCOMPARE(metrics.horizontalAdvance(u"1111"_s), metrics.horizontalAdvance(u"8888"_s));
        }
    }
}

void TstTheme::operatorsAreNotJoined()
{
    if (!QFontDatabase::hasFamily(u"Provost Mono"_s)) {
        QSKIP("JetBrains Mono is not installed");
    }
    // The family by itself, as an editor that shapes its text asks for it.
    QFont font(u"Provost Mono"_s);
    font.setPixelSize(12);
    const auto glyphs = [&](const QString &text) {
        QTextLayout layout(text, font);
        layout.beginLayout();
        layout.createLine();
        layout.endLayout();
        return layout.glyphRuns().constFirst().glyphIndexes();
    };
    const quint32 equals = glyphs(u"="_s).constFirst();
    QCOMPARE(glyphs(u"=="_s), (QList<quint32>{equals, equals}));
}

void TstTheme::fontFilesThatAreMalformedAreRefused()
{
    const FontName name{"Some Family", "Regular", 400};
    QVERIFY(!withFeatureRenamed({}, name, "calt", "xxxx"));
    QVERIFY(!withFeatureRenamed(QByteArray(64, '\0'), name, "calt", "xxxx"));
    QVERIFY(!withFeatureRenamed(QByteArray(64, '\xff'), name, "calt", "xxxx"));
    // A directory with both tables, of which GSUB claims to reach beyond the file.
    QByteArray file("OTTO\0\2\0\0\0\0\0\0", 12);
    file += QByteArray("GSUB\0\0\0\0\0\0\0\x2c\xff\xff\xff\xff", 16);
    file += QByteArray("name\0\0\0\0\0\0\0\x2c\0\0\0\4", 16);
    file += QByteArray(16, '\0');
    QVERIFY(!withFeatureRenamed(file, name, "calt", "xxxx"));
    QVERIFY(!withFeatureRenamed(file, name, "calt", "too long"));
}

void TstTheme::everyIconIsDrawnInTheColourAsked()
{
    QVERIFY(allIcons().size() >= 35);
    std::set<QByteArray> pictures;
    for (const Icon icon : allIcons()) {
        const QImage image = iconPixmap(icon, Qt::red, 24, 1.0).toImage();
        int drawn = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor pixel = image.pixelColor(x, y);
                if (pixel.alpha() > 200) {
                    ++drawn;
                    QCOMPARE(pixel.blue(), 0);
                }
            }
        }
        QVERIFY2(drawn > 1, qPrintable(u"icon %1 is empty"_s.arg(static_cast<int>(icon))));
        pictures.insert({reinterpret_cast<const char *>(image.constBits()), image.sizeInBytes()});
    }
    QVERIFY(pictures.size() + 1 >= allIcons().size()); // history and clock are alike
}

void TstTheme::untrustedTextIsNeverMarkup()
{
    const QString hostile = u"<b onclick='x'>bold</b>\nnext"_s;
    const Label label(hostile);
    QCOMPARE(label.textFormat(), Qt::PlainText);
    QCOMPARE(label.text(), hostile);
    QVERIFY(plainToolTip(hostile).contains(u"&lt;b"_s));
    QVERIFY(plainToolTip({}).isEmpty());
}

void TstTheme::blockedControlsSayWhy()
{
    QPushButton button;
    button.setToolTip(u"own"_s);
    setBlocked(button, u"needs role <policy.publish>"_s);
    QVERIFY(!button.isEnabled());
    QVERIFY(button.toolTip().contains(u"needs role &lt;policy.publish&gt;"_s));
    setBlocked(button, u"another reason"_s);
    setBlocked(button, {});
    QVERIFY(button.isEnabled());
    QCOMPARE(button.toolTip(), u"own"_s);
}

void TstTheme::nothingIsPaintedBetweenScrollBars()
{
    QImage corner(10, 10, QImage::Format_ARGB32_Premultiplied);
    corner.fill(Qt::transparent);
    const QImage untouched = corner;
    QStyleOption option;
    option.rect = corner.rect();
    QPainter painter(&corner);
    QApplication::style()->drawPrimitive(QStyle::PE_PanelScrollAreaCorner, &option, &painter);
    painter.end();
    QCOMPARE(corner, untouched);
}

PROVOST_TEST(TstTheme)

#include "tst_theme.moc"
