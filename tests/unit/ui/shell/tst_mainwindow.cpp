#include "tests/support/fakecontrolplane.h"
#include "tests/support/testing.h"
#include "tests/unit/ui/themed.h"
#include "ui/kit/button.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/shell/commandpalette.h"
#include "ui/shell/helpwindow.h"
#include "ui/shell/mainwindow.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QClipboard>
#include <QDialog>
#include <QFile>
#include <QLineEdit>
#include <QListWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;

namespace {

class StillClock : public Clock
{
public:
    [[nodiscard]] WallTime now() const override { return WallTime(std::chrono::hours(24 * 365)); }
    [[nodiscard]] MonotonicTime monotonic() const override { return {}; }
};

// Records what the shell tells it.
class FakePage : public Page
{
public:
    std::vector<Scope> scopes;
    std::vector<Link> links;
    int activated = 0;
    int deactivated = 0;
    int ran = 0;
    Link where;
    QString changes;

    FakePage(PageContext &context, QWidget *parent)
        : Page(context, parent)
    {
    }
    void setScope(const Scope &scope) override { scopes.push_back(scope); }
    void activate() override { ++activated; }
    void deactivate() override { ++deactivated; }
    void openLink(const Link &link) override
    {
        links.push_back(link);
        where = link;
    }
    [[nodiscard]] Link place() const override { return where; }
    [[nodiscard]] QString unsavedChanges() const override { return changes; }
    [[nodiscard]] std::vector<ActionSpec> actions() override
    {
        return {{.id = objectName() + u".act"_s,
                 .text = u"Act"_s,
                 .category = u"Test"_s,
                 .shortcut = QKeySequence(u"Ctrl+J"_s),
                 .icon = {},
                 .run = [this] { ++ran; },
                 .blocked = {}}};
    }
};

} // namespace

class TstMainWindow : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup();

    void pagesAreMadeWhenFirstShown();
    void linksCarryTargetAndScope();
    void unknownPagesAreRefused();
    void backAndForwardRestoreScopeToo();
    void scopeReachesEveryPage();
    void actionsOfAPageWorkInFrontOnly();
    void noShortcutIsClaimedTwice();
    void paletteRunsAndTellsWhyNot();
    void statusShowsTheServer();
    void closingAsksWhenSomethingIsLost();
    void stateIsKeptUnlessInSafeMode();
    void helpPagesExist();
    void everyControlHasANameAndCanBeFound();

private:
    void makeWindow(WindowOptions options = {});
    FakePage *page(const QString &id) { return m_pages.value(id); }
    void open(const QString &text) { m_window->open(*Link::parse(text)); }

    testing::Themed m_themed;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<testing::FakeControlPlane> m_control;
    StillClock m_clock;
    QHash<QString, FakePage *> m_pages;
    std::unique_ptr<MainWindow> m_window;
};

void TstMainWindow::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    m_control = std::make_unique<testing::FakeControlPlane>();
    m_control->serverStatus.agents = 0;
    m_control->tenantRows.resize(1);
    m_control->tenantRows[0].id = TenantId("acme-corp");
    makeWindow();
}

void TstMainWindow::cleanup()
{
    m_window.reset();
    m_pages.clear();
    m_control.reset();
}

void TstMainWindow::makeWindow(WindowOptions options)
{
    m_window.reset();
    m_pages.clear();
    options.settingsFile = m_folder->filePath(u"settings.ini"_s);
    options.author = "ana";
    options.pages.clear();
    for (const QString &id : {u"one"_s, u"two"_s, u"audit"_s}) {
        options.pages.push_back(
            {id, id, Icon::File,
             [this, id](control::ControlPlane &, PageContext &context, QWidget *parent) -> Page * {
                 auto *const made = new FakePage(context, parent);
                 made->setObjectName(id);
                 m_pages.insert(id, made);
                 return made;
             }});
    }
    m_window = std::make_unique<MainWindow>(*m_control, m_themed.theme(), m_clock, options);
}

