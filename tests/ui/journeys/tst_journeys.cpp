// Journeys through the console in a real window, on a real server, with an agent calling meanwhile. Pictures of every
// page in every theme are left in $PROVOST_PICTURES.
#include "journey.h"

#include "tests/support/testing.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/label.h"
#include "ui/kit/tableview.h"
#include "ui/kit/windowedtable.h"

#include <QAbstractButton>
#include <QDir>
#include <QImage>
#include <QLineEdit>
#include <QSet>
#include <QStackedWidget>

using namespace provost;
using namespace provost::testing;
using namespace Qt::StringLiterals;

namespace {

const QStringList pages{u"overview"_s, u"audit"_s, u"policies"_s, u"simulator"_s,
                        u"tenants"_s,  u"tools"_s, u"sessions"_s};

// Every word that labels below `widget` show.
QString wordsOf(const QWidget &widget)
{
    QString words;
    for (const QLabel *label : widget.findChildren<QLabel *>()) {
        if (label->isVisible())
            words += label->text() + u'\n';
    }
    return words;
}

int colorsOf(const QImage &image)
{
    QSet<QRgb> colors;
    for (int y = 0; y < image.height(); y += 3) {
        for (int x = 0; x < image.width(); x += 3)
            colors.insert(image.pixel(x, y));
    }
    return int(colors.size());
}

} // namespace

class TstJourneys : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void keysReachEveryPage();
    void aCallAppearsAndIsExplained();
    void aRuleIsChangedAndRolledBack();
    void theDraftIsNotServed();
    void aToolIsTriedFromTheConsole();
    void theAgentIsSeenWithItsMessages();
    void thePaletteFindsAPage();
    void picturesOfEveryPage_data();
    void picturesOfEveryPage();

private:
    [[nodiscard]] ui::MainWindow &window() { return m_journey.window(); }
    // The page in front. REQUIRES: currentPage() is `id`.
    [[nodiscard]] QWidget *page(const QString &id)
    {
        return window().currentPage() == id
                   ? window().findChild<QStackedWidget *>(u"pages"_s)->currentWidget()
                   : nullptr;
    }
    [[nodiscard]] ui::CodeEditor *editor()
    {
        return window().findChild<ui::CodeEditor *>(u"policies.editor.tenants/lab.yaml"_s);
    }
    // What pages have asked so far is answered: the desks answer in order, and answers may ask once more.
    void settle();

    Journey m_journey;
};

