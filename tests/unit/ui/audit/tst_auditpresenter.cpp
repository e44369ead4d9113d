#include "tests/support/testing.h"
#include "tests/unit/ui/audit/auditfixture.h"
#include "ui/audit/auditpresenter.h"
#include "ui/audit/filterterms.h"
#include "ui/audit/whypresenter.h"
#include "ui/audit/whywords.h"

#include <QSignalSpy>
#include <QTest>

using namespace provost;
using namespace provost::ui;
using namespace Qt::StringLiterals;
using provost::testing::FakeControlPlane;
using State = AuditPresenter::State;

namespace {

// Asks what a table asks first.
void readTop(AuditPresenter &presenter)
{
    presenter.source().request({.token = 1, .from = RowRequest::From::Top, .rowsMax = 100});
}

} // namespace

class TstAuditPresenter : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void asksNothingBeforeThePageIsInFront();
    void theScopeLimitsTheQuestion();
    void answersToFormerQuestionsAreDropped();
    void aBadFilterIsNotAsked();
    void emptyLogAndEmptyAnswerDiffer();
    void triesWithoutEachTerm();
    void failureKeepsItsError();
    void arrivalsAreCountedOnce();
    void aChosenSpanDoesNotFollow();
    void exportRunsOnceAtATime();

    void termsAreQuotedWhereNeeded_data();
    void termsAreQuotedWhereNeeded();
    void termsJoinAFilter();

    void whyOfAFormerRecordIsDropped();
    void decidingPolicyComesFirst();
    void liveRevisionThatDiffersIsTold();
    void withoutExplanationTheRecordSpeaks();

private:
    provost::testing::StillClock m_clock;
    std::unique_ptr<FakeControlPlane> m_control;
    std::unique_ptr<AuditPresenter> m_presenter;
};

void TstAuditPresenter::init()
{
    m_control = std::make_unique<FakeControlPlane>();
    provost::testing::fill(*m_control, 60, m_clock.time);
    m_presenter = std::make_unique<AuditPresenter>(*m_control, m_clock);
}

void TstAuditPresenter::cleanup()
{
    m_presenter.reset();
    m_control.reset();
}

void TstAuditPresenter::asksNothingBeforeThePageIsInFront()
{
    m_presenter->setScope({});
    m_presenter->setFilter(u"tool:a"_s);
    QVERIFY(m_control->asked.empty());
    m_presenter->activate();
    QTRY_VERIFY(m_presenter->count().has_value());
}

void TstAuditPresenter::theScopeLimitsTheQuestion()
{
    m_presenter->setScope({TenantId("acme-corp"), RangePreset::LastHour});
    QCOMPARE(m_presenter->query().tenant, TenantId("acme-corp"));
    QCOMPARE(*m_presenter->query().range.from, m_clock.time - std::chrono::hours(1));
    m_presenter->setScope({TenantId(), RangePreset::All});
    QVERIFY(!m_presenter->query().range.from);
    const double now = double(m_clock.time.time_since_epoch().count()) / 1e6;
    m_presenter->setZoom(TimeSpan{now - 60, now - 30});
    QCOMPARE(*m_presenter->query().range.until, m_clock.time - std::chrono::seconds(30));
}

void TstAuditPresenter::answersToFormerQuestionsAreDropped()
{
    QSignalSpy counted(m_presenter.get(), &AuditPresenter::histogramChanged);
    m_presenter->activate();
    m_presenter->setFilter(u"status:denied"_s); // before the first one is answered
    QTRY_COMPARE(counted.size(), 1);
    QTRY_COMPARE(m_presenter->count()->matching, 10);
    QCOMPARE(m_presenter->resultText(), u"10 of 60 · 0.04 s"_s);
    QCOMPARE(counted.size(), 1);
}

void TstAuditPresenter::aBadFilterIsNotAsked()
{
    m_control->filterAnswer = {false, 0, "a value is missing"};
    m_presenter->setFilter(u"tool:!!"_s);
    m_presenter->activate();
    QCOMPARE(m_presenter->state(), State::BadFilter);
    QCOMPARE(m_presenter->error().message, u"a value is missing"_s);
    Q_EMIT m_control->recordsAppended();
    QVERIFY(m_control->asked.empty());
}

