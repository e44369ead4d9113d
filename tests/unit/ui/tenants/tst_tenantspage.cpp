#include "tests/support/testing.h"
#include "tests/unit/ui/pagefixture.h"
#include "ui/kit/badge.h"
#include "ui/kit/chipseditor.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/tenants/tenantspage.h"

#include <QCheckBox>
#include <QClipboard>
#include <QDialog>
#include <QPointer>
#include <QRegularExpression>
#include <QSignalSpy>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;
using provost::testing::keepPicture;
using provost::testing::namelessControl;
using provost::testing::PageFixture;

class TstTenantsPage : public QObject, private PageFixture<TenantsPage>
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_themed.wear(); }
    void cleanupTestCase() { m_themed.takeOff(); }
    void init();
    void cleanup() { end(); }

    void showsTheFirstTenantAtFirst();
    void linksSelectATenant();
    void anUnknownTenantIsTold();
    void choosingIsAPlaceToComeBackTo();
    void anotherTenantsKeysAreNotLeftStanding();
    void noTenantsOffersTheFirst();
    void failureIsToldAndTriedAgain();
    void aPanelsFailureIsItsOwn();
    void createsATenant();
    void aTenantIdIsCheckedAsTyped();
    void aConflictKeepsWhatWasTyped();
    void createsAKeyOnce();
    void createsAKeyForANewUser();
    void aKeyThatCannotBeMadeIsTold();
    void revokesAfterAsking();
    void aKeyThatStaysValidIsTold();
    void editsAUser();
    void aUserThatCannotBeStoredIsTold();
    void limitsLeadToPolicies();
    void everyControlHasAName();
    void looksRight_data();
    void looksRight();

private:
    [[nodiscard]] bool isOpen(const QString &dialog) const
    {
        const auto *const found = part<QDialog>(dialog);
        return found != nullptr && found->isVisible();
    }
    [[nodiscard]] QString troubleOf(const QString &dialog) const
    {
        return part<Label>(dialog + u".trouble"_s)->text();
    }
    [[nodiscard]] qsizetype asked(const char *question) const
    {
        return std::count(m_control->asked.begin(), m_control->asked.end(), question);
    }
};

void TstTenantsPage::init()
{
    const WallTime now = SystemClock().now();
    begin();
    const policy::RateLimit limit{
        1000, std::chrono::minutes(1), {"tenants/acme-corp.yaml", 61, 13}};
    m_control->tenantRows = {
        {.id = TenantId("acme-corp"),
         .name = "Acme Corporation",
         .file = "tenants/acme-corp.yaml",
         .policies = 9,
         .users = 3,
         .activeKeys = 2,
         .callsToday = 804'112,
         .deniedToday = 2107,
         .quotas = {{.role = {"data-analyst", {}},
                     .monthlyApiCalls = 500'000,
                     .per = "role",
                     .where = {"tenants/acme-corp.yaml", 70, 7}}},
         .limits = {.tenant = limit, .user = limit, .tools = {{"memory__*", limit}}}},
        {.id = TenantId("gamma-llc"),
         .name = "Gamma",
         .file = "tenants/gamma-llc.yaml",
         .policies = 4,
         .users = 1,
         .activeKeys = 1,
         .problems = {"crm: connection refused"}}};
    m_control->keyRows = {{.id = CredentialId("k7Fq2LmX"),
                           .tenant = TenantId("acme-corp"),
                           .user = UserId("ana@acme.example"),
                           .label = "laptop",
                           .state = "active",
                           .created = now - std::chrono::hours(2000),
                           .expires = now + std::chrono::hours(60),
                           .lastUsed = now},
                          {.id = CredentialId("k0aB9xYz"),
                           .tenant = TenantId("acme-corp"),
                           .user = UserId("sync@acme.example"),
                           .label = "<b>crm-sync</b>",
                           .state = "active",
                           .created = now - std::chrono::hours(3000)},
                          {.id = CredentialId("kOld00000"),
                           .user = UserId("rita@acme.example"),
                           .label = "old laptop",
                           .state = "revoked",
                           .created = now - std::chrono::hours(9000)}};
    m_control->userRows = {{.tenant = TenantId("acme-corp"),
                            .id = UserId("ana@acme.example"),
                            .displayName = "Ana Ruiz",
                            .roles = {"data-analyst", "viewer"},
                            .attributes = Json::object({{"region", "emea"}, {"level", 3}})},
                           {.tenant = TenantId("acme-corp"),
                            .id = UserId("sync@acme.example"),
                            .displayName = "CRM sync",
                            .roles = {"sales-ops"},
                            .attributes = Json::object(),
                            .disabled = true}};
    m_control->vocabularyAnswer.roles = {"data-analyst", "sales-ops", "viewer"};
    m_control->serverRows = {
        {ServerId("analytics"), TenantId("acme-corp"), "sql", "ready", "PostgreSQL 15", 2},
        {ServerId("crm"), TenantId("acme-corp"), "mcp", "failed", "connection refused", 0}};
    m_control->toolRows = {
        {"query_analytics", "analytics", "Query analytics", "Runs a query", "read", "analytics_db",
         Json::object()},
        {"write_deals", "analytics", "", "Changes deals", "write", "crm.deals", Json::object()}};
    makePage();
}

