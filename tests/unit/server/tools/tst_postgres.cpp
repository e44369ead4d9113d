// The SQL adapter on a real PostgreSQL server.
#include "postgresserver.h"
#include "sqltesting.h"
#include "tests/support/testing.h"

#include <QTest>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::testing;
using policy::RowFilter;
using provost::testing::PostgresServer;
using Operator = RowFilter::Operator;

namespace {

constexpr const char *roles = R"(
CREATE ROLE reader LOGIN; CREATE ROLE query_only NOLOGIN; GRANT query_only TO reader;
CREATE ROLE greedy NOLOGIN; GRANT greedy TO reader; CREATE ROLE foreigner NOLOGIN;)";

constexpr const char *createTables = R"(
DROP SCHEMA IF EXISTS public CASCADE; CREATE SCHEMA public; GRANT USAGE ON SCHEMA public TO PUBLIC;
CREATE TABLE customers(id int PRIMARY KEY, name text NOT NULL, region varchar(10), segment char(3), ssn text,
  score numeric, active boolean, since date, tags text[], seen timestamptz);
INSERT INTO customers VALUES
  (1,'Ada','EU','a','111',1.50,true,'2026-01-02','{x,y}','2026-01-01Z'),(2,'Bob','US','a','222',NULL,false,'2026-02-03',NULL,NULL),
  (3,'Cyd','EU','b','333','NaN',true,NULL,'{}',NULL),(4,'Dan',NULL,'b','444',9007199254740993,NULL,NULL,NULL,NULL);
CREATE TABLE deals(id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int REFERENCES customers(id),
  region text, amount numeric, title text UNIQUE);
INSERT INTO deals(customer_id,region,amount,title) VALUES (1,'EU',10.5,'first'),(2,'US',20,'second'),(3,'EU',30,'third');
CREATE TABLE secrets(value text); INSERT INTO secrets VALUES ('canary');
GRANT SELECT ON customers, secrets TO reader; GRANT SELECT, INSERT, UPDATE, DELETE ON deals TO reader;
GRANT SELECT ON secrets TO greedy;)";

constexpr const char *servers = R"(
servers:
  - id: analytics
    kind: sql
    database: postgresql://reader@localhost/postgres?host=${host}
    query_role: ${role}
    resource: analytics_db
    limits: {rows: 3, bytes: 4096, timeout: 3s}
    tables:
      customers: {row_attributes: [region, segment]}
      deals: {row_attributes: [region]}
    query_tool: {name: query}
    tools:
      - name: read_customers
        input: {segment: {type: string, optional: true}, limit: {type: integer, default: 50}}
        sql: >-
          SELECT id, name, region, score FROM customers
          WHERE :segment IS NULL OR segment = :segment ORDER BY id DESC LIMIT :limit
      - name: own_region
        sql: SELECT id FROM customers WHERE region = ${user.region} ORDER BY id
      - name: names_the_table
        sql: SELECT id FROM public.customers
      - name: update_deal
        effect: write
        target: deals
        input: {id: {type: integer, optional: true}, amount: {type: number}, region: {type: string, optional: true}}
        sql: >-
          UPDATE deals SET amount = :amount, region = coalesce(:region, region) WHERE :id::int IS NULL OR id = :id
      - name: insert_deal
        effect: write
        target: deals
        input: {customer: {type: integer}, region: {type: string}, title: {type: string}}
        sql: >-
          INSERT INTO deals(customer_id, region, amount, title)
          SELECT id, :region, 1, :title FROM customers WHERE id = :customer RETURNING title, region
      - name: delete_deal
        effect: write
        target: deals
        sql: DELETE FROM deals
      - name: write_elsewhere
        effect: write
        target: deals
        sql: DELETE FROM customers
      - name: writes_but_says_read
        sql: DELETE FROM deals RETURNING id
)";

} // namespace

class TstPostgres : public QObject
{
    Q_OBJECT

    std::unique_ptr<PostgresServer> m_server;
    std::unique_ptr<SqlBench> m_bench;

