// The whole server through its two doors: the control plane that the console uses, and HTTP.
#include "server/host/host.h"

#include "tests/support/await.h"
#include "tests/support/journalrecords.h"
#include "tests/support/testing.h"
#include "tests/support/wirecheck/wire.h"

#include <QFile>
#include <QSignalSpy>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

#include <algorithm>

using namespace provost;
using namespace provost::control;
using namespace provost::testing;
using host::Host;
using host::HostOptions;

namespace {

const TenantId acme{"acme"};
constexpr char acmeFile[] = "tenants/acme.yaml";
constexpr char acmePolicies[] = R"(tenants:
  - id: acme
    name: Acme
    policies:
      - name: operators-echo
        roles: [Operator]
        tools: [echo]
        conditions:
          - request.transport == "http"
)";
constexpr char anyoneEchoes[] = R"(tenants:
  - id: acme
    name: Acme
    policies:
      - name: anyone-echoes
        roles: ["*"]
        tools: [echo]
)";
constexpr char brokenPolicies[] = R"(tenants:
  - id: acme
    policies:
      - name: x
        roles: ["*"]
        effekt: allow
)";

// The answer of the control plane to one question.
template <class T>
Result<T> ask(const std::function<void(Answer<T>)> &question)
{
    std::optional<Result<T>> result;
    QObject receiver;
    question(Answer<T>(&receiver, [&](Result<T> answer) { result = std::move(answer); }));
    if (!QTest::qWaitFor([&] { return result.has_value(); }, awaitPatienceMs))
        return fail(ErrorCode::Timeout, QStringLiteral("the control plane did not answer"));
    return std::move(*result);
}

struct HttpAnswer
{
    int status = 0;
    Json body;
};

class Fixture
{
public:
    Fixture()
    {
        write(acmeFile, acmePolicies);
        write("servers/tools.yaml", "servers:\n  - id: smoke\n    kind: builtin\n    set: echo\n");
    }

