// Which tenants are served, with what, from revision to revision of the org directory.
#include "server/tenancy/tenancy.h"

#include "server/base/eventthread.h"
#include "tests/support/fakeclock.h"
#include "tests/support/seededrandom.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>

using namespace provost;
using namespace provost::tenancy;
using namespace provost::testing;

namespace {

const TenantId acme{"acme"};
const TenantId beta{"beta"};

policy::SourceFile tenantFile(const QByteArray &id, const QByteArray &tool = "echo")
{
    return {"tenants/" + id + ".yaml", "tenants:\n  - id: " + id
                                           + "\n    policies:\n      - name: everybody\n"
                                             "        roles: [\"*\"]\n        tools: ["
                                           + tool + "]\n"};
}

policy::SourceFile servers(const QByteArray &more = {})
{
    return {"servers/tools.yaml",
            "servers:\n  - id: smoke\n    kind: builtin\n    set: echo\n" + more};
}

OrgRevision revisionOf(const std::vector<policy::SourceFile> &files, const QByteArray &id)
{
    const CheckedOrg checked = checkOrg(files, id);
    if (const QByteArray errors = errorsOf(checked.diagnostics); !errors.isEmpty())
        qFatal("%s", errors.constData());
    return checked.revision;
}

policy::Request echoBy(const TenantId &tenant)
{
    policy::Request request;
    request.tenant = tenant;
    request.user.id = UserId("ann");
    request.tool = "echo";
    request.permission = "run";
    return request;
}

class Fixture
{
public:
    [[nodiscard]] std::filesystem::path data() const { return m_directory.path().toStdString(); }
    [[nodiscard]] bool serves(const TenantId &id, QByteArrayView tool) const
    {
        const auto view = tenancy.find(id);
        return view && view->registry->tool(tool) != nullptr;
    }

private:
    QTemporaryDir m_directory;

public:
    FakeClock clock;
    SeededRandom random;
    audit::CommitterPool committers{1};
    audit::Indexer indexer{std::chrono::milliseconds(0)};
    EventThread loop{"adapters"};
    tools::ToolPool pool{1};
    std::vector<TenantId> changed;
    std::vector<TenantChange> changes;
    Tenancy tenancy{{.data = data(),
                     .org = data() / "org",
                     .committers = committers,
                     .indexer = indexer,
                     .clock = clock,
                     .adapters = {clock, random, pool, loop.thread()}},
                    [this](const TenantChange &change) {
                        changed.push_back(change.tenant);
                        changes.push_back(change);
                    }};
};

} // namespace

class TstTenancy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void servesTheTenantsOfARevision();
    void aRevisionReplacesPolicyAndKeepsTheRest();
    void aBrokenPolicyIsRefusedWhole();
    void aRemovedTenantIsNotFound();
    void aBrokenServerDisturbsNothingElse();
    void tellsWhyAServerCannotStart();
    void checksServersWithoutStartingThem();
    void aRepairedServerIsServed();
    void serversBelongToTheirTenants();
    void aTenantWithoutJournalIsNotServed();
    void changesAreTold();
    void tellsWhatIsDifferent();
    void duplicateServersAreAnError();
    void testsAndSettingsAreNotServed();
};

void TstTenancy::servesTheTenantsOfARevision()
{
    Fixture f;
    QVERIFY(!f.tenancy.find(acme));
    QVERIFY(
        f.tenancy.adopt(revisionOf({tenantFile("acme"), tenantFile("beta"), servers()}, "one")));
    for (const TenantId &id : {acme, beta}) {
        QTRY_VERIFY(f.serves(id, "echo"));
        const auto view = f.tenancy.find(id);
        QCOMPARE(view->id.value, id.value);
        QCOMPARE(view->policy->tenant().value, id.value);
        QCOMPARE(view->policy->revision(), "one");
        QVERIFY(view->journal && view->limiter);
        QVERIFY(std::filesystem::is_directory(f.data() / "tenants" / id.value.toStdString()
                                              / "journal"));
    }
    QVERIFY(f.tenancy.find(acme)->journal != f.tenancy.find(beta)->journal);
    QVERIFY(f.tenancy.problems().empty());
    QCOMPARE(f.tenancy.tenants().size(), std::size_t(2));
    QVERIFY(!f.tenancy.find(TenantId("gamma")));
    QVERIFY(!f.tenancy.tenant(TenantId("gamma")));
}