void TstJourneys::initTestCase()
{
    QVERIFY2(m_journey.begin(), qPrintable(m_journey.error));
    QVERIFY(QTest::qWaitForWindowExposed(&window()));
    // The tool arrives a moment after the start, once the adapter has answered.
    QTRY_VERIFY_WITH_TIMEOUT(
        m_journey.call("echo", Json::object({{"message", "hello"}}))["result"]["content"].isArray(),
        10'000);
}

void TstJourneys::keysReachEveryPage()
{
    for (int i = 0; i < pages.size(); ++i) {
        QTest::keyClick(&window(), static_cast<Qt::Key>(Qt::Key_1 + i), Qt::ControlModifier);
        QTRY_COMPARE(window().currentPage(), pages[i]);
        QTRY_VERIFY(page(pages[i]) != nullptr && page(pages[i])->isVisible());
    }
    QTest::keyClick(&window(), Qt::Key_Left, Qt::AltModifier);
    QTRY_COMPARE(window().currentPage(), pages[pages.size() - 2]);
}

void TstJourneys::aCallAppearsAndIsExplained()
{
    window().open({.page = u"audit"_s});
    auto *const table = window().findChild<ui::WindowedTable *>();
    QVERIFY(table != nullptr);
    const Json denied = m_journey.call("echo", Json::object({{"message", "a secret"}}));
    QVERIFY(denied["result"]["isError"].toBool());
    // The page follows the tail: the refusal comes by itself.
    QTRY_VERIFY_WITH_TIMEOUT(table->model().rowCount() > 0 && wordsOf(*page(u"audit"_s)).size() > 0,
                             10'000);
    QTRY_VERIFY_WITH_TIMEOUT(
        [&] {
            for (int row = 0; row < table->model().rowCount(); ++row) {
                for (int column = 0; column < table->model().columnCount(); ++column) {
                    if (table->model().index(row, column).data().toString() == u"no-secrets"_s)
                        return true;
                }
            }
            return false;
        }(),
        10'000);
    QTest::keyClick(table->view(), Qt::Key_Home, Qt::ControlModifier);
    QTest::keyClick(table->view(), Qt::Key_Return);
    QTRY_VERIFY_WITH_TIMEOUT(wordsOf(*page(u"audit"_s)).contains(u"no-secrets"_s), 10'000);
    QTRY_VERIFY_WITH_TIMEOUT(
        wordsOf(*page(u"audit"_s)).contains(u"Secrets stay in the laboratory"_s), 10'000);
}

void TstJourneys::aRuleIsChangedAndRolledBack()
{
    using Answer = control::Answer<QByteArray>;
    const auto state = answerOf<control::OrgState>(
        [&](control::Answer<control::OrgState> answer) { m_journey.control().orgState(answer); });
    QVERIFY(state);
    control::OrgFile file;
    for (const control::OrgFile &known : state->files) {
        if (known.name == "tenants/lab.yaml")
            file = known;
    }
    file.bytes.replace("contains(\"secret\")", "contains(\"nothing\")");
    const auto applied = answerOf<QByteArray>([&](Answer answer) {
        m_journey.control().apply({.files = {file},
                                   .reason = "Try without the rule",
                                   .author = "tester",
                                   .expectedRevision = state->revision},
                                  answer);
    });
    QVERIFY2(applied, qPrintable(applied ? QString() : applied.error().message));
    QVERIFY(!m_journey.call("echo", Json::object({{"message", "a secret"}}))["result"]["isError"]
                 .toBool());

    window().open({.page = u"policies"_s, .target = u"tenants/lab.yaml"_s});
    QTRY_VERIFY_WITH_TIMEOUT(editor() != nullptr && editor()->text().contains(u"nothing"_s),
                             10'000);

    const auto back = answerOf<QByteArray>([&](Answer answer) {
        m_journey.control().rollBack(state->revision, "It was needed", "tester", answer);
    });
    QVERIFY2(back, qPrintable(back ? QString() : back.error().message));
    QVERIFY(m_journey.call("echo", Json::object({{"message", "a secret"}}))["result"]["isError"]
                .toBool());
    // Comments came through both changes.
    QTRY_VERIFY_WITH_TIMEOUT(editor()->text().contains(u"# The laboratory"_s)
                                 && editor()->text().contains(u"contains(\"secret\")"_s),
                             10'000);
}

void TstJourneys::theDraftIsNotServed()
{
    window().open({.page = u"policies"_s, .target = u"tenants/lab.yaml"_s});
    QTRY_VERIFY_WITH_TIMEOUT(editor() != nullptr && editor()->text().contains(u"no-secrets"_s),
                             10'000);
    auto *const shown = qobject_cast<ui::Page *>(page(u"policies"_s));
    QVERIFY(shown != nullptr);
    QVERIFY(shown->unsavedChanges().isEmpty());
    editor()->setFocus();
    QTest::keyClick(window().focusWidget(), Qt::Key_Home, Qt::ControlModifier);
    QTest::keyClicks(window().focusWidget(), u"# a draft "_s);
    QTRY_VERIFY_WITH_TIMEOUT(!shown->unsavedChanges().isEmpty(), 10'000);
    QVERIFY(m_journey.call("echo", Json::object({{"message", "a secret"}}))["result"]["isError"]
                .toBool());
    for (int i = 0; i < 12; ++i)
        QTest::keyClick(window().focusWidget(), Qt::Key_Z, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(shown->unsavedChanges().isEmpty(), 10'000);
}

void TstJourneys::aToolIsTriedFromTheConsole()
{
    window().open({.page = u"tools"_s, .target = u"lab/smoke/echo"_s});
    QTRY_VERIFY_WITH_TIMEOUT(
        page(u"tools"_s) != nullptr && wordsOf(*page(u"tools"_s)).contains(u"echo"_s), 10'000);
    auto *const run = window().findChild<QAbstractButton *>(u"try.run"_s);
    auto *const part = window()
                           .findChild<QWidget *>(u"tools.parts"_s)
                           ->findChild<QAbstractButton *>(u"segment.try"_s);
    QTRY_VERIFY_WITH_TIMEOUT(part->isEnabled(), 10'000);
    QTest::mouseClick(part, Qt::LeftButton);
    QTRY_VERIFY_WITH_TIMEOUT(run->isVisible() && run->isEnabled(), 10'000);
    auto *const message = window().findChild<QLineEdit *>(u"try.message"_s);
    QVERIFY(message != nullptr);
    QTest::keyClicks(message, u"a secret"_s);
    QTest::mouseClick(run, Qt::LeftButton);
    // Denied for the user as it would be for an agent, by the same rule.
    QTRY_VERIFY_WITH_TIMEOUT(
        wordsOf(*page(u"tools"_s)).contains(u"Secrets stay in the laboratory"_s), 10'000);
    message->selectAll();
    QTest::keyClicks(message, u"hello from the console"_s);
    QTest::keyClick(&window(), Qt::Key_Return, Qt::ControlModifier);
    QTRY_VERIFY_WITH_TIMEOUT(wordsOf(*page(u"tools"_s)).contains(u"hello from the console"_s),
                             10'000);
}

void TstJourneys::theAgentIsSeenWithItsMessages()
{
    QVERIFY(!m_journey.call("echo", Json::object({{"message", "here"}}))["result"].isNull());
    window().open({.page = u"sessions"_s});
    auto *const table = window().findChild<ui::TableView *>(u"sessions.table"_s);
    QVERIFY(table != nullptr);
    QTRY_VERIFY_WITH_TIMEOUT(table->model()->rowCount() == 1, 10'000);
    QTest::mouseClick(window().findChild<QAbstractButton *>(u"inspector.toggle"_s), Qt::LeftButton);
    settle();
    QVERIFY(!m_journey.call("echo", Json::object({{"message", "look"}}))["result"].isNull());
    auto *const messages = window().findChild<ui::TableView *>(u"inspector.messages"_s);
    QTRY_VERIFY_WITH_TIMEOUT(messages->model()->rowCount() >= 2, 10'000);
    QCOMPARE(messages->model()->index(0, 2).data().toString(), u"tools/call"_s);
}

void TstJourneys::thePaletteFindsAPage()
{
    window().open({.page = u"overview"_s});
    QTest::keyClick(&window(), Qt::Key_K, Qt::ControlModifier);
    auto *const edit = window().findChild<QLineEdit *>(u"palette.edit"_s);
    QVERIFY(edit != nullptr);
    QTRY_VERIFY(edit->isVisible());
    QTest::keyClicks(edit, u"tenants"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QTRY_COMPARE(window().currentPage(), u"tenants"_s);
}

void TstJourneys::settle()
{
    for (int round = 0; round < 3; ++round) {
        const auto tenants = answerOf<std::vector<control::TenantRow>>(
            [&](control::Answer<std::vector<control::TenantRow>> answer) {
                m_journey.control().tenants(answer);
            });
        const auto overview =
            answerOf<control::Overview>([&](control::Answer<control::Overview> answer) {
                m_journey.control().overview(TenantId(), {}, answer);
            });
        QVERIFY(tenants && overview);
    }
}

void TstJourneys::picturesOfEveryPage_data()
{
    QTest::addColumn<QString>("theme");
    for (const char *theme : {"dark", "light", "high-contrast"})
        QTest::newRow(theme) << QString::fromLatin1(theme);
}

void TstJourneys::picturesOfEveryPage()
{
    QFETCH(const QString, theme);
    const QString folder = qEnvironmentVariable("PROVOST_PICTURES");
    m_journey.theme().setChoice(ui::themeChoiceOf(theme));
    // Qt hands a new palette to open windows only while QApplication::exec() runs.
    m_journey.reopenWindow();
    QVERIFY(QTest::qWaitForWindowExposed(&window()));
    for (const QString &id : pages) {
        window().open({.page = id});
        QTRY_COMPARE(window().currentPage(), id);
        settle();
        QTRY_VERIFY2_WITH_TIMEOUT(colorsOf(window().grab().toImage()) > 24,
                                  qPrintable(id + u" is blank"_s), 10'000);
        if (!folder.isEmpty())
            QVERIFY(window().grab().save(folder + u'/' + id + u'-' + theme + u".png"_s));
    }
}

PROVOST_TEST(TstJourneys)

#include "tst_journeys.moc"