void TstTenantsPage::showsTheFirstTenantAtFirst()
{
    open();
    QCOMPARE(m_page->place().target, u"acme-corp"_s);
    QCOMPARE(part<QWidget>(u"tenants.detail"_s)->accessibleName(), u"Acme Corporation"_s);
    QCOMPARE(part<TableView>(u"keys.table"_s)->model()->rowCount(), 3);
    QVERIFY(!part<QWidget>(u"tenants.banner"_s)->isVisible());
}

void TstTenantsPage::linksSelectATenant()
{
    open(u"gamma-llc"_s);
    QTRY_COMPARE(part<QWidget>(u"tenants.detail"_s)->accessibleName(), u"Gamma"_s);
    m_page->openLink({u"tenants"_s, u"acme-corp"_s, {}});
    QTRY_COMPARE(part<QWidget>(u"tenants.detail"_s)->accessibleName(), u"Acme Corporation"_s);
}

void TstTenantsPage::anUnknownTenantIsTold()
{
    open(u"nobody"_s);
    QTRY_VERIFY(part<QWidget>(u"tenants.banner"_s)->isVisible());
    QCOMPARE(m_page->place().target, u"acme-corp"_s);
}

void TstTenantsPage::choosingIsAPlaceToComeBackTo()
{
    open();
    QString left;
    connect(m_page.get(), &Page::placeChanged, this, [&] { left = m_page->place().target; });
    selectRow(u"tenants.table"_s, 1);
    QCOMPARE(left, u"acme-corp"_s); // the place told is the one that is left
    QCOMPARE(m_page->place().target, u"gamma-llc"_s);
}

void TstTenantsPage::anotherTenantsKeysAreNotLeftStanding()
{
    open();
    m_control->errors["keys"] = {ErrorCode::Storage, u"locked"_s};
    selectRow(u"tenants.table"_s, 1);
    QCOMPARE(part<TableView>(u"keys.table"_s)->model()->rowCount(), 0);
}

void TstTenantsPage::noTenantsOffersTheFirst()
{
    m_control->tenantRows.clear();
    m_page->show();
    m_page->activate();
    const auto buttons = m_page->findChildren<Button *>(u"empty.action"_s);
    QTRY_VERIFY(std::any_of(buttons.begin(), buttons.end(), [](const Button *button) {
        return button->isVisible() && button->text() == u"New tenant"_s;
    }));
}

void TstTenantsPage::failureIsToldAndTriedAgain()
{
    m_control->errors["tenants"] = {ErrorCode::Unavailable, u"starting"_s};
    m_page->show();
    m_page->activate();
    const auto retries = m_page->findChildren<Button *>(u"error.retry"_s);
    const auto shown = [&] {
        return std::find_if(retries.begin(), retries.end(),
                            [](const Button *button) { return button->isVisible(); });
    };
    QTRY_VERIFY(shown() != retries.end());
    m_control->errors.clear();
    QTest::mouseClick(*shown(), Qt::LeftButton);
    QTRY_VERIFY(part<TableView>(u"tenants.table"_s)->isVisible());
    QVERIFY(shown() == retries.end());
}

void TstTenantsPage::aPanelsFailureIsItsOwn()
{
    m_control->errors["users"] = {ErrorCode::Storage, u"disk is gone"_s};
    open();
    QTest::mouseClick(part<QAbstractButton>(u"segment.users"_s), Qt::LeftButton);
    auto *const users = part<QWidget>(u"tenants.users"_s);
    QTRY_VERIFY(users->findChild<Button *>(u"error.retry"_s)->isVisible());
    QVERIFY(part<TableView>(u"tenants.table"_s)->isVisible());
    m_control->errors.clear();
    QTest::mouseClick(users->findChild<Button *>(u"error.retry"_s), Qt::LeftButton);
    QTRY_VERIFY(part<TableView>(u"users.table"_s)->isVisible());
}