    [[nodiscard]] std::filesystem::path data() const
    {
        return std::filesystem::path(m_directory.path().toStdString()) / "data";
    }
    [[nodiscard]] std::vector<audit::Record> installation() const
    {
        return recordsIn(data() / "journal");
    }
    // The last act of that name in the installation's journal; fails the test's expectations if there is none.
    [[nodiscard]] audit::Record act(QByteArrayView action) const
    {
        const auto records = installation();
        const auto found =
            std::find_if(records.rbegin(), records.rend(),
                         [&](const audit::Record &record) { return record.action == action; });
        return found != records.rend() ? *found : audit::Record();
    }
    void write(const char *name, const char *text) const
    {
        const auto path = data() / "org" / name;
        std::filesystem::create_directories(path.parent_path());
        QFile file(QString::fromStdString(path.string()));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) < 0)
            qFatal("cannot write a file of the test");
    }

    [[nodiscard]] Result<std::unique_ptr<Host>> start() const
    {
        return Host::start(
            HostOptions{.data = data(), .org = {}, .listenPort = 0, .gatewayLoops = 1});
    }
    void serve()
    {
        auto started = start();
        if (!started)
            qFatal("%s", qUtf8Printable(started.error().message));
        host = std::move(*started);
    }
    // Serves the tools that ask and take their time, and everybody may call them: so may the user eve.
    void serveConformance()
    {
        write(acmeFile, "tenants:\n  - id: acme\n    policies:\n      - name: all\n"
                        "        roles: [\"*\"]\n        tools: [\"*\"]\n");
        write("servers/tools.yaml",
              "servers:\n  - id: fixture\n    kind: builtin\n    set: conformance\n");
        serve();
        if (!createKey("eve", {"Guest"}))
            qFatal("cannot make a key for the test");
    }
    [[nodiscard]] ControlPlane &control() const { return host->control(); }

    [[nodiscard]] Result<CreatedKey> createKey(const char *user,
                                               std::vector<QByteArray> roles) const
    {
        return ask<CreatedKey>([&](auto answer) {
            control().createKey({acme, UserId(user), roles, "laptop", {}, "ann"}, answer);
        });
    }
    [[nodiscard]] OrgState org() const
    {
        return ask<OrgState>([&](auto answer) { control().orgState(answer); }).value();
    }
    [[nodiscard]] Result<QByteArray> apply(const char *text, const char *reason,
                                           const QByteArray &expected = {}) const
    {
        return ask<QByteArray>([&](auto answer) {
            control().apply({{{acmeFile, text}}, reason, "ann", expected}, answer);
        });
    }
    [[nodiscard]] Result<SimulationResult> simulate(std::vector<OrgFile> draft,
                                                    const TenantId &tenant = acme) const
    {
        const Json request = Json::object(
            {{"tenant", tenant.value},
             {"user", Json::object({{"id", "eve"}, {"roles", Json::array({"Guest"})}})},
             {"tool", "echo"},
             {"permission", "run"}});
        return ask<SimulationResult>([&](auto answer) {
            control().simulate({request, draft}, answer);
        });
    }

    // tools/call of echo, as a modern client sends it.
    [[nodiscard]] HttpAnswer callEcho(const QByteArray &key) const
    {
        const Json meta =
            Json::object({{"io.modelcontextprotocol/protocolVersion", "2026-07-28"},
                          {"io.modelcontextprotocol/clientCapabilities", Json::object()},
                          {"io.modelcontextprotocol/clientInfo",
                           Json::object({{"name", "robot"}, {"version", "1"}})}});
        const Json params = Json::object({{"name", "echo"},
                                          {"arguments", Json::object({{"message", "hello"}})},
                                          {"_meta", meta}});
        const QByteArray body =
            Json::object(
                {{"jsonrpc", "2.0"}, {"id", 1}, {"method", "tools/call"}, {"params", params}})
                .toBytes();
        const QUrl url(QString::fromUtf8(host->endpointUrl()));
        QTcpSocket socket;
        socket.connectToHost(url.host(), quint16(url.port()));
        QByteArray request("POST /mcp HTTP/1.1\r\nConnection: close\r\n"
                           "Content-Type: application/json\r\nAccept: application/json, "
                           "text/event-stream\r\nMCP-Protocol-Version: 2026-07-28\r\n"
                           "Mcp-Method: tools/call\r\nMcp-Name: echo\r\n");
        request += "Host: " + url.authority().toUtf8() + "\r\n";
        request += "Authorization: Bearer " + key + "\r\n";
        request += "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n";
        socket.write(request + body);
        const auto isOver = [&] { return socket.state() == QAbstractSocket::UnconnectedState; };
        if (!QTest::qWaitFor(isOver, awaitPatienceMs))
            return {};
        const QByteArray reply = socket.readAll();
        const QByteArray message = reply.sliced(reply.indexOf("\r\n\r\n") + 4);
        testing::Wire wire;
        wire.said(body);
        wire.heard(message);
        return {reply.mid(9, 3).toInt(), Json::parse(message).value_or(Json())};
    }

private:
    QTemporaryDir m_directory;

public:
    std::unique_ptr<Host> host;
};

} // namespace

class TstHost : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsItsStatus();
    void startAndStopAreRecorded();
    void aSecondServerOnTheSameDataIsRefused();
    void anOrgWithErrorsIsNotServed();
    void aDraftIsChecked();
    void appliesAndRollsBack();
    void refusesAStaleOrBrokenChange();
    void editsMadeOutsideAreServed();
    void tenantsFromEachTemplate();
    void tenantsThatCannotBeMade();
    void usersAndKeysAreRecorded();
    void revokedKeysAreRefused();
    void simulatesLiveAndDraft();
    void aCallIsFoundAndExplained();
    void triesAToolAsAUser();
    void aTrialAnswersWhatTheToolAsks();
    void aTrialTellsHowFarItIs();
    void aTrialThatIsGivenUp();
    void aTrialThatCannotBeMade();
    void aServerIsDisabledAndEnabled();
    void anAddedCommandWaitsForConfirmation();
    void whoIsConnectedAndWhatTheySay();
};