    std::unique_ptr<SqlBench> benchAs(const QByteArray &role)
    {
        return std::make_unique<SqlBench>(
            servers, QByteArray(),
            std::map<QByteArray, QByteArray>{{"host", m_server->host()}, {"role", role}});
    }

private Q_SLOTS:
    void initTestCase()
    {
        if (PostgresServer::programs().isEmpty())
            QSKIP("PostgreSQL is not installed");
        m_server = std::make_unique<PostgresServer>();
        QVERIFY2(m_server->start(), m_server->output().constData());
        QCOMPARE(m_server->execute(roles), "");
    }

    void init()
    {
        // Sessions of the test before drop their temporary views when they end; dropping the tables meanwhile
        // would deadlock.
        QTRY_COMPARE_WITH_TIMEOUT(
            m_server->execute(
                "SELECT (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = "
                "c.relnamespace"
                " WHERE n.nspname LIKE 'pg\\_temp%') + (SELECT count(*) FROM pg_proc p JOIN"
                " pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname LIKE 'pg\\_temp%')"),
            "0|", 30'000);
        QCOMPARE(m_server->execute(createTables), "");
        m_bench = benchAs("query_only");
        QCOMPARE(m_bench->problem(), QString());
    }

    void cleanup() { m_bench.reset(); }
    void cleanupTestCase() { m_server.reset(); }

    void listsToolsAndColumns()
    {
        const auto catalog = m_bench->catalog();
        QVERIFY2(catalog.has_value(), catalog ? "" : qPrintable(catalog.error().message));
        QVERIFY(catalog->tools[0].definition["description"].toByteArray().contains(
            "deals(id, customer_id, region, amount, title)"));
        const auto read = await(m_bench->adapter().readResource("schema://analytics_db/deals", {}));
        QVERIFY(read->result.toBytes().contains("numeric"));
    }

    void refusesAQueryRoleThatReachesTables()
    {
        const auto problemOf = [&](const char *role) {
            return benchAs(role)->catalog().error().message;
        };
        QVERIFY(problemOf("greedy").contains(QStringLiteral("no right on any table; it has on 1")));
        QVERIFY(problemOf("postgres").contains(QStringLiteral("login role's rights, or all")));
        QVERIFY(problemOf("foreigner").contains(QStringLiteral("no member of `foreigner`")));
        QVERIFY(problemOf("nobody_here").contains(QStringLiteral("does not exist")));
        // And no call goes through with it.
        QVERIFY(benchAs("greedy")
                    ->call("query", Json::object({{"query", "SELECT 1"}}))
                    ->result["isError"]
                    .toBool());
    }

    void readsDeclaredTools()
    {
        QCOMPARE(m_bench->call("read_customers", Json::object({{"segment", "a"}}))->detail, "");
        QCOMPARE(m_bench->rows("read_customers", Json::object({{"segment", "a"}})),
                 R"([{"id":2,"name":"Bob","region":"US","score":null},)"
                 R"({"id":1,"name":"Ada","region":"EU","score":1.50}])");
        const auto all = m_bench->call("read_customers", Json());
        QCOMPARE(all->result["structuredContent"]["row_count"].toInteger(), 3);
        QVERIFY(all->result["structuredContent"]["truncated"].toBool());
        QCOMPARE(m_bench->rows("read_customers", Json::object({{"limit", 1}}), onlyRegion("EU")),
                 R"([{"id":3,"name":"Cyd","region":"EU","score":"NaN"}])");
        CallContext context;
        context.userAttributes = Json::object({{"region", "EU' OR '1'='1"}});
        QCOMPARE(m_bench->rows("own_region", Json(), context), "[]");
    }

    void answersQueries_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("rows");
        const auto row = [](const char *name, const char *query, const char *rows) {
            QTest::newRow(name) << QByteArray(query) << QByteArray(rows);
        };
        row("filtered", "SELECT id, region FROM customers ORDER BY id DESC;",
            R"([{"id":3,"region":"EU"},{"id":1,"region":"EU"}])");
        row("aggregate", "SELECT count(*) AS n, sum(id) AS s FROM customers", R"([{"n":2,"s":4}])");
        row("common table expression",
            "WITH x AS (SELECT * FROM customers) SELECT name FROM x WHERE id = 3",
            R"([{"name":"Cyd"}])");
        row("join",
            "SELECT c.name, d.amount FROM customers c JOIN deals d ON d.customer_id = c.id ORDER "
            "BY d.id",
            R"([{"name":"Ada","amount":10.5},{"name":"Cyd","amount":30}])");
        row("values", "VALUES (1, 'x', NULL, true, 1.10)",
            R"([{"column1":1,"column2":"x","column3":null,"column4":true,"column5":1.10}])");
        row("types", "SELECT since, tags, seen FROM customers WHERE id = 1",
            R"([{"since":"2026-01-02","tags":["x","y"],"seen":"2026-01-01T00:00:00+00:00"}])");
        row("same name twice", "SELECT 1 AS a, 2 AS a", R"([{"a":1,"a_2":2}])");
        row("comment at the end", "SELECT 1 AS x -- done", R"([{"x":1}])");
        row("large integer", "SELECT 9007199254740993 AS n", R"([{"n":9007199254740993}])");
    }