void TstMainWindow::pagesAreMadeWhenFirstShown()
{
    QCOMPARE(m_window->currentPage(), u"one"_s);
    QCOMPARE(page(u"one"_s)->activated, 1);
    QCOMPARE(page(u"one"_s)->scopes.size(), 1U);
    QVERIFY(page(u"two"_s) == nullptr);
    open(u"two"_s);
    QCOMPARE(page(u"one"_s)->deactivated, 1);
    QCOMPARE(page(u"two"_s)->activated, 1);
    QVERIFY(page(u"two"_s)->links.empty());
    open(u"two"_s);
    QCOMPARE(page(u"two"_s)->activated, 1);
}

void TstMainWindow::linksCarryTargetAndScope()
{
    open(u"provost://two/file.yaml:12?filter=x&scope=acme-corp&range=7d"_s);
    QCOMPARE(page(u"two"_s)->links.size(), 1U);
    const Link link = page(u"two"_s)->links.front();
    QCOMPARE(link.target, u"file.yaml:12"_s);
    QCOMPARE(link.parameters.size(), 1U); // the scope is the window's
    QVERIFY(m_window->scope() == (Scope{TenantId("acme-corp"), RangePreset::LastWeek}));
    m_window->actions().find(u"app.copyLink"_s)->spec.run();
    const auto copied = Link::parse(QApplication::clipboard()->text());
    QVERIFY(copied);
    QCOMPARE(copied->parameters.at(u"scope"_s), u"acme-corp"_s);
    QCOMPARE(copied->parameters.at(u"range"_s), u"7d"_s);
}

void TstMainWindow::unknownPagesAreRefused()
{
    open(u"nowhere/x"_s);
    QCOMPARE(m_window->currentPage(), u"one"_s);
    QVERIFY(m_window->findChild<QWidget *>(u"toast"_s) != nullptr);
    QVERIFY(!m_window->actions().blocked(u"go.back"_s).isEmpty()); // no trace in the history
}

void TstMainWindow::backAndForwardRestoreScopeToo()
{
    const auto run = [this](const QString &id) { m_window->actions().find(id)->spec.run(); };
    open(u"two/a"_s);
    open(u"two/b?range=30d"_s);
    open(u"audit"_s);
    run(u"go.back"_s);
    QCOMPARE(page(u"two"_s)->where.target, u"b"_s);
    run(u"go.back"_s);
    QCOMPARE(page(u"two"_s)->where.target, u"a"_s);
    QVERIFY(m_window->scope().range == RangePreset::Last12Hours);
    run(u"go.forward"_s);
    QCOMPARE(page(u"two"_s)->where.target, u"b"_s);
    QVERIFY(m_window->scope().range == RangePreset::LastMonth);
}

void TstMainWindow::scopeReachesEveryPage()
{
    open(u"two"_s);
    m_window->changeScope({TenantId("acme-corp"), RangePreset::LastHour});
    QVERIFY(page(u"one"_s)->scopes.back().range == RangePreset::LastHour);
    QVERIFY(page(u"two"_s)->scopes.back().tenant == TenantId("acme-corp"));
    const auto count = page(u"two"_s)->scopes.size();
    m_window->changeScope(m_window->scope()); // the same: nobody is bothered
    QCOMPARE(page(u"two"_s)->scopes.size(), count);
    // A tenant that the server does not name (any more) is shown all the same.
    m_window->changeScope({TenantId("gone"), RangePreset::LastHour});
    QCOMPARE(m_window->findChild<ComboField *>(u"topBar.tenant"_s)->chosen(), u"gone"_s);
    auto *const tenant = m_window->findChild<ComboField *>(u"topBar.tenant"_s);
    QTRY_VERIFY(tenant->findData(u"acme-corp"_s) >= 0); // the list has come
    QCOMPARE(tenant->chosen(), u"gone"_s);
}