void TstHost::tellsItsStatus()
{
    Fixture f;
    f.serve();
    const auto status = ask<ServerStatus>([&](auto answer) { f.control().status(answer); }).value();
    QVERIFY(status.listening);
    QCOMPARE(status.endpoint, f.host->endpointUrl());
    QVERIFY(status.endpoint.startsWith("http://127.0.0.1:"));
    QVERIFY(!status.endpoint.endsWith(":0"));
    QVERIFY(status.problems.empty());
    QCOMPARE(status.orgRevision, f.org().revision);
    QCOMPARE(f.org().files.size(), std::size_t(2));
    const auto tenants =
        ask<std::vector<TenantRow>>([&](auto answer) { f.control().tenants(answer); }).value();
    QCOMPARE(tenants.size(), std::size_t(1));
    QCOMPARE(tenants[0].id.value, "acme");
    QCOMPARE(tenants[0].name, "Acme");
    QCOMPARE(tenants[0].file, acmeFile);
    QCOMPARE(tenants[0].policies, 1);
    QTRY_COMPARE(
        ask<std::vector<ToolRow>>([&](auto answer) { f.control().tools(acme, answer); })->size(),
        std::size_t(1));
}

void TstHost::startAndStopAreRecorded()
{
    Fixture f;
    f.serve();
    f.host.reset();
    const auto records = f.installation();
    QCOMPARE(records.front().action, "start");
    QCOMPARE(records.back().action, "stop");
    f.serve(); // and the data directory is free again
    QCOMPARE(f.act("start").action, "start");
}

void TstHost::aSecondServerOnTheSameDataIsRefused()
{
    Fixture f;
    f.serve();
    const auto second = f.start();
    QVERIFY(!second);
    QVERIFY(second.error().code == ErrorCode::Conflict);
    QVERIFY(second.error().message.contains(QString::fromStdString(f.data().string())));
    QCOMPARE(f.callEcho("nonsense").status, 401); // the first one serves on
}

void TstHost::anOrgWithErrorsIsNotServed()
{
    Fixture f;
    f.write(acmeFile, brokenPolicies);
    const auto started = f.start();
    QVERIFY(!started);
    QVERIFY(started.error().code == ErrorCode::InvalidInput);
    QVERIFY2(started.error().message.contains(QStringLiteral("tenants/acme.yaml:6:")),
             qPrintable(started.error().message));
    f.write(acmeFile, acmePolicies);
    QVERIFY(f.start());
}

void TstHost::aDraftIsChecked()
{
    Fixture f;
    f.serve();
    const auto check = [&](const char *text) {
        return ask<DraftCheck>([&](auto answer) {
                   f.control().checkDraft({{acmeFile, text}}, answer);
               })
            .value();
    };
    const DraftCheck broken = check(brokenPolicies);
    QVERIFY(policy::hasErrors(broken.diagnostics));
    QCOMPARE(broken.diagnostics[0].where.file, acmeFile);
    QCOMPARE(broken.diagnostics[0].where.line, 6);
    const DraftCheck good = check(anyoneEchoes);
    QVERIFY(!policy::hasErrors(good.diagnostics));
    QCOMPARE(good.org.tenants.at(0).policies.at(0).name.text, "anyone-echoes");
    QCOMPARE(f.org().files.at(1).bytes, acmePolicies); // nothing is applied
}

void TstHost::appliesAndRollsBack()
{
    Fixture f;
    f.serve();
    const QByteArray first = f.org().revision;
    QSignalSpy changed(&f.control(), &ControlPlane::configurationChanged);
    const auto second = f.apply(anyoneEchoes, "Open it", first);
    QVERIFY2(second, second ? "" : qPrintable(second.error().message));
    QTRY_VERIFY(!changed.isEmpty());
    QCOMPARE(f.org().revision, *second);
    QCOMPARE(f.org().files.at(1).bytes, anyoneEchoes);
    QCOMPARE(f.act("policy_change").reason, "Open it");
    QCOMPARE(f.act("policy_change").user.value, "ann");
    QCOMPARE(f.act("policy_change").details["before"], Json(first));

    const auto history =
        ask<std::vector<Revision>>([&](auto answer) { f.control().history(10, answer); }).value();
    QCOMPARE(history.size(), std::size_t(2));
    QCOMPARE(history[0].id, *second);
    QCOMPARE(history[0].author, "ann");
    QCOMPARE(history[0].files, std::vector<QByteArray>{acmeFile});
    const auto old = ask<OrgState>([&](auto answer) { f.control().orgAt(first, answer); }).value();
    QCOMPARE(old.files.at(1).bytes, acmePolicies);

    const auto rollBack = [&](const QByteArray &to) {
        return ask<QByteArray>(
            [&](auto answer) { f.control().rollBack(to, "Close it", "bob", answer); });
    };
    const auto third = rollBack(first);
    QVERIFY(third && *third != first);
    QCOMPARE(f.org().files.at(1).bytes, acmePolicies);
    const auto unknown = rollBack("deadbeefdead");
    QVERIFY(!unknown && unknown.error().code == ErrorCode::NotFound);
    QCOMPARE(f.org().revision, *third);
}