void TstTenantsPage::createsATenant()
{
    open();
    click(u"tenants.new"_s);
    QVERIFY(isOpen(u"newTenant"_s));
    part<LineField>(u"newTenant.id"_s)->setText(u"delta"_s);
    part<LineField>(u"newTenant.name"_s)->setText(u" Delta & Co "_s);
    auto *const choice = part<ComboField>(u"newTenant.template"_s);
    QTRY_COMPARE(choice->count(), 2);
    choice->setCurrentIndex(1);
    m_control->tenantRows.push_back({.id = TenantId("delta"), .name = "Delta & Co"});
    click(u"newTenant.submit"_s);
    QTRY_VERIFY(!isOpen(u"newTenant"_s));
    QCOMPARE(m_control->newTenants.size(), 1U);
    const control::NewTenant &made = m_control->newTenants.front();
    QCOMPARE(made.id, TenantId("delta"));
    QCOMPARE(made.name, QByteArray("Delta & Co"));
    QCOMPARE(made.templateName, QByteArray("read-only-analysts"));
    QCOMPARE(made.author, QByteArray("ana"));
    QTRY_COMPARE(m_page->place().target, u"delta"_s);
    // What comes next is offered.
    QTRY_COMPARE(part<TableView>(u"tenants.table"_s)->model()->rowCount(), 3);
    QCOMPARE(m_context->notices.size(), 1U);
    m_context->notices.front().action();
    QVERIFY(isOpen(u"newKey"_s));
}

void TstTenantsPage::aTenantIdIsCheckedAsTyped()
{
    open();
    click(u"tenants.new"_s);
    auto *const id = part<LineField>(u"newTenant.id"_s);
    auto *const submit = part<Button>(u"newTenant.submit"_s);
    QTRY_COMPARE(part<ComboField>(u"newTenant.template"_s)->count(), 2);
    QVERIFY(!submit->isEnabled());
    QVERIFY(!id->isInvalid()); // nothing typed is no mistake yet
    id->setText(u"Acme"_s);
    QVERIFY(id->isInvalid() && !submit->isEnabled());
    id->setText(u"acme-corp"_s); // taken
    QVERIFY(id->isInvalid() && !submit->isEnabled());
    id->setText(u"acme-2"_s);
    QVERIFY(!id->isInvalid() && submit->isEnabled());
}

void TstTenantsPage::aConflictKeepsWhatWasTyped()
{
    m_control->errors["createTenant"] = {ErrorCode::Conflict, u"tenant `delta` exists already"_s};
    open();
    click(u"tenants.new"_s);
    part<LineField>(u"newTenant.id"_s)->setText(u"delta"_s);
    QTRY_VERIFY(part<Button>(u"newTenant.submit"_s)->isEnabled());
    click(u"newTenant.submit"_s);
    QVERIFY(!part<Button>(u"newTenant.submit"_s)->isEnabled()); // not twice
    QTRY_VERIFY(troubleOf(u"newTenant"_s).contains(u"exists already"_s));
    QVERIFY(isOpen(u"newTenant"_s));
    QCOMPARE(part<LineField>(u"newTenant.id"_s)->text(), u"delta"_s);
    QVERIFY(part<Button>(u"newTenant.submit"_s)->isEnabled());
}

void TstTenantsPage::createsAKeyOnce()
{
    open();
    click(u"keys.new"_s);
    QTRY_COMPARE(part<ComboField>(u"newKey.user"_s)->count(), 3); // two users and a new one
    QCOMPARE(part<ComboField>(u"newKey.user"_s)->chosen(), u"ana@acme.example"_s);
    QVERIFY(!part<LineField>(u"newKey.newUser"_s)->isVisible());
    part<LineField>(u"newKey.label"_s)->setText(u"laptop"_s);
    part<ComboField>(u"newKey.expiry"_s)->setCurrentIndex(2); // never
    click(u"newKey.submit"_s);
    QTRY_VERIFY(part<CopyField>(u"newKey.secret"_s) != nullptr);
    QVERIFY(part<CopyField>(u"newKey.secret"_s)->text().startsWith(u"pv_"_s));
    QCOMPARE(m_control->keyRequests.size(), 1U);
    const control::NewKeyRequest &request = m_control->keyRequests.front();
    QCOMPARE(request.user, UserId("ana@acme.example"));
    QCOMPARE(request.label, QByteArray("laptop"));
    QCOMPARE(request.author, QByteArray("ana"));
    QVERIFY(!request.expires && request.roles.empty());
    // A key that was not stored cannot be closed away.
    QVERIFY(!part<Button>(u"newKey.submit"_s)->isEnabled());
    QTest::keyClick(part<QDialog>(u"newKey"_s), Qt::Key_Escape);
    part<QDialog>(u"newKey"_s)->close();
    QVERIFY(isOpen(u"newKey"_s));
    QTest::mouseClick(part<Button>(u"newKey.secret.copy"_s), Qt::LeftButton);
    QVERIFY(QApplication::clipboard()->text().startsWith(u"pv_"_s));
    const auto before = asked("keys");
    part<QCheckBox>(u"newKey.stored"_s)->click();
    click(u"newKey.submit"_s);
    QTRY_VERIFY(part<QDialog>(u"newKey"_s) == nullptr);
    QTRY_COMPARE(asked("keys"), before + 1);
    QCOMPARE(m_control->keyRequests.size(), 1U);
    QApplication::clipboard()->clear();
}

