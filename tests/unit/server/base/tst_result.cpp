// Errors travel as values.
#include "server/base/assert.h"
#include "server/base/ids.h"
#include "server/base/result.h"

#include "tests/support/testing.h"

#include <QSet>
#include <QTest>

#include <memory>
#include <unordered_set>

using namespace provost;

namespace {

Result<std::unique_ptr<int>> make(bool works)
{
    if (!works)
        return fail(ErrorCode::NotFound, QStringLiteral("no `x`"));
    return std::make_unique<int>(7);
}

Result<int> read(bool works)
{
    TRY_LET(const auto value, make(works)); // moves what cannot be copied
    return *value;
}

Result<void> check(bool works)
{
    TRY_DO(read(works));
    TRY_DO(read(works)); // twice in one function
    return {};
}

} // namespace

class TstResult : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void propagates();
    void everyCodeHasItsName();
    void idsOfOneKindCompare();
};

void TstResult::propagates()
{
    QCOMPARE(*read(true), 7);
    QVERIFY(check(true));
    QCOMPARE(check(false).error(), (Error{ErrorCode::NotFound, QStringLiteral("no `x`")}));
}

void TstResult::everyCodeHasItsName()
{
    QSet<QByteArray> names;
    for (int code = 0; code <= int(ErrorCode::Internal); ++code)
        names.insert(nameOf(static_cast<ErrorCode>(code)));
    QCOMPARE(names.size(), int(ErrorCode::Internal) + 1);
    QCOMPARE(nameOf(ErrorCode::RateLimited), "rate_limited");
}

void TstResult::idsOfOneKindCompare()
{
    QCOMPARE(TenantId("a"), TenantId("a"));
    QVERIFY(TenantId("a") < TenantId("b"));
    QVERIFY(TenantId().isEmpty());
    static_assert(!std::is_convertible_v<TenantId, UserId>);
    static_assert(!std::is_convertible_v<QByteArray, TenantId>);
    const std::unordered_set<TenantId> ids{TenantId("a"), TenantId("a"), TenantId("b")};
    QCOMPARE(ids.size(), std::size_t(2));
}

PROVOST_TEST(TstResult)
#include "tst_result.moc"