void TstHost::refusesAStaleOrBrokenChange()
{
    Fixture f;
    f.serve();
    const QByteArray first = f.org().revision;
    const auto second = f.apply(anyoneEchoes, "Open it", first);
    QVERIFY(second);
    const auto stale = f.apply(acmePolicies, "Late", first);
    QVERIFY(!stale && stale.error().code == ErrorCode::Conflict);
    const auto broken = f.apply(brokenPolicies, "Oops", *second);
    QVERIFY(!broken && broken.error().code == ErrorCode::InvalidInput);
    QVERIFY(broken.error().message.contains(QStringLiteral("tenants/acme.yaml:6:")));
    const auto silent = f.apply(acmePolicies, "", *second);
    QVERIFY(!silent && silent.error().code == ErrorCode::InvalidInput);
    QCOMPARE(f.org().revision, *second);
    QCOMPARE(f.act("policy_change").reason, "Open it");
}

void TstHost::editsMadeOutsideAreServed()
{
    Fixture f;
    f.serve();
    const QByteArray first = f.org().revision;
    f.write(acmeFile, anyoneEchoes);
    QTRY_VERIFY_WITH_TIMEOUT(f.org().revision != first, awaitPatienceMs);
    const QByteArray second = f.org().revision;
    f.write(acmeFile, brokenPolicies);
    const auto problems = [&] {
        return ask<ServerStatus>([&](auto answer) { f.control().status(answer); })->problems;
    };
    QTRY_VERIFY_WITH_TIMEOUT(!problems().empty(), awaitPatienceMs);
    QVERIFY2(problems()[0].contains("tenants/acme.yaml:6:"), problems()[0].constData());
    QCOMPARE(f.org().revision, second); // what was served stays
}

void TstHost::tenantsFromEachTemplate()
{
    Fixture f;
    f.serve();
    const auto templates =
        ask<std::vector<QByteArray>>([&](auto answer) { f.control().templates(answer); }).value();
    QVERIFY(templates.size() >= 4);
    for (const QByteArray &name : templates) {
        const auto file = ask<QByteArray>([&](auto answer) {
            f.control().createTenant({TenantId("new-" + name), "A \"new\": one", name, "ann"},
                                     answer);
        });
        QVERIFY2(file, file ? "" : qPrintable(file.error().message));
        QCOMPARE(*file, "tenants/new-" + name + ".yaml");
        QCOMPARE(f.act("tenant_created").tenant.value, "new-" + name);
    }
    const auto tenants =
        ask<std::vector<TenantRow>>([&](auto answer) { f.control().tenants(answer); }).value();
    QCOMPARE(tenants.size(), templates.size() + 1);
    QCOMPARE(tenants.back().name, "A \"new\": one");
}

void TstHost::tenantsThatCannotBeMade()
{
    Fixture f;
    f.serve();
    const auto create = [&](const char *id, const char *templateName) {
        const auto created = ask<QByteArray>([&](auto answer) {
            f.control().createTenant({TenantId(id), "New", templateName, "ann"}, answer);
        });
        return created ? std::nullopt : std::optional(created.error().code);
    };
    QVERIFY(create("acme", "empty") == ErrorCode::Conflict);
    QVERIFY(create("../evil", "empty") == ErrorCode::InvalidInput);
    QVERIFY(create("", "empty") == ErrorCode::InvalidInput);
    QVERIFY(create("new", "no-such") == ErrorCode::NotFound);
    QVERIFY(create("new", "../demo/tenants/acme-corp") == ErrorCode::NotFound);
    QVERIFY(f.act("tenant_created").action.isEmpty());
}