    void answersQueries()
    {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, rows);
        QCOMPARE(m_bench->query(query, onlyRegion("EU")), rows);
    }

    void refusesWaysAroundTheView_data()
    {
        QTest::addColumn<QByteArray>("query");
        const auto row = [](const char *name, const char *query) {
            QTest::newRow(name) << QByteArray(query);
        };
        row("the table itself", "SELECT * FROM public.customers");
        row("its number of rows", "SELECT count(*) FROM public.customers");
        row("named like the view",
            "WITH customers AS (SELECT * FROM public.customers) SELECT * FROM customers");
        row("another table", "SELECT * FROM secrets");
        row("the values", "SELECT * FROM provost_values");
        row("the values, qualified", "SELECT * FROM pg_temp.provost_values");
        row("role", "SELECT set_config('role', 'reader', true)");
        row("role none", "SELECT set_config('role', 'none', false)");
        row("session", "SELECT set_config('session_authorization', 'reader', true)");
        row("role and text as SQL",
            "WITH r AS MATERIALIZED (SELECT set_config('role', 'none', true) AS x) "
            "SELECT query_to_xml('SELECT * FROM public.customers', true, true, '')::text FROM r");
        row("text as SQL",
            "SELECT query_to_xml('SELECT * FROM public.customers', true, true, '')::text");
        row("table as text", "SELECT table_to_xml('public.secrets', true, true, '')::text");
        row("schema as text",
            "SELECT schema_to_xml('public', true, true, '')::text FROM public.secrets");
        row("cursor", "SELECT cursor_to_xml('c', 1, true, true, '')::text");
        row("read write", "SELECT set_config('transaction_read_only', 'off', true)");
        row("insert", "INSERT INTO deals(region) VALUES ('EU')");
        row("update", "UPDATE deals SET amount = 0");
        row("delete inside", "WITH d AS (DELETE FROM deals RETURNING id) SELECT id FROM d");
        row("create", "CREATE TEMP TABLE x AS SELECT * FROM customers");
        row("copy", "COPY customers TO STDOUT");
        row("copy program", "COPY customers TO PROGRAM 'cat'");
        row("set", "SET ROLE reader");
        row("reset", "RESET ROLE");
        row("do", "DO $$BEGIN DELETE FROM deals; END$$");
        row("begin", "BEGIN");
        row("commit", "COMMIT");
        row("second statement", "SELECT 1; SELECT ssn FROM public.customers");
        row("second statement that writes", "SELECT 1; DELETE FROM public.deals");
        row("out of the brackets",
            "SELECT 1) AS x; DELETE FROM public.deals; SELECT * FROM (SELECT 1");
        row("out of the brackets, union",
            "SELECT 1) AS x UNION SELECT id FROM (SELECT id FROM public.customers");
        row("into", "SELECT * INTO x FROM customers");
        row("for update", "SELECT * FROM deals FOR UPDATE");
        row("file", "SELECT pg_read_file('/etc/passwd')");
        row("directory", "SELECT pg_ls_dir('/')");
        row("server program", "SELECT lo_import('/etc/passwd')");
        row("extension", "CREATE EXTENSION dblink");
        row("listen", "LISTEN x");
        row("prepare", "PREPARE p AS SELECT 1");
        row("execute", "EXECUTE p");
        row("sequence", "SELECT nextval('deals_id_seq')");
        row("statistics",
            "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'secrets' AND 1/0 = 1");
        row("error that speaks",
            "SELECT CAST(ssn AS int) FROM customers WHERE ssn = '222x' OR 1/(id-id) = 1");
        row("placeholder", "SELECT * FROM customers WHERE id = $1");
        row("nothing", " ");
        row("comment", "-- nothing");
        row("open comment", "SELECT 1 /* open");
        row("no columns", "SELECT FROM customers");
    }

    void refusesWaysAroundTheView()
    {
        QFETCH(QByteArray, query);
        const QByteArray before = m_server->execute("SELECT * FROM deals ORDER BY id");
        for (const CallContext &context : {onlyRegion("EU"), CallContext()}) {
            const QByteArray answer = m_bench->query(query, context);
            QVERIFY2(answer.startsWith("tool error: "), answer.constData());
            QVERIFY2(!answer.contains("canary") && !answer.contains("222"), answer.constData());
        }
        QCOMPARE(m_bench->query("SELECT id FROM customers", onlyRegion("US")), R"([{"id":2}])");
        QCOMPARE(m_server->execute("SELECT * FROM deals ORDER BY id"), before);
    }

    // What a query leaves behind in its session is gone for the next one.
    void aQueryLeavesNothingBehind()
    {
        for (const char *query :
             {"SELECT set_config('search_path', 'pg_catalog', false)",
              "SELECT set_config('statement_timeout', '1', false)",
              "SELECT pg_advisory_lock(1)::text", "SELECT lo_create(4711)::text",
              "SELECT pg_notify('x', 'y')::text"})
            (void)m_bench->query(query);
        for (int i = 0; i < 4; ++i) // on every thread
            QCOMPARE(m_bench->query("SELECT id FROM customers", onlyRegion("US")), R"([{"id":2}])");
        QCOMPARE(m_server->execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"),
                 "0|");
        QCOMPARE(m_server->execute("SELECT count(*) FROM pg_largeobject_metadata"), "0|");
    }

    void callersDoNotSeeEachOthersRows()
    {
        for (int round = 0; round < 10; ++round) {
            std::vector<std::pair<QByteArray, Running<Result<Output>>>> running;
            for (const char *region : {"EU", "US", "EU", "none", "US"})
                running.emplace_back(
                    region, Running(m_bench->adapter().call(
                                "query", Json::object({{"query", "SELECT region FROM customers"}}),
                                onlyRegion(region))));
            for (auto &[region, call] : running) {
                const auto output = call.wait();
                for (const Json &row : output->result["structuredContent"]["rows"].items())
                    QCOMPARE(row["region"].toByteArray(), region);
            }
        }
    }

    void fieldsAreMaskedAndDropped()
    {
        CallContext context;
        context.fields = {.mask = {"ssn"}, .drop = {"tags"}};
        QCOMPARE(
            m_bench->query("SELECT ssn AS x, upper(ssn) AS y FROM customers WHERE id = 1", context),
            R"([{"x":"***","y":"***"}])");
        QVERIFY(m_bench->query("SELECT tags FROM customers", context).contains("does not exist"));
    }

    void stopsAtItsDeadlineAndWhenCancelled()
    {
        CallContext context;
        context.deadline = std::chrono::milliseconds(200);
        QVERIFY(m_bench->query("SELECT pg_sleep(30)::text", context).startsWith("timeout: "));
        // It cannot give itself more time.
        QVERIFY(m_bench
                    ->query("SELECT set_config('statement_timeout', '0', true), pg_sleep(30)::text",
                            context)
                    .startsWith("timeout: "));
        std::stop_source stop;
        CallContext cancelled;
        cancelled.stop = stop.get_token();
        Running call(m_bench->adapter().call(
            "query", Json::object({{"query", "SELECT pg_sleep(30)::text"}}), cancelled));
        QTRY_COMPARE(
            m_server->execute("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"),
            "1|");
        stop.request_stop();
        QCOMPARE(call.wait().error().code, ErrorCode::Cancelled);
    }

    void resultsAreCapped()
    {
        const auto rows = m_bench->call(
            "query", Json::object({{"query", "SELECT * FROM generate_series(1, 100000) AS g"}}));
        QCOMPARE(rows->result["structuredContent"]["row_count"].toInteger(), 3);
        QVERIFY(rows->result["structuredContent"]["truncated"].toBool());
        const auto wide = m_bench->call(
            "query",
            Json::object(
                {{"query", "SELECT 1 AS x, '' AS y UNION ALL SELECT 2, repeat('z', 10000000)"}}));
        QCOMPARE(wide->result["structuredContent"]["rows"].toBytes(), R"([{"x":1,"y":""}])");
        QVERIFY(wide->result["structuredContent"]["truncated"].toBool());
    }

    void writesKeepToTheRowCondition()
    {
        const auto amounts = [&] {
            return m_server->execute("SELECT amount FROM deals ORDER BY id");
        };
        QCOMPARE(
            m_bench->call("update_deal", Json::object({{"id", 2}, {"amount", 7}}), onlyRegion("EU"))
                ->recordsModified,
            0);
        QCOMPARE(m_bench->call("update_deal", Json::object({{"amount", 5}}), onlyRegion("EU"))
                     ->recordsModified,
                 2);
        QCOMPARE(amounts(), "5|20|5|");
        QCOMPARE(m_bench->rows("update_deal",
                               Json::object({{"id", 1}, {"amount", 8}, {"region", "US"}}),
                               onlyRegion("EU")),
                 "tool error: the row is outside of what you may write");
        QCOMPARE(amounts(), "5|20|5|");
        const Json outside = Json::object({{"customer", 1}, {"region", "US"}, {"title", "x"}});
        QCOMPARE(m_bench->rows("insert_deal", outside, onlyRegion("EU")),
                 "tool error: the row is outside of what you may write");
        const Json inside = Json::object({{"customer", 1}, {"region", "EU"}, {"title", "x"}});
        const auto inserted = m_bench->call("insert_deal", inside, onlyRegion("EU"));
        QCOMPARE(inserted->recordsModified, 1);
        QCOMPARE(inserted->result["structuredContent"]["rows"].toBytes(),
                 R"([{"title":"x","region":"EU"}])");
        const Json foreign = Json::object({{"customer", 2}, {"region", "EU"}, {"title", "y"}});
        QCOMPARE(m_bench->call("insert_deal", foreign, onlyRegion("EU"))->recordsModified, 0);
        const auto twice = m_bench->call("insert_deal", inside);
        QVERIFY(twice->result["isError"].toBool()
                && !twice->result.toBytes().contains("deals_title_key"));
        QCOMPARE(m_bench->call("delete_deal", Json(), onlyRegion("EU"))->recordsModified, 3);
        QCOMPARE(m_server->execute("SELECT region FROM deals"), "US|");
    }

    void declaredToolsReachOnlyWhatTheyMay()
    {
        for (const char *tool : {"names_the_table", "write_elsewhere", "writes_but_says_read"})
            QVERIFY2(m_bench->call(tool, Json())->result["isError"].toBool(), tool);
        QCOMPARE(m_server->execute("SELECT count(*) FROM customers"), "4|");
        QCOMPARE(m_server->execute("SELECT count(*) FROM deals"), "3|");
    }

    void aLostConnectionIsReplaced()
    {
        QCOMPARE(m_bench->query("SELECT 1 AS x"), R"([{"x":1}])");
        QCOMPARE(m_bench->query("SELECT 1 AS x"), R"([{"x":1}])");
        (void)m_server->execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'reader'");
        for (int i = 0; i < 4; ++i)
            QCOMPARE(m_bench->query("SELECT 2 AS x"), R"([{"x":2}])");
    }

    void aServerThatIsGoneIsUnavailable()
    {
        SqlBench bench(servers, QByteArray(), {{"host", "/nonexistent"}, {"role", "query_only"}});
        QCOMPARE(bench.call("query", Json::object({{"query", "SELECT 1"}})).error().code,
                 ErrorCode::Unavailable);
        QVERIFY(!bench.call("query", Json::object({{"query", "SELECT 1"}}))
                     .error()
                     .message.contains(QStringLiteral("nonexistent")));
        QVERIFY(bench.adapter().status().detail.contains("nonexistent")); // the operator reads it
    }

    // The same filters in the database and by policy::admits() on the rows that agents see.
    void letsTheRowsPassThatThePolicyAdmits()
    {
        const auto everything = m_bench->call(
            "query", Json::object({{"query", "SELECT id, name, region, segment, score, active, "
                                             "since FROM customers WHERE id < 4 ORDER BY id"}}));
        const Json::Array some = everything->result["structuredContent"]["rows"].items();
        QCOMPARE(some.size(), 3u);
        const std::vector<Json> operands{"EU", "a",   "a  ",  "b", "", "2026-01-02",
                                         "A",  "z",   0,      1,   2,  Json::number("1.5"),
                                         true, false, nullptr};
        const std::vector<Operator> operators{
            Operator::Equal,    Operator::NotEqual,       Operator::Less, Operator::LessOrEqual,
            Operator::Greater,  Operator::GreaterOrEqual, Operator::Has,  Operator::StartsWith,
            Operator::EndsWith, Operator::Contains};
        provost::testing::SeededRandom random(3);
        const auto someLeaf = [&] {
            static constexpr const char *names[]{"id",    "name",   "region", "segment",
                                                 "score", "active", "since",  "absent"};
            return leaf(operators[random.below(operators.size())], names[random.below(8)],
                        operands[random.below(operands.size())]);
        };
        for (int round = 0; round < 400; ++round) {
            RowFilter filter = someLeaf();
            if (random.below(2) == 0)
                filter = {.op = Operator::Not, .operands = {filter}};
            if (random.below(2) == 0)
                filter = {.op = random.below(2) == 0 ? Operator::And : Operator::Or,
                          .operands = {filter, someLeaf()}};
            CallContext context;
            context.rowFilter = filter;
            QByteArray admitted;
            for (const Json &row : some) {
                if (policy::admits(filter, row))
                    admitted += (admitted.isEmpty() ? "" : ",") + row["id"].numberText();
            }
            const auto got =
                m_bench->call("query",
                              Json::object({{"query", "SELECT string_agg(id::text, ',' ORDER BY "
                                                      "id) AS ids FROM customers WHERE id < 4"}}),
                              context);
            QVERIFY2(got.has_value() && !got->result["isError"].toBool(),
                     policy::toText(filter).constData());
            const QByteArray passed =
                got->result["structuredContent"]["rows"].items().front()["ids"].toByteArray();
            // Row 3 has NaN, which agents see as text and the database as no number at all.
            const bool isSame = passed == admitted || policy::toText(filter).contains("score");
            QVERIFY2(isSame, QByteArray(policy::toText(filter) + ": " + passed + " for " + admitted)
                                 .constData());
        }
    }
};

PROVOST_TEST(TstPostgres)
#include "tst_postgres.moc"