void TstTenancy::aRevisionReplacesPolicyAndKeepsTheRest()
{
    Fixture f;
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme"), servers()}, "one")));
    QTRY_VERIFY(f.serves(acme, "echo"));
    const auto before = f.tenancy.find(acme);
    const tools::Adapter *adapter = before->registry->tool("echo")->adapter.get();
    QVERIFY(before->policy->decide(echoBy(acme)).effect == policy::Effect::Allow);
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme", "other"), servers()}, "two")));
    const auto after = f.tenancy.find(acme);
    QVERIFY(after->policy->decide(echoBy(acme)).effect == policy::Effect::Deny);
    QCOMPARE(after->policy->revision(), "two");
    QCOMPARE(after->journal, before->journal);
    QCOMPARE(after->limiter, before->limiter);
    QVERIFY(after->registry->tool("echo")->adapter.get() == adapter); // not started again
    // A call that started under the old one ends under it.
    QVERIFY(before->policy->decide(echoBy(acme)).effect == policy::Effect::Allow);
}

void TstTenancy::aBrokenPolicyIsRefusedWhole()
{
    Fixture f;
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme"), servers()}, "one")));
    policy::SourceFile broken = tenantFile("beta");
    broken.bytes += "        conditions: [\"region === 1\"]\n";
    const CheckedOrg checked = checkOrg({tenantFile("acme", "other"), broken, servers()}, "two");
    QVERIFY2(errorsOf(checked.diagnostics).contains("tenants/beta.yaml:"),
             errorsOf(checked.diagnostics).constData());
    const auto refused = f.tenancy.adopt(checked.revision);
    QVERIFY(!refused && refused.error().code == ErrorCode::InvalidInput);
    QCOMPARE(f.tenancy.find(acme)->policy->revision(), "one");
    QVERIFY(!f.tenancy.find(beta));
}

void TstTenancy::aRemovedTenantIsNotFound()
{
    Fixture f;
    QVERIFY(
        f.tenancy.adopt(revisionOf({tenantFile("acme"), tenantFile("beta"), servers()}, "one")));
    QVERIFY(f.tenancy.find(beta));
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme"), servers()}, "two")));
    QVERIFY(!f.tenancy.find(beta));
    QVERIFY(f.tenancy.find(acme));
    // Its journal can be opened again.
    QVERIFY(
        f.tenancy.adopt(revisionOf({tenantFile("acme"), tenantFile("beta"), servers()}, "three")));
    QVERIFY(f.tenancy.find(beta));
}

void TstTenancy::aBrokenServerDisturbsNothingElse()
{
    Fixture f;
    const QByteArray broken = "  - id: broken\n    kind: builtin\n    set: no-such-set\n"
                              "  - id: unset\n    kind: builtin\n"
                              "    set: ${env.PROVOST_NOBODY_SETS_THIS}\n";
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme"), servers(broken)}, "one")));
    QTRY_VERIFY(f.serves(acme, "echo"));
    const auto healths = f.tenancy.tenant(acme)->servers();
    QCOMPARE(healths.size(), std::size_t(3));
    QVERIFY(healths[0].problem.isEmpty());
    QCOMPARE(healths[0].tools, 1);
    QVERIFY2(healths[1].problem.contains("`set`"), healths[1].problem.constData());
    QVERIFY(healths[1].status.state == tools::AdapterState::Failed);
    QVERIFY2(healths[2].problem.contains("PROVOST_NOBODY_SETS_THIS"),
             healths[2].problem.constData());
    QVERIFY(f.tenancy.problems().empty());
}