void TstHost::usersAndKeysAreRecorded()
{
    Fixture f;
    f.serve();
    const UserRow user{acme, UserId("eve"), "Eve", {"Guest"}, Json::object({{"region", "EU"}}),
                       false};
    QSignalSpy changed(&f.control(), &ControlPlane::configurationChanged);
    QVERIFY(ask<UserRow>([&](auto answer) { f.control().putUser(user, "ann", answer); }));
    QTRY_VERIFY(!changed.isEmpty());
    QCOMPARE(f.act("user_changed").details["user"], Json("eve"));
    const auto users =
        ask<std::vector<UserRow>>([&](auto answer) { f.control().users(acme, answer); }).value();
    QCOMPARE(users.size(), std::size_t(1));
    QCOMPARE(users[0].attributes, user.attributes);

    const auto created = f.createKey("eve", {});
    QVERIFY(created);
    QCOMPARE(f.act("key_created").user.value, "ann");
    QCOMPARE(f.act("key_created").tenant.value, "acme");
    QVERIFY(!audit::toJson(f.act("key_created")).toBytes().contains(created->secret));
    const auto stateOfKey = [&] {
        return ask<std::vector<KeyRow>>([&](auto answer) { f.control().keys(acme, answer); })
            ->at(0)
            .state;
    };
    QCOMPARE(stateOfKey(), "active");
    const auto revoke = [&](const CredentialId &id) {
        return ask<KeyRow>([&](auto answer) { f.control().revokeKey(id, "bob", answer); });
    };
    QVERIFY(revoke(created->key.id));
    QCOMPARE(stateOfKey(), "revoked");
    QCOMPARE(f.act("revocation").user.value, "bob");
    const auto unknown = revoke(CredentialId("nobody"));
    QVERIFY(!unknown && unknown.error().code == ErrorCode::NotFound);
}

void TstHost::revokedKeysAreRefused()
{
    Fixture f;
    f.serve();
    const auto created = f.createKey("op", {"Operator"});
    QVERIFY(created);
    QTRY_COMPARE(f.callEcho(created->secret).status, 200);
    QVERIFY(
        ask<KeyRow>([&](auto answer) { f.control().revokeKey(created->key.id, "ann", answer); }));
    QCOMPARE(f.callEcho(created->secret).status, 401);
    QCOMPARE(f.act("login").status, "denied");
}

void TstHost::simulatesLiveAndDraft()
{
    Fixture f;
    f.serve();
    const auto live = f.simulate({});
    QVERIFY2(live, live ? "" : qPrintable(live.error().message));
    QVERIFY(live->explanation.decision.effect == policy::Effect::Deny);
    QVERIFY(!live->live);
    QCOMPARE(live->explanation.revision, f.org().revision);
    const auto draft = f.simulate({{acmeFile, anyoneEchoes}});
    QVERIFY(draft);
    QVERIFY(draft->explanation.decision.effect == policy::Effect::Allow);
    QVERIFY(draft->live && draft->live->decision.effect == policy::Effect::Deny);
    const auto broken = f.simulate({{acmeFile, brokenPolicies}});
    QVERIFY(!broken && broken.error().code == ErrorCode::InvalidInput);
    const auto stranger = f.simulate({}, TenantId("nobody"));
    QVERIFY(!stranger && stranger.error().code == ErrorCode::NotFound);
}

void TstHost::aCallIsFoundAndExplained()
{
    Fixture f;
    f.serve();
    const auto created = f.createKey("op", {"Operator"});
    QVERIFY(created);
    QTRY_COMPARE(
        ask<std::vector<ToolRow>>([&](auto answer) { f.control().tools(acme, answer); })->size(),
        std::size_t(1));
    const HttpAnswer answered = f.callEcho(created->secret);
    QCOMPARE(answered.status, 200);
    QCOMPARE(answered.body["result"]["content"].items().at(0)["text"], Json("hello"));

    const AuditQuery query{acme, {}, {}};
    QTRY_COMPARE(ask<AuditCount>([&](auto answer) {
                     static_cast<void>(f.control().auditCount(query, answer));
                 })->matching,
                 std::int64_t(1));
    const auto page = ask<AuditPage>([&](auto answer) {
        static_cast<void>(f.control().auditPage({.query = query, .anchor = {}}, answer));
    });
    QVERIFY(page);
    QCOMPARE(page->rows.size(), std::size_t(1));
    const AuditRow row = page->rows[0];
    QCOMPARE(row.user.value, "op");
    QCOMPARE(row.tool, "echo");
    QCOMPARE(row.status, "success");
    QCOMPARE(row.policy, "operators-echo");
    QVERIFY(row.agent.startsWith("robot"));

    const auto detail =
        ask<AuditDetail>([&](auto answer) { f.control().auditDetail(row.id, answer); });
    QVERIFY(detail && !detail->rawIntent.isEmpty() && !detail->rawOutcome.isEmpty());
    QVERIFY(!detail->rawIntent.contains(created->secret));

    QVERIFY(f.apply("tenants:\n  - id: acme\n    name: Acme\n", "Close it"));
    const auto why = ask<Why>([&](auto answer) { f.control().why(row.id, answer); });
    QVERIFY2(why, why ? "" : qPrintable(why.error().message));
    QVERIFY2(why->then, why->note.constData());
    QVERIFY(why->then->decision.effect == policy::Effect::Allow);
    QVERIFY(why->live && why->live->decision.effect == policy::Effect::Deny);
    const auto nothing = ask<Why>([&](auto answer) { f.control().why({acme, 999}, answer); });
    QVERIFY(!nothing && nothing.error().code == ErrorCode::NotFound);
}

