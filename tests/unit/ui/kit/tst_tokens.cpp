#include "tests/support/testing.h"
#include "ui/kit/tokens.h"

#include <QTest>

using namespace provost::ui;

class TstTokens : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void textCanBeRead_data();
    void textCanBeRead();
    void contrastFollowsTheDefinition();
};

void TstTokens::textCanBeRead_data()
{
    QTest::addColumn<ThemeId>("theme");
    QTest::newRow("light") << ThemeId::Light;
    QTest::newRow("dark") << ThemeId::Dark;
    QTest::newRow("high contrast") << ThemeId::HighContrast;
}

void TstTokens::textCanBeRead()
{
    QFETCH(const ThemeId, theme);
    const Tokens &t = tokensOf(theme);
    const double wanted = theme == ThemeId::HighContrast ? 7.0 : 4.5;
    QStringList failures;
    const auto check = [&](const char *what, const QColor &ink, const QColor &ground,
                           double least) {
        const double ratio = contrastRatio(ink, ground);
        if (ratio < least) {
            failures << QStringLiteral("%1: %2 on %3 is %4")
                            .arg(QString::fromLatin1(what), ink.name(), ground.name())
                            .arg(ratio, 0, 'f', 2);
        }
    };
    for (const QColor &ground : {t.window, t.surface, t.raised, t.field, t.hover, t.selection}) {
        check("text", t.text, ground, wanted);
        check("muted", t.muted, ground, wanted);
    }
    // Decoration only, yet it must be seen.
    for (const QColor &ground : {t.window, t.surface, t.raised}) {
        check("faint", t.faint, ground, theme == ThemeId::HighContrast ? 7.0 : 2.8);
    }
    for (const Tone tone : {Tone::Accent, Tone::Allow, Tone::Deny, Tone::Ask, Tone::Mask}) {
        for (const QColor &ground : {t.window, t.surface, t.raised, softOf(t, tone)}) {
            check("tone", inkOf(t, tone), ground, wanted);
        }
    }
    check("primary button", t.onAccent, t.accent, wanted);
    QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
}

void TstTokens::contrastFollowsTheDefinition()
{
    QCOMPARE(contrastRatio(Qt::black, Qt::white), 21.0);
    QCOMPARE(contrastRatio(Qt::white, Qt::black), 21.0);
    QCOMPARE(contrastRatio(Qt::red, Qt::red), 1.0);
    QVERIFY(qAbs(contrastRatio(QColor(0x77, 0x77, 0x77), Qt::white) - 4.48) < 0.01);
}

PROVOST_TEST(TstTokens)

#include "tst_tokens.moc"