void TstTenancy::tellsWhyAServerCannotStart()
{
    Fixture f;
    QTest::ignoreMessage(QtWarningMsg,
                         "tool server broken of acme: `set` must be echo or conformance");
    QVERIFY(f.tenancy.adopt(revisionOf(
        {tenantFile("acme"), servers("  - id: broken\n    kind: builtin\n    set: typo\n")},
        "one")));
}

void TstTenancy::checksServersWithoutStartingThem()
{
    const QByteArray more =
        "  - id: kind\n    kind: sqll\n"
        "  - id: member\n    kind: sql\n    databse: sqlite:/x.db\n"
        "  - id: neither\n    kind: mcp\n    comand: [x]\n"
        "  - id: unset\n    kind: builtin\n    set: ${env.PROVOST_NOBODY_SETS_THIS}\n"
        "  - id: variable\n    kind: builtin\n    set: ${tenat.id}\n"
        "  - id: nobody\n    kind: builtin\n    set: echo\n    tenants: [nosuch]\n";
    const auto found = checkServers(revisionOf({tenantFile("acme"), servers(more)}, "one"));
    struct Expected
    {
        const char *text;
        policy::Diagnostic::Severity severity;
    };
    using Severity = policy::Diagnostic::Severity;
    static constexpr Expected expected[] = {
        {"server `kind`: `kind` is `sqll`", Severity::Error},
        {"server `member`: `database` is needed; `databse` is not known here", Severity::Error},
        {"server `neither`: `comand`", Severity::Error},
        {"server `unset`: unknown variable `env.PROVOST_NOBODY_SETS_THIS`", Severity::Warning},
        {"server `variable`: unknown variable `tenat.id`", Severity::Error},
        {"server `nobody`: there is no tenant `nosuch`", Severity::Warning},
    };
    QCOMPARE(found.size(), std::size(expected));
    for (std::size_t i = 0; i < found.size(); ++i) {
        QVERIFY2(found[i].message.startsWith(expected[i].text), found[i].message.constData());
        QCOMPARE(found[i].severity, expected[i].severity);
        QCOMPARE(found[i].where.file, "servers/tools.yaml");
        QVERIFY(found[i].where.line > 4);
    }
}

void TstTenancy::aRepairedServerIsServed()
{
    Fixture f;
    const policy::SourceFile broken{
        "servers/tools.yaml", "servers:\n  - id: smoke\n    kind: builtin\n    set: nothing\n"};
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme"), broken}, "one")));
    QVERIFY(!f.tenancy.tenant(acme)->servers()[0].problem.isEmpty());
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme"), servers()}, "two")));
    QTRY_VERIFY(f.serves(acme, "echo"));
    QVERIFY(f.tenancy.tenant(acme)->servers()[0].problem.isEmpty());
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme")}, "three")));
    QVERIFY(!f.serves(acme, "echo"));
}

void TstTenancy::serversBelongToTheirTenants()
{
    Fixture f;
    const policy::SourceFile own{
        "servers/tools.yaml",
        "servers:\n  - id: smoke\n    kind: builtin\n    set: echo\n    tenants: [beta]\n"};
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme"), tenantFile("beta"), own}, "one")));
    QTRY_VERIFY(f.serves(beta, "echo"));
    QVERIFY(!f.serves(acme, "echo"));
    QVERIFY(f.tenancy.tenant(acme)->servers().empty());
}

void TstTenancy::aTenantWithoutJournalIsNotServed()
{
    Fixture f;
    std::filesystem::create_directories(f.data() / "tenants" / "acme");
    QFile inTheWay(QString::fromStdString((f.data() / "tenants" / "acme" / "journal").string()));
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    QVERIFY(
        f.tenancy.adopt(revisionOf({tenantFile("acme"), tenantFile("beta"), servers()}, "one")));
    QVERIFY(!f.tenancy.find(acme));
    QVERIFY(f.tenancy.find(beta));
    QCOMPARE(f.tenancy.problems().size(), std::size_t(1));
    QVERIFY2(f.tenancy.problems()[0].contains("acme"), f.tenancy.problems()[0].constData());
    QVERIFY(inTheWay.remove());
    QVERIFY(
        f.tenancy.adopt(revisionOf({tenantFile("acme"), tenantFile("beta"), servers()}, "two")));
    QVERIFY(f.tenancy.find(acme));
    QVERIFY(f.tenancy.problems().empty());
}