void TstHost::triesAToolAsAUser()
{
    Fixture f;
    f.write(acmeFile, anyoneEchoes);
    f.serve();
    QVERIFY(f.createKey("eve", {"Guest"}));
    const auto tryEcho = [&] {
        return ask<TrialResult>([&](auto answer) {
                   f.control().tryTool({.tenant = acme,
                                        .user = UserId("eve"),
                                        .tool = "echo",
                                        .arguments = Json::object({{"message", "hello"}}),
                                        .author = "ann"},
                                       answer);
               })
            .value_or(TrialResult());
    };
    QTRY_VERIFY(tryEcho().refusal.isEmpty()); // the tool arrives a moment after the start
    const TrialResult tried = tryEcho();
    QCOMPARE(tried.decision, "allow");
    QCOMPARE(tried.policy, "anyone-echoes");
    QCOMPARE(tried.policyFile, acmeFile);
    QVERIFY(tried.result["content"].isArray());
    QVERIFY(!tried.toolError);
    const auto records = recordsIn(f.data() / "tenants" / "acme" / "journal");
    const audit::Record &record = records.back();
    QCOMPARE(record.requestId, tried.requestId);
    QCOMPARE(record.user.value, "eve");
    QCOMPARE(record.transport, "console");
    QCOMPARE(record.details["administrator"], Json("ann"));
    QVERIFY(record.credential.value.isEmpty());

    // Policy decides as for an agent: from the console it is another transport.
    QVERIFY(f.apply(acmePolicies, "Close it"));
    const TrialResult refused = tryEcho();
    QCOMPARE(refused.refusal, "denied");
    QCOMPARE(refused.decision, "deny");
    QVERIFY(refused.result.isNull());
}

void TstHost::aTrialAnswersWhatTheToolAsks()
{
    Fixture f;
    f.serveConformance();
    ToolTrial trial{.tenant = acme,
                    .user = UserId("eve"),
                    .tool = "test_elicitation",
                    .arguments = Json::object({{"message", "Who are you?"}}),
                    .author = "ann"};
    const auto run = [&] {
        return ask<TrialResult>([&](auto answer) { f.control().tryTool(trial, answer); })
            .value_or(TrialResult());
    };
    QTRY_VERIFY(!run().asks.isNull());
    const TrialResult asked = run();
    const Json::Member &question = asked.asks.members().at(0);
    QCOMPARE(question.value["method"], Json("elicitation/create"));
    QVERIFY(!asked.requestState.isEmpty());
    trial.requestState = asked.requestState;
    trial.inputResponses = Json::object(
        {{question.key,
          Json::object({{"action", "accept"},
                        {"content", Json::object({{"username", "eve"}, {"email", "e@x.org"}})}})}});
    const TrialResult answered = run();
    QVERIFY2(answered.refusal.isEmpty(), answered.reason.constData());
    QVERIFY(answered.result.toBytes().contains("eve"));
    // The state is good for this user only.
    QVERIFY(f.createKey("bob", {"Guest"}));
    trial.user = UserId("bob");
    QVERIFY(!run().refusal.isEmpty());
}