void TstTenantsPage::createsAKeyForANewUser()
{
    m_control->userRows.clear();
    open();
    click(u"keys.new"_s);
    auto *const user = part<LineField>(u"newKey.newUser"_s);
    QTRY_VERIFY(user->isVisible());
    QVERIFY(!part<Button>(u"newKey.submit"_s)->isEnabled());
    user->setText(u"new@acme.example"_s);
    part<ChipsEditor>(u"newKey.roles"_s)->setNames({u"viewer"_s});
    QTRY_VERIFY(part<Button>(u"newKey.submit"_s)->isEnabled());
    click(u"newKey.submit"_s);
    QTRY_COMPARE(m_control->keyRequests.size(), 1U);
    const control::NewKeyRequest &request = m_control->keyRequests.front();
    QCOMPARE(request.user, UserId("new@acme.example"));
    QCOMPARE(request.roles, std::vector<QByteArray>{"viewer"});
    QVERIFY(request.expires);
    const auto days = std::chrono::round<std::chrono::days>(*request.expires - SystemClock().now());
    QCOMPARE(days.count(), 90);
}

void TstTenantsPage::aKeyThatCannotBeMadeIsTold()
{
    m_control->errors["createKey"] = {ErrorCode::Storage, u"disk is full"_s};
    open();
    click(u"keys.new"_s);
    QTRY_COMPARE(part<ComboField>(u"newKey.user"_s)->count(), 3);
    click(u"newKey.submit"_s);
    QTRY_VERIFY(troubleOf(u"newKey"_s).contains(u"disk is full"_s));
    QTest::keyClick(part<QDialog>(u"newKey"_s), Qt::Key_Escape); // there is nothing to lose
    QTRY_VERIFY(!isOpen(u"newKey"_s));
}

void TstTenantsPage::revokesAfterAsking()
{
    open();
    QVERIFY(!part<Button>(u"keys.revoke"_s)->isEnabled());
    selectRow(u"keys.table"_s, 2); // revoked already
    QVERIFY(!part<Button>(u"keys.revoke"_s)->isEnabled());
    selectRow(u"keys.table"_s, 0);
    click(u"keys.revoke"_s);
    QVERIFY(isOpen(u"confirm"_s));
    const auto words = part<QDialog>(u"confirm"_s)->findChildren<Label *>();
    QVERIFY(std::any_of(words.begin(), words.end(), [](const Label *label) {
        return label->text().contains(u"refused within a second"_s);
    }));
    click(u"confirm.cancel"_s);
    QTRY_VERIFY(!isOpen(u"confirm"_s));
    QCOMPARE(asked("revokeKey"), 0);
    click(u"keys.revoke"_s);
    QTRY_VERIFY(isOpen(u"confirm"_s));
    const auto confirms = m_page->findChildren<Button *>(u"confirm.accept"_s);
    QTest::mouseClick(confirms.last(), Qt::LeftButton);
    m_control->keyRows[0].state = "revoked";
    QTRY_COMPARE(asked("revokeKey"), 1);
    QTRY_VERIFY(!part<Button>(u"keys.revoke"_s)->isEnabled());
    QCOMPARE(m_context->notices.back().tone, Tone::Allow);
}

void TstTenantsPage::aKeyThatStaysValidIsTold()
{
    m_control->errors["revokeKey"] = {ErrorCode::Storage, u"disk is gone"_s};
    open();
    selectRow(u"keys.table"_s, 0);
    click(u"keys.revoke"_s);
    click(u"confirm.accept"_s);
    QTRY_COMPARE(m_context->notices.size(), 1U);
    QCOMPARE(m_context->notices.front().tone, Tone::Deny);
    QVERIFY(m_context->notices.front().text.contains(u"still valid"_s));
    QVERIFY(part<Button>(u"keys.revoke"_s)->isEnabled());
}