void TstTenancy::changesAreTold()
{
    Fixture f;
    const auto wasTold = [&](const TenantId &id) {
        return std::find(f.changed.begin(), f.changed.end(), id) != f.changed.end();
    };
    QVERIFY(
        f.tenancy.adopt(revisionOf({tenantFile("acme"), tenantFile("beta"), servers()}, "one")));
    QVERIFY(wasTold(acme) && wasTold(beta));
    QTRY_VERIFY(f.serves(acme, "echo") && f.serves(beta, "echo"));
    f.changed.clear();
    QVERIFY(f.tenancy.adopt(revisionOf({tenantFile("acme", "other"), servers()}, "two")));
    QVERIFY(wasTold(acme));
    QVERIFY(wasTold(beta)); // gone is another, too
}

void TstTenancy::tellsWhatIsDifferent()
{
    Fixture f;
    const auto adopt = [&](const std::vector<policy::SourceFile> &files, const QByteArray &id) {
        f.changes.clear();
        return f.tenancy.adopt(revisionOf(files, id)).has_value();
    };
    QVERIFY(adopt({tenantFile("acme"), tenantFile("beta"), servers()}, "one"));
    QTRY_VERIFY(f.serves(acme, "echo") && f.serves(beta, "echo"));

    // Beta's policy is another; acme is as it was, whatever the revision is called.
    QVERIFY(adopt({tenantFile("acme"), tenantFile("beta", "other"), servers()}, "two"));
    QCOMPARE(f.changes.size(), std::size_t(2));
    for (const TenantChange &change : f.changes) {
        QCOMPARE(change.isNone(), change.tenant == acme);
        QCOMPARE(change.tools && change.resources && change.prompts && change.access,
                 change.tenant == beta);
    }

    // A further server: its tools come with its catalog, and nothing else.
    const QByteArray more = "  - id: more\n    kind: builtin\n    set: echo\n    prefix: more_\n";
    QVERIFY(adopt({tenantFile("acme"), servers(more)}, "three"));
    QTRY_VERIFY(f.serves(acme, "more_echo"));
    const TenantChange tools{.tenant = acme, .tools = true};
    QVERIFY(std::find(f.changes.begin(), f.changes.end(), tools) != f.changes.end());
    const TenantChange gone{.tenant = beta, .closed = true};
    QVERIFY(std::find(f.changes.begin(), f.changes.end(), gone) != f.changes.end());
}

void TstTenancy::duplicateServersAreAnError()
{
    const CheckedOrg checked = checkOrg(
        {tenantFile("acme"),
         servers(),
         {"servers/zz.yaml", "servers:\n  - id: smoke\n    kind: builtin\n    set: echo\n"}},
        "one");
    const QByteArray errors = errorsOf(checked.diagnostics);
    QVERIFY2(errors.startsWith("servers/zz.yaml:2:"), errors.constData());
    QVERIFY2(errors.contains("`smoke`") && errors.contains("servers/tools.yaml"),
             errors.constData());
    QCOMPARE(errors.count('\n'), qsizetype(0));
}

void TstTenancy::testsAndSettingsAreNotServed()
{
    const CheckedOrg checked = checkOrg({tenantFile("acme"),
                                         {"tests/acme.yaml", "cases: []\n"},
                                         {"provost.yaml", "listen: 127.0.0.1:1\n"}},
                                        "one");
    QCOMPARE(errorsOf(checked.diagnostics), QByteArray());
    QCOMPARE(checked.revision.org.tenants.size(), std::size_t(1));
    QCOMPARE(checked.revision.id, "one");
}

PROVOST_TEST(TstTenancy)
#include "tst_tenancy.moc"