void TstHost::aTrialTellsHowFarItIs()
{
    Fixture f;
    f.serveConformance();
    std::vector<TrialProgress> told;
    QObject receiver;
    QObject::connect(&f.control(), &ControlPlane::trialProgressed, &receiver,
                     [&](const QByteArray &id, const TrialProgress &progress) {
                         if (id == "mine")
                             told.push_back(progress);
                     });
    ToolTrial trial{.tenant = acme,
                    .user = UserId("eve"),
                    .tool = "test_tool_with_progress",
                    .author = "ann",
                    .id = "mine"};
    const auto run = [&] {
        return ask<TrialResult>([&](auto answer) { f.control().tryTool(trial, answer); })
            .value_or(TrialResult{.refusal = "none"});
    };
    QTRY_VERIFY(run().refusal.isEmpty()); // the tool arrives a moment after the start
    // All of it was told before the answer, but for what was overtaken.
    QVERIFY(!told.empty());
    QCOMPARE(told.back().progress, 100.0);
    QCOMPARE(told.back().total, std::optional(100.0));
    told.clear();
    trial.id.clear();
    QVERIFY(run().refusal.isEmpty());
    QVERIFY(told.empty());
}

void TstHost::aTrialThatIsGivenUp()
{
    Fixture f;
    f.serveConformance();
    ToolTrial trial{.tenant = acme,
                    .user = UserId("eve"),
                    .tool = "test_sampling",
                    .arguments = Json::object({{"prompt", "Say hello"}}),
                    .author = "ann"};
    const auto run = [&] {
        return ask<TrialResult>([&](auto answer) { f.control().tryTool(trial, answer); })
            .value_or(TrialResult());
    };
    QTRY_VERIFY(!run().asks.isNull()); // what an agent's model is asked, a person is asked here
    const TrialResult asked = run();
    const Json::Member &question = asked.asks.members().at(0);
    QCOMPARE(question.value["method"], Json("sampling/createMessage"));
    trial.requestState = asked.requestState;
    trial.givenUp = true;
    QCOMPARE(run().refusal, "cancelled");
    trial.givenUp = false;
    trial.inputResponses = Json::object(
        {{question.key,
          Json::parse(
              R"({"role":"assistant","model":"m","content":{"type":"text","text":"Hello!"}})")
              .value()}});
    QVERIFY(run().result.toBytes().contains("Hello!"));
}

void TstHost::aTrialThatCannotBeMade()
{
    Fixture f;
    f.serve();
    const auto tryAs = [&](const char *user) {
        return ask<TrialResult>([&](auto answer) {
            f.control().tryTool(
                {.tenant = acme, .user = UserId(user), .tool = "echo", .author = "ann"}, answer);
        });
    };
    const auto nobody = tryAs("nobody");
    QVERIFY(!nobody && nobody.error().code == ErrorCode::NotFound);
    const UserRow gone{acme, UserId("gone"), "", {"Operator"}, Json::object(), true};
    QVERIFY(ask<UserRow>([&](auto answer) { f.control().putUser(gone, "ann", answer); }));
    const auto disabled = tryAs("gone");
    QVERIFY(!disabled && disabled.error().code == ErrorCode::InvalidInput);
}

void TstHost::aServerIsDisabledAndEnabled()
{
    Fixture f;
    f.serve();
    const auto server = [&] {
        return ask<std::vector<ServerRow>>([&](auto answer) { f.control().servers(acme, answer); })
            .value()
            .at(0);
    };
    const auto change = [&](ServerCommand::Act act) {
        return ask<ServerRow>([&](auto answer) {
            f.control().changeServer({.act = act,
                                      .tenant = acme,
                                      .server = ServerId("smoke"),
                                      .reason = "leaks",
                                      .author = "ann"},
                                     answer);
        });
    };
    QCOMPARE(server().state, "ready");
    QCOMPARE(server().file, "servers/tools.yaml");
    QCOMPARE(server().line, 2);
    QTRY_COMPARE(server().tools, 1);
    QVERIFY(change(ServerCommand::Act::Restart));
    QTRY_COMPARE(server().tools, 1);
    const auto disabled = change(ServerCommand::Act::Disable);
    QVERIFY(disabled && disabled->state == "disabled" && disabled->tools == 0);
    QCOMPARE(f.act("server_disabled").reason, "leaks");
    QCOMPARE(f.act("server_disabled").details["server"], Json("smoke"));
    const auto again = change(ServerCommand::Act::Disable);
    QVERIFY(!again && again.error().code == ErrorCode::Conflict);
    const auto restarted = change(ServerCommand::Act::Restart);
    QVERIFY(!restarted && restarted.error().code == ErrorCode::Conflict);
    f.host.reset();
    f.serve();
    QCOMPARE(server().state, "disabled");
    QVERIFY(change(ServerCommand::Act::Enable));
    QTRY_COMPARE(server().tools, 1);
}