void TstAuditPresenter::emptyLogAndEmptyAnswerDiffer()
{
    m_presenter->setFilter(u"status:none"_s);
    m_presenter->activate();
    readTop(*m_presenter);
    QTRY_COMPARE(m_presenter->state(), State::NothingMatches);
    m_control->auditRows.clear();
    m_presenter->setFilter({});
    readTop(*m_presenter);
    QTRY_COMPARE(m_presenter->state(), State::NothingRecorded);
}

void TstAuditPresenter::triesWithoutEachTerm()
{
    m_presenter->setFilter(u"status:denied x"_s); // the fake matches nothing with that
    m_presenter->activate();
    readTop(*m_presenter);
    QTRY_COMPARE(m_presenter->wider().size(), 2U);
    QCOMPARE(m_presenter->wider().front().filter, u"x"_s); // it matches most
    QCOMPARE(m_presenter->wider().back().dropped, u"x"_s);
    QCOMPARE(m_presenter->wider().back().matching, 10);
}

void TstAuditPresenter::failureKeepsItsError()
{
    m_control->errors["auditPage"] = {ErrorCode::Storage, u"damaged"_s};
    m_presenter->activate();
    readTop(*m_presenter);
    QTRY_COMPARE(m_presenter->state(), State::Failed);
    QCOMPARE(m_presenter->error().code, ErrorCode::Storage);
    m_control->errors.clear();
    m_presenter->askAgain();
    QCOMPARE(m_presenter->state(), State::Rows);
}

void TstAuditPresenter::arrivalsAreCountedOnce()
{
    m_presenter->activate();
    readTop(*m_presenter);
    QTRY_VERIFY(m_presenter->source().newest().has_value());
    m_presenter->setFollowing(false);
    QSignalSpy arrived(m_presenter.get(), &AuditPresenter::rowsArrived);
    const auto add = [this](int count) {
        const auto rows = FakeControlPlane::makeAuditRows(
            count, m_control->auditRows.front().timestamp + std::chrono::seconds(10));
        m_control->auditRows.insert(m_control->auditRows.begin(), rows.begin(), rows.end());
        Q_EMIT m_control->recordsAppended();
    };
    add(4);
    QTRY_COMPARE(arrived.size(), 1);
    QCOMPARE(arrived.back().front().toLongLong(), 4);
    add(3);
    QTRY_COMPARE(arrived.size(), 2);
    QCOMPARE(arrived.back().front().toLongLong(), 3);
}

void TstAuditPresenter::aChosenSpanDoesNotFollow()
{
    m_presenter->activate();
    m_presenter->setZoom(TimeSpan{100, 200});
    QSignalSpy arrived(m_presenter.get(), &AuditPresenter::rowsArrived);
    Q_EMIT m_control->recordsAppended();
    QCOMPARE(arrived.size(), 0);
}

void TstAuditPresenter::exportRunsOnceAtATime()
{
    QSignalSpy done(m_presenter.get(), &AuditPresenter::exported);
    m_presenter->exportTo(u"/nowhere"_s, "ana");
    m_presenter->exportTo(u"/nowhere"_s, "ana");
    QVERIFY(m_presenter->isExporting());
    QTRY_COMPARE(done.size(), 1);
    QVERIFY(!m_presenter->isExporting());
    QCOMPARE(std::count(m_control->asked.begin(), m_control->asked.end(), "auditExport"), 1);
}

// --- terms ---

void TstAuditPresenter::termsAreQuotedWhereNeeded_data()
{
    QTest::addColumn<QByteArray>("value");
    QTest::addColumn<QString>("term");
    QTest::newRow("plain") << QByteArray("ana@acme.example") << u"f:ana@acme.example"_s;
    QTest::newRow("space") << QByteArray("claude code") << u"f:\"claude code\""_s;
    QTest::newRow("glob") << QByteArray("db.*") << u"f:\"db.*\""_s;
    QTest::newRow("quote") << QByteArray("a\"b\\c") << u"f:\"a\\\"b\\\\c\""_s;
    QTest::newRow("empty") << QByteArray() << u"f:\"\""_s;
}

