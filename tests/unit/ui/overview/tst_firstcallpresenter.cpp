#include "tests/support/fakecontrolplane.h"
#include "tests/support/testing.h"
#include "ui/overview/firstcallpresenter.h"

#include <QSignalSpy>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using provost::testing::FakeControlPlane;

class TstFirstCallPresenter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFirstRecordOfAnEmptyLogIsTheCall();
    void formerCallsDoNotCount();
    void anotherTenantIsAnotherWatch();
    void aBurstIsOneQuestionAtATime();
    void failureIsToldAndMended();

private:
    static constexpr WallTime time{std::chrono::hours(500'000)};

    static control::AuditRow rowAt(std::int64_t sequence, const char *tenant = "acme-corp")
    {
        return {.id = {TenantId(tenant), sequence},
                .timestamp = time + std::chrono::seconds(sequence),
                .tool = "read"};
    }
    static qsizetype questions(const FakeControlPlane &control)
    {
        return qsizetype(control.pageRequests.size());
    }
};

void TstFirstCallPresenter::theFirstRecordOfAnEmptyLogIsTheCall()
{
    FakeControlPlane control;
    FirstCallPresenter presenter(control);
    QSignalSpy changed(&presenter, &FirstCallPresenter::changed);
    presenter.watch(TenantId("acme-corp"));
    QTRY_COMPARE(changed.count(), 2); // forgotten, then looked
    QVERIFY(!presenter.call());
    control.auditRows = {rowAt(1)};
    Q_EMIT control.recordsAppended();
    QTRY_VERIFY(presenter.call());
    QCOMPARE(presenter.call()->id.sequence, 1);
    Q_EMIT control.recordsAppended();
    QCOMPARE(questions(control), 2); // what was waited for has come
}

void TstFirstCallPresenter::formerCallsDoNotCount()
{
    FakeControlPlane control;
    control.auditRows = {rowAt(2), rowAt(1)};
    FirstCallPresenter presenter(control);
    QSignalSpy changed(&presenter, &FirstCallPresenter::changed);
    presenter.watch(TenantId("acme-corp"));
    QTRY_COMPARE(changed.count(), 2);
    QVERIFY(!presenter.call());
    Q_EMIT control.recordsAppended();
    QTRY_COMPARE(changed.count(), 3);
    QVERIFY(!presenter.call());
    control.auditRows = {rowAt(4), rowAt(3), rowAt(2), rowAt(1)};
    Q_EMIT control.recordsAppended();
    QTRY_VERIFY(presenter.call());
    QCOMPARE(presenter.call()->id.sequence, 3); // the first of the new ones
}

void TstFirstCallPresenter::anotherTenantIsAnotherWatch()
{
    FakeControlPlane control;
    control.auditRows = {rowAt(1, "beta-inc")};
    FirstCallPresenter presenter(control);
    presenter.watch(TenantId("acme-corp"));
    presenter.watch(TenantId("beta-inc")); // before the first answer
    QTRY_COMPARE(questions(control), 2);
    control.auditRows = {rowAt(3, "acme-corp"), rowAt(2, "beta-inc"), rowAt(1, "beta-inc")};
    QTRY_VERIFY([&] {
        Q_EMIT control.recordsAppended();
        return presenter.call().has_value();
    }());
    QCOMPARE(presenter.call()->id, (control::RecordId{TenantId("beta-inc"), 2}));
    presenter.watch(TenantId());
    QVERIFY(!presenter.call());
    const qsizetype before = questions(control);
    Q_EMIT control.recordsAppended();
    QCOMPARE(questions(control), before);
}

void TstFirstCallPresenter::aBurstIsOneQuestionAtATime()
{
    FakeControlPlane control;
    FirstCallPresenter presenter(control);
    presenter.watch(TenantId("acme-corp"));
    for (int i = 0; i < 10; ++i)
        Q_EMIT control.recordsAppended();
    QCOMPARE(questions(control), 1);
    QTRY_COMPARE(questions(control), 2); // and one more for what came meanwhile
}

void TstFirstCallPresenter::failureIsToldAndMended()
{
    FakeControlPlane control;
    control.errors["auditPage"] = {ErrorCode::Storage, QStringLiteral("disk is gone")};
    FirstCallPresenter presenter(control);
    presenter.watch(TenantId("acme-corp"));
    QTRY_COMPARE(presenter.trouble(), QStringLiteral("disk is gone"));
    control.errors.clear();
    Q_EMIT control.recordsAppended();
    QTRY_VERIFY(presenter.trouble().isEmpty());
}

PROVOST_TEST(TstFirstCallPresenter)
#include "tst_firstcallpresenter.moc"