void TstTenantsPage::editsAUser()
{
    open();
    QTest::mouseClick(part<QAbstractButton>(u"segment.users"_s), Qt::LeftButton);
    auto *const table = part<TableView>(u"users.table"_s);
    QTRY_COMPARE(table->model()->rowCount(), 2);
    QVERIFY(!part<Button>(u"users.edit"_s)->isEnabled());
    selectRow(u"users.table"_s, 0);
    QTest::keyClick(table, Qt::Key_Return);
    QVERIFY(isOpen(u"user"_s));
    QVERIFY(part<LineField>(u"user.id"_s)->isReadOnly());
    QCOMPARE(part<ChipsEditor>(u"user.roles"_s)->names(),
             (QStringList{u"data-analyst"_s, u"viewer"_s}));
    // An attribute twice is not accepted.
    const auto names = part<QDialog>(u"user"_s)->findChildren<LineField *>(
        QRegularExpression(u"^attributes\\..*\\.name$"_s));
    names.last()->setText(u"region"_s);
    QVERIFY(!part<Button>(u"user.submit"_s)->isEnabled());
    names.last()->setText(u"team"_s);
    QVERIFY(part<Button>(u"user.submit"_s)->isEnabled());
    part<QCheckBox>(u"user.disabled"_s)->click();
    click(u"user.submit"_s);
    QTRY_VERIFY(part<QDialog>(u"user"_s) == nullptr);
    QCOMPARE(asked("putUser"), 1);
}

void TstTenantsPage::aUserThatCannotBeStoredIsTold()
{
    m_control->errors["putUser"] = {ErrorCode::InvalidInput, u"unknown role `boss`"_s};
    open();
    QTest::mouseClick(part<QAbstractButton>(u"segment.users"_s), Qt::LeftButton);
    QTRY_COMPARE(part<TableView>(u"users.table"_s)->model()->rowCount(), 2);
    click(u"users.new"_s);
    part<LineField>(u"user.id"_s)->setText(u"ana@acme.example"_s); // taken
    QVERIFY(!part<Button>(u"user.submit"_s)->isEnabled());
    part<LineField>(u"user.id"_s)->setText(u"eve@acme.example"_s);
    click(u"user.submit"_s);
    QTRY_VERIFY(troubleOf(u"user"_s).contains(u"unknown role"_s));
    QVERIFY(isOpen(u"user"_s));
}

void TstTenantsPage::limitsLeadToPolicies()
{
    open();
    QTest::mouseClick(part<QAbstractButton>(u"segment.limits"_s), Qt::LeftButton);
    auto *const table = part<TableView>(u"limits.table"_s);
    QTRY_COMPARE(table->model()->rowCount(), 4);
    click(u"limits.edit"_s);
    QCOMPARE(m_context->lastOpened(), u"policies/tenants/acme-corp.yaml"_s);
    selectRow(u"limits.table"_s, 3);
    QTest::keyClick(table, Qt::Key_Return);
    QCOMPARE(m_context->opened.back().target, u"tenants/acme-corp.yaml:70"_s);
}

void TstTenantsPage::everyControlHasAName()
{
    open();
    for (const QString &segment : {u"keys"_s, u"users"_s, u"tools"_s, u"limits"_s}) {
        QTest::mouseClick(part<QAbstractButton>(u"segment."_s + segment), Qt::LeftButton);
        QCOMPARE(namelessControl(*m_page), QString());
    }
}

void TstTenantsPage::looksRight_data()
{
    addLooks({"keys", "users", "tools", "limits", "newkey"});
}

// Draws the page; with PROVOST_PICTURES the pictures are kept there.
void TstTenantsPage::looksRight()
{
    QFETCH(const QString, theme);
    QFETCH(const QString, what);
    const auto worn = makePageIn(theme);
    open();
    QWidget *shown = m_page.get();
    if (what == u"newkey"_s) {
        click(u"keys.new"_s);
        QTRY_COMPARE(part<ComboField>(u"newKey.user"_s)->count(), 3);
        part<ComboField>(u"newKey.user"_s)->setCurrentIndex(2);
        shown = part<QDialog>(u"newKey"_s);
    } else {
        QTest::mouseClick(part<QAbstractButton>(u"segment."_s + what), Qt::LeftButton);
        QTRY_VERIFY(part<QWidget>(u"tenants."_s + what)->isVisible());
    }
    QTRY_COMPARE(m_control->unanswered, 0);
    keepPicture(*shown, u"tenants-%1-%2"_s.arg(what, theme));
}

PROVOST_TEST(TstTenantsPage)
#include "tst_tenantspage.moc"