void TstHost::anAddedCommandWaitsForConfirmation()
{
    Fixture f;
    f.serve();
    const auto draft = ask<ServerDraft>([&](auto answer) {
        f.control().draftServer({.tenant = acme, .text = "/nonexistent/tool --serve"}, answer);
    });
    QVERIFY2(draft, draft ? "" : qPrintable(draft.error().message));
    QCOMPARE(draft->file.name, "servers/tool.yaml");
    QCOMPARE(draft->servers.at(0).target, "/nonexistent/tool --serve");
    QCOMPARE(f.org().files.size(), std::size_t(2)); // nothing is written
    QVERIFY(ask<QByteArray>([&](auto answer) {
        f.control().addServers({.file = draft->file, .reason = "needed", .author = "ann"}, answer);
    }));
    const auto added = [&] {
        const auto rows =
            ask<std::vector<ServerRow>>([&](auto answer) { f.control().servers(acme, answer); });
        for (const ServerRow &row : *rows) {
            if (row.id == ServerId("tool"))
                return row;
        }
        return ServerRow();
    };
    QCOMPARE(added().state, "unconfirmed");
    f.host.reset(); // a restart is no agreement
    f.serve();
    QCOMPARE(added().state, "unconfirmed");
    const auto confirm = [&](const QByteArray &digest) {
        return ask<ServerRow>([&](auto answer) {
            f.control().confirmServer({.tenant = acme,
                                       .server = ServerId("tool"),
                                       .commandDigest = digest,
                                       .author = "ann"},
                                      answer);
        });
    };
    const auto other = confirm("0123");
    QVERIFY(!other && other.error().code == ErrorCode::Conflict);
    QVERIFY(confirm(added().commandDigest));
    QCOMPARE(f.act("command_confirmed").details["command"], Json("/nonexistent/tool --serve"));
    QTRY_COMPARE(added().state, "failed"); // it was started: there is no such program
    QTRY_VERIFY(!added().failures.empty());
    QVERIFY(added().nextTry);
}

void TstHost::whoIsConnectedAndWhatTheySay()
{
    Fixture f;
    f.write(acmeFile, anyoneEchoes);
    f.serve();
    const auto key = f.createKey("eve", {"Guest"});
    QVERIFY(key);
    const auto sessions = [&] {
        return ask<std::vector<SessionRow>>(
                   [&](auto answer) { f.control().sessions(acme, answer); })
            .value();
    };
    QVERIFY(sessions().empty());
    QCOMPARE(f.callEcho(key->secret).status, 200);
    QCOMPARE(sessions().size(), std::size_t(1));
    const SessionRow eve = sessions()[0];
    QCOMPARE(eve.user.value, "eve");
    QCOMPARE(eve.agent, "robot 1");
    QCOMPARE(eve.era, "modern");
    QVERIFY(eve.id.isEmpty());
    const auto ended = ask<SessionRow>([&](auto answer) {
        f.control().endSession({.key = eve.key, .reason = "x", .author = "ann"}, answer);
    });
    QVERIFY(!ended && ended.error().code == ErrorCode::InvalidInput);

    const auto messages = [&](std::int64_t after) {
        return ask<SessionMessages>([&](auto answer) {
                   f.control().sessionMessages({.key = eve.key, .after = after, .author = "ann"},
                                               answer);
               })
            .value();
    };
    QVERIFY(messages(0).messages.empty()); // nothing is kept before somebody looks
    QCOMPARE(f.act("messages_inspected").user.value, "ann");
    QCOMPARE(f.callEcho(key->secret).status, 200);
    const auto seen = messages(0).messages;
    QCOMPARE(seen.size(), std::size_t(2));
    QVERIFY(!seen[0].toAgent && seen[1].toAgent);
    QCOMPARE(seen[0].method, "tools/call");
    QVERIFY(seen[1].text.contains("hello"));
    QVERIFY(messages(seen[1].sequence).messages.empty());
    const auto acts = f.installation();
    QCOMPARE(std::count_if(acts.begin(), acts.end(),
                           [](const auto &act) { return act.action == "messages_inspected"; }),
             1);
}

PROVOST_TEST(TstHost)
#include "tst_host.moc"