void TstAuditPresenter::termsAreQuotedWhereNeeded()
{
    QFETCH(const QByteArray, value);
    QTEST(termOf("f", value), "term");
}

void TstAuditPresenter::termsJoinAFilter()
{
    QCOMPARE(withTerm({}, u"a:b"_s), u"a:b"_s);
    QCOMPARE(withTerm(u"c:d"_s, u"a:b"_s), u"c:d a:b"_s);
    QCOMPARE(withTerm(u"c:d a:b"_s, u"a:b"_s), u"c:d a:b"_s);
    QCOMPARE(withTerm(u"c:d OR e:f"_s, u"a:b"_s), u"(c:d OR e:f) a:b"_s);
    QCOMPARE(withTerm(u"c:\"x OR y\""_s, u"a:b"_s), u"c:\"x OR y\" a:b"_s);
    QCOMPARE(termsOf(u"a:b NOT c:\"d e\" AND (f OR g)"_s),
             QStringList({u"a:b"_s, u"NOT c:\"d e\""_s, u"(f OR g)"_s}));
    QCOMPARE(termsOf(u"a OR b"_s), QStringList());
}

// --- why ---

void TstAuditPresenter::whyOfAFormerRecordIsDropped()
{
    WhyPresenter why(*m_control);
    QSignalSpy answered(&why, &WhyPresenter::whyChanged);
    why.show(m_control->auditRows[0].id);
    why.show(m_control->auditRows[1].id);
    QTRY_COMPARE(answered.size(), 1);
    QCOMPARE((*why.why())->row.id, m_control->auditRows[1].id);
    why.clear();
    QVERIFY(!why.ruleLink() && !why.simulateLink() && !why.recordLink());
}

void TstAuditPresenter::decidingPolicyComesFirst()
{
    control::Why why = m_control->whyAnswer;
    why.row = m_control->auditRows[2];
    const WhyWords words = wordsOf(why);
    QCOMPARE(words.verdict.kind, BadgeKind::Deny);
    QCOMPARE(words.place, u"tenants/gamma-llc.yaml, line 38, revision 3f9c2ab0"_s);
    QCOMPARE(words.steps.size(), 4U);
    QVERIFY(words.steps[0].decided);
    QVERIFY(words.steps[0].facts.contains(u"args.amount = 2400000"_s));
    QCOMPARE(words.steps[1].kind, BadgeKind::Allow);
    QCOMPARE(words.steps[2].policy, u"finance-may-write"_s); // nearer than a role that is missing
    QCOMPARE(words.suggestions.size(), 1);
}

void TstAuditPresenter::liveRevisionThatDiffersIsTold()
{
    control::Why why = m_control->whyAnswer;
    QVERIFY(wordsOf(why).live.contains(u"says the same"));
    why.live->decision.effect = policy::Effect::Allow;
    why.live->decision.rule = policy::RuleReference{"finance-may-write", {}};
    const WhyWords words = wordsOf(why);
    QCOMPARE(words.liveTone, Tone::Ask);
    QVERIFY(words.live.contains(u"✓ allow by finance-may-write"));
    why.live.reset();
    QVERIFY(wordsOf(why).live.contains(u"could not"));
}

void TstAuditPresenter::withoutExplanationTheRecordSpeaks()
{
    control::Why why;
    why.row = m_control->auditRows[2];
    why.note = "the revision is not in the history";
    const WhyWords words = wordsOf(why);
    QCOMPARE(words.by, QString::fromUtf8(why.row.policy));
    QCOMPARE(words.reason, QString::fromUtf8(why.row.reason));
    QVERIFY(words.steps.empty() && words.live.isEmpty());
    QVERIFY(ruleOf(why).has_value() == !why.row.policyFile.isEmpty());
}

PROVOST_TEST(TstAuditPresenter)

#include "tst_auditpresenter.moc"