void TstMainWindow::actionsOfAPageWorkInFrontOnly()
{
    auto &actions = const_cast<ActionRegistry &>(
        m_window->actions()); // NOLINT(cppcoreguidelines-pro-type-const-cast): tests act as users
    open(u"two"_s);
    actions.run(u"two.act"_s);
    QCOMPARE(page(u"two"_s)->ran, 1);
    actions.run(u"one.act"_s);
    QCOMPARE(page(u"one"_s)->ran, 0);
    QVERIFY(!m_window->actions().blocked(u"no.such"_s).isEmpty());
}

void TstMainWindow::noShortcutIsClaimedTwice()
{
    open(u"two"_s);
    open(u"audit"_s);
    QCOMPARE(m_window->actions().conflicts(), QStringList());
}

void TstMainWindow::paletteRunsAndTellsWhyNot()
{
    m_window->show();
    QTRY_VERIFY(m_window->findChild<ComboField *>(u"topBar.tenant"_s)->findData(u"acme-corp"_s)
                >= 0);
    m_window->openPalette(u"two"_s);
    auto *const edit = m_window->findChild<QLineEdit *>(u"palette.edit"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(m_window->currentPage(), u"two"_s);
    m_window->openPalette(u"/decision:deny"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(m_window->currentPage(), u"audit"_s);
    QCOMPARE(page(u"audit"_s)->links.back().parameters.at(u"filter"_s), u"decision:deny"_s);
    m_window->openPalette(u"t:acme"_s);
    QTest::keyClick(edit, Qt::Key_Return);
    QCOMPARE(m_window->scope().tenant, TenantId("acme-corp"));
    m_window->openPalette(u"> forward"_s);
    QTest::keyClick(edit, Qt::Key_Return); // blocked: says so, does nothing
    QVERIFY(m_window->findChild<QWidget *>(u"toast"_s) != nullptr);
    m_window->openPalette();
    QTest::keyClick(edit, Qt::Key_Escape);
    QVERIFY(!m_window->findChild<CommandPalette *>()->isVisible());
}

void TstMainWindow::statusShowsTheServer()
{
    const auto text = [this](const QString &name) {
        return m_window->findChild<Label *>(u"status."_s + name)->text();
    };
    QCOMPARE(text(u"time"_s), u"00:00:00 UTC"_s);
    QVERIFY(text(u"mode"_s).isEmpty()); // nothing is claimed before the server has answered
    QTRY_COMPARE(text(u"mode"_s), u"Enforcing"_s);
    QVERIFY(text(u"address"_s).contains(u"127.0.0.1:7777"_s));
    auto *const problems = m_window->findChild<Button *>(u"status.problems"_s);
    QVERIFY(problems->isHidden());
    m_control->serverStatus.problems = {"journal of `acme-corp` refuses: disk full"};
    Q_EMIT m_control->statusChanged();
    QTRY_VERIFY(!problems->isHidden());
    QVERIFY(text(u"journal"_s).startsWith(u"✕"_s));
    m_control->serverStatus.listening = false;
    Q_EMIT m_control->statusChanged();
    QTRY_VERIFY(text(u"mode"_s) != u"Enforcing"_s);
    m_control->errors["status"] = {ErrorCode::Unavailable, u"server thread gone"_s};
    Q_EMIT m_control->statusChanged();
    QTRY_VERIFY(text(u"address"_s).contains(u"server thread gone"_s));
    QVERIFY(text(u"mode"_s).isEmpty()); // never a stale "Enforcing"
    QVERIFY(problems->isHidden());
}

void TstMainWindow::closingAsksWhenSomethingIsLost()
{
    m_window->show();
    page(u"one"_s)->changes = u"2 edits in acme-corp.yaml"_s;
    QVERIFY(!m_window->close());
    auto *dialog = m_window->findChild<QDialog *>(u"confirm"_s);
    QVERIFY(dialog != nullptr);
    QVERIFY(m_window->isVisible());
    dialog->reject();
    QVERIFY(m_window->isVisible());
    page(u"one"_s)->changes.clear();
    m_control->serverStatus.agents = 3;
    auto *const agents = m_window->findChild<Label *>(u"status.agents"_s);
    QTRY_VERIFY(!agents->text().isEmpty()); // the first answer
    Q_EMIT m_control->statusChanged();
    QTRY_COMPARE(agents->text(), u"3 agents"_s);
    QVERIFY(!m_window->close());
    for (QDialog *const one : m_window->findChildren<QDialog *>(u"confirm"_s)) {
        if (one->isVisible()) {
            QTest::mouseClick(one->findChild<Button *>(u"confirm.accept"_s), Qt::LeftButton);
        }
    }
    QVERIFY(!m_window->isVisible());
}

void TstMainWindow::stateIsKeptUnlessInSafeMode()
{
    open(u"two?range=7d"_s);
    m_themed.theme().setChoice(Theme::Choice::Dark);
    QVERIFY(m_window->close());
    m_themed.theme().setChoice(Theme::Choice::Light);
    makeWindow();
    QCOMPARE(m_window->currentPage(), u"two"_s);
    QVERIFY(m_window->scope().range == RangePreset::LastWeek);
    QCOMPARE(m_themed.theme().choice(), Theme::Choice::Dark);
    QFile file(m_folder->filePath(u"settings.ini"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray before = file.readAll();
    m_themed.theme().setChoice(Theme::Choice::Light);
    WindowOptions safe;
    safe.safeMode = true;
    makeWindow(safe);
    QCOMPARE(m_window->currentPage(), u"one"_s);
    QCOMPARE(m_themed.theme().choice(), Theme::Choice::Light);
    QVERIFY(m_window->close());
    file.seek(0);
    QCOMPARE(file.readAll(), before);
}

void TstMainWindow::helpPagesExist()
{
    HelpWindow help(m_window->actions(), nullptr);
    auto *const text = help.findChild<QTextBrowser *>(u"help.text"_s);
    for (const HelpTopic &topic : helpTopics()) {
        help.open(topic.id);
        QVERIFY2(text->toPlainText().size() > 100, qPrintable(topic.id));
    }
    help.open(u"no-such-topic"_s);
    QCOMPARE(help.findChild<QListWidget *>(u"help.topics"_s)->currentRow(), 0);
}

void TstMainWindow::everyControlHasANameAndCanBeFound()
{
    QStringList failures;
    for (const QWidget *const widget : m_window->findChildren<QWidget *>()) {
        const bool control = qobject_cast<const QAbstractButton *>(widget) != nullptr
                             || qobject_cast<const QLineEdit *>(widget) != nullptr
                             || qobject_cast<const QComboBox *>(widget) != nullptr
                             || qobject_cast<const QAbstractItemView *>(widget) != nullptr;
        const bool inside = widget->parentWidget() != nullptr
                            && widget->parentWidget()->inherits("QComboBoxPrivateContainer");
        if (!control || inside || widget->objectName().startsWith(u"qt_"_s)) {
            continue;
        }
        const auto *const button = qobject_cast<const QAbstractButton *>(widget);
        const bool named =
            !widget->accessibleName().isEmpty() || (button != nullptr && !button->text().isEmpty());
        const bool hidden = button != nullptr && button->isHidden();
        if ((!named && !hidden) || widget->objectName().isEmpty()) {
            failures << QString::fromLatin1(widget->metaObject()->className()) + u" `"_s
                            + widget->objectName() + u"`"_s;
        }
    }
    QVERIFY2(failures.isEmpty(), qPrintable(failures.join(u'\n')));
}

PROVOST_TEST(TstMainWindow)

#include "tst_mainwindow.moc"
