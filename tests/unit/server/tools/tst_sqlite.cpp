// The SQL adapter on SQLite, from servers.yaml to the result that an agent gets.
#include "sqltesting.h"

#include "tests/support/testing.h"

#include <QTemporaryDir>
#include <QTest>

#include <sqlite3.h>

using namespace provost;
using namespace provost::tools;
using namespace provost::tools::testing;

namespace {

constexpr const char *createTables = R"(
CREATE TABLE customers(id INTEGER PRIMARY KEY, name TEXT NOT NULL, region TEXT, segment TEXT, ssn TEXT);
INSERT INTO customers VALUES
  (1,'Ada','EU','a','111'),(2,'Bob','US','a','222'),(3,'Cyd','EU','b','333'),
  (4,'Dan',NULL,'b','444'),(5,'Eve',7,'b','555');
CREATE TABLE deals(id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), region TEXT, amount REAL,
  title TEXT UNIQUE);
INSERT INTO deals VALUES (1,1,'EU',10.5,'first'),(2,2,'US',20,'second'),(3,3,'EU',30,'third');
CREATE TABLE countries(code TEXT, region TEXT);
INSERT INTO countries VALUES ('FR','EU'),('AT','EU'),('MX','US');
CREATE TABLE secrets(value TEXT);
INSERT INTO secrets VALUES ('canary');
)";

constexpr const char *servers = R"(
servers:
  - id: analytics
    kind: sql
    database: sqlite:${data}/a.db
    resource: analytics_db
    limits: {rows: 3, bytes: 4096, timeout: 2s}
    tables:
      customers: {within: [analytics_db, customer_data], row_attributes: [region, segment]}
      deals: {row_attributes: [region]}
      countries:
    query_tool: {name: query, title: Query, description: Ask.}
    tools:
      - name: read_customers
        title: Customers
        description: Customers of a segment.
        resource: analytics_db.customers
        input:
          limit: {type: integer, minimum: 1, maximum: 1000, default: 50}
          segment: {type: string, optional: true, enum: [a, b]}
        sql: >-
          SELECT id, name, region, ssn FROM customers
          WHERE (:segment IS NULL OR segment = :segment) ORDER BY id LIMIT :limit
      - name: own_region
        description: The caller's own.
        sql: SELECT id FROM customers WHERE region = ${user.region} AND ${user.id} = 'rita' ORDER BY id
      - name: with_countries
        description: Joins.
        sql: SELECT c.id, k.code FROM customers c JOIN countries k ON k.code = 'FR' ORDER BY c.id
        unfiltered: [countries]
      - name: names_the_table
        description: Goes round the view.
        sql: SELECT id FROM main.customers
      - name: update_deal
        description: Changes the amount of deals.
        effect: write
        target: deals
        resource: analytics_db.deals
        input:
          id: {type: integer, optional: true}
          amount: {type: number, minimum: 0}
          region: {type: string, optional: true}
        sql: >-
          UPDATE deals SET amount = :amount, region = coalesce(:region, region)
          WHERE :id IS NULL OR id = :id
      - name: insert_deal
        description: Adds a deal.
        effect: write
        target: deals
        input:
          customer: {type: integer}
          region: {type: string}
          title: {type: string}
        sql: >-
          INSERT INTO deals(customer_id, region, amount, title)
          SELECT id, :region, 1, :title FROM customers WHERE id = :customer RETURNING id, title
      - name: replace_deal
        description: Replaces a deal.
        effect: write
        target: deals
        input: {id: {type: integer}, region: {type: string}, title: {type: string}}
        sql: INSERT OR REPLACE INTO deals(id, customer_id, region, amount, title) VALUES (:id, 1, :region, 0, :title)
      - name: delete_deal
        description: Deletes deals.
        effect: write
        target: deals
        sql: DELETE FROM deals
      - name: write_elsewhere
        description: Writes what is not its target.
        effect: write
        target: deals
        sql: DELETE FROM countries
)";

Json queryOf(const QByteArray &text)
{
    return Json::object({{"query", text}});
}

} // namespace

class TstSqlite : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_directory;
    std::unique_ptr<SqlBench> m_bench;
    QByteArray m_template; // the database as each test finds it

    QByteArray onFile(const QByteArray &sql)
    {
        sqlite3 *file = nullptr;
        QByteArray out;
        sqlite3_open(qPrintable(m_directory->filePath(QStringLiteral("a.db"))), &file);
        const auto collect = [](void *to, int count, char **values, char **) {
            for (int i = 0; i < count; ++i)
                static_cast<QByteArray *>(to)
                    ->append(values[i] == nullptr ? "NULL" : values[i])
                    .append('|');
            return 0;
        };
        char *error = nullptr;
        if (sqlite3_exec(file, sql.constData(), collect, &out, &error) != SQLITE_OK)
            out = error;
        sqlite3_free(error);
        sqlite3_close(file);
        return out;
    }

private Q_SLOTS:
    void initTestCase()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        QCOMPARE(onFile(QByteArray("BEGIN;") + createTables + "COMMIT;"), "");
        QFile file(m_directory->filePath(QStringLiteral("a.db")));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_template = file.readAll();
    }

    void init()
    {
        m_directory = std::make_unique<QTemporaryDir>();
        QFile file(m_directory->filePath(QStringLiteral("a.db")));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(m_template) == m_template.size());
        file.close();
        m_bench = std::make_unique<SqlBench>(servers, m_directory->path().toUtf8());
        QCOMPARE(m_bench->problem(), QString());
    }

    void cleanup()
    {
        m_bench.reset();
        m_directory.reset();
    }

    // ---- what is listed

    void listsToolsWithSchemasAndPolicies()
    {
        const auto catalog = m_bench->catalog();
        QVERIFY(catalog.has_value());
        QCOMPARE(catalog->tools.size(), 10u);
        const ToolDescriptor &query = catalog->tools[0];
        QCOMPARE(query.name, "query");
        QCOMPARE(query.policy.permission, "read");
        QCOMPARE(query.policy.resource, "analytics_db");
        QCOMPARE(query.policy.rowAttributes, (std::vector<QByteArray>{"region", "segment"}));
        QVERIFY(query.definition["description"].toByteArray().contains(
            "customers(id, name, region, segment, ssn)"));
        QVERIFY(!query.definition["description"].toByteArray().contains("secrets"));

        const ToolDescriptor &read = catalog->tools[1];
        QCOMPARE(read.policy.within, (std::vector<QByteArray>{"analytics_db", "customer_data"}));
        QCOMPARE(read.policy.rowAttributes, (std::vector<QByteArray>{"region", "segment"}));
        QCOMPARE(read.deadline, std::chrono::milliseconds(2000));
        QCOMPARE(
            read.definition["inputSchema"].toBytes(),
            R"({"type":"object","properties":{"limit":{"type":"integer","default":50,"minimum":1,)"
            R"("maximum":1000},"segment":{"type":"string","enum":["a","b"]}},)"
            R"("additionalProperties":false})");
        QCOMPARE(read.definition["annotations"].toBytes(),
                 R"({"readOnlyHint":true,"openWorldHint":false,"title":"Customers"})");
        QCOMPARE(read.definition["outputSchema"]["required"].toBytes(),
                 R"(["columns","rows","row_count","truncated"])");

        const ToolDescriptor &update = catalog->tools[5];
        QCOMPARE(update.policy.permission, "write");
        QVERIFY(update.definition["annotations"]["destructiveHint"].toBool());
        QVERIFY(!catalog->tools[6].definition["annotations"]["destructiveHint"].toBool(true));
    }

    void listsTheSchemaOfEachTableAsAResource()
    {
        const auto catalog = m_bench->catalog();
        QCOMPARE(catalog->resources.size(), 3u);
        QCOMPARE(catalog->resources[0].name, "schema://analytics_db/customers");
        QCOMPARE(catalog->resources[0].policy.resource, "analytics_db.customers");
        CallContext context;
        context.fields = {.mask = {"ssn"}, .drop = {"segment"}};
        const auto read =
            await(m_bench->adapter().readResource("schema://analytics_db/customers", context));
        const auto content =
            Json::parse(read->result["contents"].items().front()["text"].toByteArray());
        QCOMPARE((*content)["columns"].toBytes(),
                 R"([{"name":"id","type":"integer","nullable":true},)"
                 R"({"name":"name","type":"text","nullable":false},)"
                 R"({"name":"region","type":"text","nullable":true},)"
                 R"({"name":"ssn","type":"text","nullable":true,"masked":true}])");
        QCOMPARE(await(m_bench->adapter().readResource("schema://analytics_db/secrets", {}))
                     .error()
                     .code,
                 ErrorCode::NotFound);
    }

    void aMissingDatabaseIsUnavailableAndNotMade()
    {
        SqlBench bench(servers, m_directory->filePath(QStringLiteral("none")).toUtf8());
        const auto catalog = bench.catalog();
        QCOMPARE(catalog.error().code, ErrorCode::Unavailable);
        QVERIFY(catalog.error().message.contains(m_directory->path())); // for the operator
        const auto call = bench.call("query", queryOf("SELECT 1"));
        QCOMPARE(call.error().code, ErrorCode::Unavailable);
        QVERIFY(!call.error().message.contains(m_directory->path())); // for the agent
        QCOMPARE(bench.adapter().status().state, AdapterState::Failed);
        QVERIFY(!QFile::exists(m_directory->filePath(QStringLiteral("none/a.db"))));
    }

    void aTableThatIsNotThereIsNamed()
    {
        QCOMPARE(onFile("DROP TABLE countries"), "");
        const auto catalog = m_bench->catalog();
        QCOMPARE(catalog.error().code, ErrorCode::InvalidInput);
        QVERIFY(catalog.error().message.contains(QStringLiteral("`countries`")));
    }

    // ---- declared reads

    void readsWithDefaultsAndArguments()
    {
        const auto all = m_bench->call("read_customers", Json());
        QVERIFY(all.has_value());
        QCOMPARE(all->detail, "");
        QCOMPARE(all->recordsReturned, 3);
        const Json &structured = all->result["structuredContent"];
        QCOMPARE(structured["columns"].toBytes(), R"(["id","name","region","ssn"])");
        QCOMPARE(structured["rows"].items()[0].toBytes(),
                 R"({"id":1,"name":"Ada","region":"EU","ssn":"111"})");
        QVERIFY(structured["truncated"].toBool()); // five rows, three allowed
        QVERIFY(structured["hint"].toByteArray().contains("more rows"));
        QCOMPARE(all->result["content"].items().front()["text"].toByteArray(),
                 structured.toBytes());

        const auto some =
            m_bench->call("read_customers", Json::object({{"segment", "a"}, {"limit", 1}}));
        QCOMPARE(some->result["structuredContent"].toBytes(),
                 R"({"columns":["id","name","region","ssn"],"rows":[{"id":1,"name":"Ada",)"
                 R"("region":"EU","ssn":"111"}],"row_count":1,"truncated":false})");
    }

    void refusesArgumentsThatDoNotFit_data()
    {
        QTest::addColumn<QByteArray>("arguments");
        QTest::addColumn<QByteArray>("says");
        QTest::newRow("type") << QByteArray(R"({"limit":"5"})")
                              << QByteArray("argument `limit` must be a whole number");
        QTest::newRow("fraction") << QByteArray(R"({"limit":1.5})")
                                  << QByteArray("argument `limit` must be a whole number");
        QTest::newRow("low") << QByteArray(R"({"limit":0})")
                             << QByteArray("argument `limit` must be at least 1");
        QTest::newRow("high") << QByteArray(R"({"limit":1001})")
                              << QByteArray("argument `limit` must be at most 1000");
        QTest::newRow("enum") << QByteArray(R"({"segment":"c"})")
                              << QByteArray("argument `segment` must be one of `a`, `b`");
        QTest::newRow("unknown") << QByteArray(R"({"Limit":5})")
                                 << QByteArray("argument `Limit` is not known to this tool");
        QTest::newRow("no object")
            << QByteArray("[1]") << QByteArray("the arguments must be an object");
    }

    void refusesArgumentsThatDoNotFit()
    {
        QFETCH(QByteArray, arguments);
        QFETCH(QByteArray, says);
        QCOMPARE(m_bench->rows("read_customers", *Json::parse(arguments)), "tool error: " + says);
    }

    void valuesAreBoundAndNeverText()
    {
        CallContext context;
        context.user = UserId("rita");
        context.userAttributes = Json::object({{"region", "EU' OR '1'='1"}});
        QCOMPARE(m_bench->rows("own_region", Json(), context), "[]");
        context.userAttributes = Json::object({{"region", "EU"}});
        QCOMPARE(m_bench->rows("own_region", Json(), context), R"([{"id":1},{"id":3}])");
        context.userAttributes = Json();
        QCOMPARE(m_bench->rows("own_region", Json(), context),
                 "tool error: your identity has no attribute `region`, which this tool needs");
    }

    void theRowConditionHoldsInDeclaredTools()
    {
        QCOMPARE(m_bench->rows("read_customers", Json(), onlyRegion("EU")),
                 R"([{"id":1,"name":"Ada","region":"EU","ssn":"111"},)"
                 R"({"id":3,"name":"Cyd","region":"EU","ssn":"333"}])");
        QCOMPARE(m_bench->rows("read_customers", Json(), onlyRegion("EU\" || true || \"")), "[]");
        QCOMPARE(m_bench->rows("with_countries", Json(), onlyRegion("US")),
                 R"([{"id":2,"code":"FR"}])");
    }

    void aToolThatNamesTheTableItselfIsRefused()
    {
        const auto output = m_bench->call("names_the_table", Json(), onlyRegion("EU"));
        QVERIFY(output->result["isError"].toBool());
        QCOMPARE(output->result["content"].items().front()["text"].toByteArray(),
                 "the database refused this call");
        QVERIFY(output->detail.contains("prohibited")); // for the operator
    }

    void fieldsAreMaskedAndDropped()
    {
        CallContext context;
        context.fields = {.mask = {"SSN"}, .drop = {}};
        QCOMPARE(m_bench->rows("read_customers", Json::object({{"limit", 1}}), context),
                 R"([{"id":1,"name":"Ada","region":"EU","ssn":"***"}])");
        // Under another name and inside an expression, too.
        QCOMPARE(m_bench->query("SELECT ssn AS x, substr(ssn, 1, 1) AS y, count(*) AS n "
                                "FROM customers WHERE ssn = '111' OR id = 1",
                                context),
                 R"([{"x":"***","y":"*","n":1}])");
        context.fields = {.mask = {}, .drop = {"ssn"}};
        QVERIFY(
            m_bench->query("SELECT ssn FROM customers", context).contains("no such column: ssn"));
        QCOMPARE(m_bench->query("SELECT * FROM customers LIMIT 1", context),
                 R"([{"id":1,"name":"Ada","region":"EU","segment":"a"}])");
    }

    // ---- the free query

    void answersQueries_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::addColumn<QByteArray>("rows");
        QTest::newRow("aggregate") << QByteArray("SELECT region, count(*) AS n FROM customers "
                                                 "GROUP BY region ORDER BY n DESC, region")
                                   << QByteArray(R"([{"region":"EU","n":2}])");
        QTest::newRow("count") << QByteArray("SELECT count(*) AS n FROM customers")
                               << QByteArray(R"([{"n":2}])");
        QTest::newRow("common table expression")
            << QByteArray("WITH x AS (SELECT * FROM customers WHERE id > 1) SELECT name FROM x;")
            << QByteArray(R"([{"name":"Cyd"}])");
        QTest::newRow("join")
            << QByteArray("SELECT c.name, d.amount FROM customers c JOIN deals d "
                          "ON d.customer_id = c.id ORDER BY d.id")
            << QByteArray(R"([{"name":"Ada","amount":10.5},{"name":"Cyd","amount":30}])");
        QTest::newRow("subquery") << QByteArray("SELECT (SELECT max(id) FROM customers) AS m")
                                  << QByteArray(R"([{"m":3}])");
        QTest::newRow("window") << QByteArray(
            "SELECT id, row_number() OVER (ORDER BY id DESC) AS r "
            "FROM CUSTOMERS ORDER BY id")
                                << QByteArray(R"([{"id":1,"r":2},{"id":3,"r":1}])");
        QTest::newRow("union") << QByteArray("SELECT id FROM customers UNION ALL SELECT 9")
                               << QByteArray(R"([{"id":1},{"id":3},{"id":9}])");
        QTest::newRow("quoted name") << QByteArray("SELECT id FROM \"customers\" WHERE id = 1")
                                     << QByteArray(R"([{"id":1}])");
        QTest::newRow("recursive")
            << QByteArray("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
                          "WHERE i < 3) SELECT sum(i) AS s FROM n")
            << QByteArray(R"([{"s":6}])");
        QTest::newRow("dates and json")
            << QByteArray("SELECT date('2026-01-31', '+1 day') AS d, json_extract('{\"a\":1}', "
                          "'$.a') AS j")
            << QByteArray(R"([{"d":"2026-02-01","j":1}])");
        QTest::newRow("counting what it made")
            << QByteArray("WITH x AS (SELECT 1 UNION ALL SELECT 2) SELECT count(*) AS n FROM x")
            << QByteArray(R"([{"n":2}])");
        QTest::newRow("unbound") << QByteArray("SELECT id FROM customers WHERE id = :id")
                                 << QByteArray("[]");
        QTest::newRow("values") << QByteArray("VALUES (1, 'x', NULL, 2.5, x'00ff', 1e999)")
                                << QByteArray(
                                       R"([{"column1":1,"column2":"x","column3":null,)"
                                       R"("column4":2.5,"column5":"AP8=","column6":"Infinity"}])");
        QTest::newRow("same name twice")
            << QByteArray("SELECT 1 AS a, 2 AS a") << QByteArray(R"([{"a":1,"a_2":2}])");
        QTest::newRow("filtered table without the column")
            << QByteArray("SELECT count(*) AS n FROM countries WHERE region = 'US'")
            << QByteArray(R"([{"n":0}])");
        QTest::newRow("large integer") << QByteArray("SELECT 9007199254740993 AS n")
                                       << QByteArray(R"([{"n":9007199254740993}])");
    }

    void answersQueries()
    {
        QFETCH(QByteArray, query);
        QFETCH(QByteArray, rows);
        QCOMPARE(m_bench->query(query, onlyRegion("EU")), rows);
    }

    // No way past the view, whatever the caller may see. None of them may answer with rows.
    void refusesWaysAroundTheView_data()
    {
        QTest::addColumn<QByteArray>("query");
        const auto row = [](const char *name, const char *query) {
            QTest::newRow(name) << QByteArray(query);
        };
        row("the table itself", "SELECT * FROM main.customers");
        row("named like the view",
            "WITH customers AS (SELECT * FROM main.customers) SELECT * FROM customers");
        row("named like the view, nested", "WITH customers AS (SELECT * FROM (SELECT * FROM "
                                           "main.customers)) SELECT id FROM customers");
        row("aliased like the view",
            "SELECT customers.id FROM (SELECT * FROM main.customers) AS customers");
        row("guessed name", "WITH s AS (SELECT * FROM main.customers) SELECT * FROM s");
        row("join", "SELECT m.ssn FROM customers c JOIN main.customers m USING (id)");
        row("scalar subquery", "SELECT (SELECT ssn FROM main.customers LIMIT 1)");
        row("another table", "SELECT * FROM secrets");
        row("another table, main", "SELECT * FROM main.secrets");
        row("another table, counted", "SELECT count(*) FROM secrets");
        row("schema", "SELECT * FROM sqlite_master");
        row("schema, new name", "SELECT * FROM sqlite_schema");
        row("temporary schema", "SELECT sql FROM sqlite_temp_master");
        row("temporary schema, qualified", "SELECT sql FROM temp.sqlite_temp_schema");
        row("schema pragma", "PRAGMA table_info(customers)");
        row("schema function", "SELECT * FROM pragma_table_info('customers')");
        row("table list", "SELECT name FROM pragma_table_list");
        row("database list", "SELECT * FROM pragma_database_list");
        row("attach", "ATTACH '/tmp/x.db' AS x");
        row("attach in memory", "ATTACH ':memory:' AS x");
        row("detach", "DETACH temp");
        row("pragma", "PRAGMA query_only=OFF");
        row("pragma with writing", "PRAGMA writable_schema=ON");
        row("insert", "INSERT INTO customers(id, name) VALUES (9, 'x')");
        row("insert into the table", "INSERT INTO main.customers(id, name) VALUES (9, 'x')");
        row("update", "UPDATE main.customers SET name = 'x'");
        row("delete", "DELETE FROM main.customers");
        row("delete from a CTE", "WITH x AS (SELECT 1) DELETE FROM main.customers");
        row("create", "CREATE TABLE x(a)");
        row("create temporary", "CREATE TEMP TABLE x AS SELECT * FROM customers");
        row("create view", "CREATE TEMP VIEW x AS SELECT * FROM main.customers");
        row("create trigger",
            "CREATE TEMP TRIGGER t AFTER INSERT ON main.customers BEGIN SELECT 1; END");
        row("drop the view", "DROP VIEW customers");
        row("drop", "DROP TABLE main.customers");
        row("alter", "ALTER TABLE main.customers ADD COLUMN x");
        row("vacuum", "VACUUM");
        row("vacuum into", "VACUUM INTO '/tmp/provost-copy.db'");
        row("analyze", "ANALYZE");
        row("reindex", "REINDEX");
        row("begin", "BEGIN");
        row("commit", "COMMIT");
        row("savepoint", "SAVEPOINT x");
        row("second statement", "SELECT 1; SELECT ssn FROM main.customers");
        row("second statement that writes", "SELECT 1; DELETE FROM main.customers");
        row("load_extension", "SELECT load_extension('/tmp/x.so')");
        row("tokenizer", "SELECT fts3_tokenizer('simple')");
        row("blob", "SELECT zeroblob(1000000000)");
        row("random blob", "SELECT randomblob(1000000000)");
        row("long text", "SELECT group_concat(x'00' || hex(zeroblob(9))) || replace(printf('%.*c', "
                         "200000, 'x'), 'x', 'yyy')");
        row("counting behind a name of its own",
            "SELECT (WITH secrets AS (SELECT 1) SELECT 2), count(*) FROM secrets");
        row("counting a table of statistics",
            "SELECT (WITH dbstat AS (SELECT 1) SELECT 2), count(*) FROM dbstat");
        row("virtual table", "CREATE VIRTUAL TABLE temp.x USING fts5(a)");
        row("table function", "SELECT * FROM json_each('[1]')");
        row("statistics", "SELECT * FROM dbstat");
        row("placeholder", "SELECT * FROM customers WHERE id = ?");
        row("nothing", " ");
        row("comment", "-- nothing");
        row("not SQL", "DROP everything");
        row("double quotes are names", "SELECT * FROM customers WHERE region = \"EU\"");
    }

    void refusesWaysAroundTheView()
    {
        QFETCH(QByteArray, query);
        const QByteArray before =
            onFile("SELECT count(*), sum(id) FROM customers; SELECT * FROM deals");
        for (const CallContext &context : {onlyRegion("EU"), CallContext()}) {
            const QByteArray answer = m_bench->query(query, context);
            QVERIFY2(answer.startsWith("tool error: "), answer.constData());
            QVERIFY2(!answer.contains("canary") && !answer.contains("222"), answer.constData());
            QVERIFY2(!answer.contains(m_directory->path().toUtf8()), answer.constData());
        }
        // The connection is as good as before, and the file is.
        QCOMPARE(m_bench->query("SELECT id FROM customers", onlyRegion("US")), R"([{"id":2}])");
        QCOMPARE(onFile("SELECT count(*), sum(id) FROM customers; SELECT * FROM deals"), before);
    }

    // Where rows are hidden, so is their number.
    void theSizeOfAFilteredTableIsHidden()
    {
        for (const char *query :
             {"SELECT count(*) FROM main.customers", "SELECT 1 FROM main.customers",
              "SELECT 1 WHERE EXISTS (SELECT 1 FROM main.customers)",
              "SELECT count(*) FROM customers AS c, main.customers"}) {
            const QByteArray answer = m_bench->query(query, onlyRegion("EU"));
            QVERIFY2(answer.startsWith("tool error: "), answer.constData());
        }
        QCOMPARE(m_bench->query("SELECT count(*) AS n FROM customers", onlyRegion("EU")),
                 R"([{"n":2}])");
        QCOMPARE(
            m_bench->query("SELECT count(*) AS n FROM customers WHERE id > 1", onlyRegion("EU")),
            R"([{"n":1}])");
        QCOMPARE(m_bench->query("SELECT count(*) AS n FROM countries", onlyRegion("MEA")),
                 R"([{"n":0}])");
        CallContext byNumber;
        byNumber.rowFilter = leaf(policy::RowFilter::Operator::Less, "id", 3);
        QCOMPARE(m_bench->query("SELECT count(*) AS n FROM customers", byNumber), R"([{"n":2}])");
        QCOMPARE(m_bench->query("SELECT count(*) AS n FROM customers"), R"([{"n":5}])");
    }

    void callersDoNotSeeEachOthersRows()
    {
        for (int round = 0; round < 20; ++round) {
            std::vector<std::pair<QByteArray, Running<Result<Output>>>> running;
            for (const char *region : {"EU", "US", "EU", "none", "US"})
                running.emplace_back(region, Running(m_bench->adapter().call(
                                                 "query", queryOf("SELECT region FROM customers"),
                                                 onlyRegion(region))));
            for (auto &[region, call] : running) {
                const auto output = call.wait();
                for (const Json &row : output->result["structuredContent"]["rows"].items())
                    QCOMPARE(row["region"].toByteArray(), region);
            }
        }
    }

    void aQueryStopsAtItsDeadline_data()
    {
        QTest::addColumn<QByteArray>("query");
        QTest::newRow("loop") << QByteArray("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + "
                                            "1 FROM n) SELECT count(*) FROM n");
        QTest::newRow("product") << QByteArray(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            "SELECT count(*) FROM n a, n b, n c");
        QTest::newRow("sort") << QByteArray(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) "
            "SELECT i FROM n ORDER BY -i");
    }

    void aQueryStopsAtItsDeadline()
    {
        QFETCH(QByteArray, query);
        CallContext context;
        context.deadline = std::chrono::milliseconds(200);
        const QByteArray answer = m_bench->query(query, context);
        QVERIFY2(answer.startsWith("timeout: "), answer.constData());
        QCOMPARE(m_bench->query("SELECT 1 AS x"), R"([{"x":1}])");
    }

    // One call of a function cannot be interrupted, so its arguments are bounded.
    void theWorstFunctionEndsSoon()
    {
        const QByteArray answer =
            m_bench->query("SELECT instr(replace(printf('%.*c', 130000, 'a'), 'b', 'c'), "
                           "printf('%.*c', 65000, 'a') || 'b') AS x");
        QVERIFY2(answer == R"([{"x":0}])" || answer.startsWith("t"), answer.constData());
    }

    // Tables that name each other twice, thirty levels deep.
    void aStatementThatUnfoldsIsRefused()
    {
        QByteArray query = "WITH t0 AS (SELECT 1 AS a)";
        for (int i = 1; i <= 30; ++i)
            query += ", t" + QByteArray::number(i) + " AS (SELECT x.a FROM t"
                     + QByteArray::number(i - 1) + " x JOIN t" + QByteArray::number(i - 1) + " y)";
        const QByteArray answer = m_bench->query(query + " SELECT count(*) FROM t30");
        QVERIFY2(!answer.startsWith('['), answer.constData());
    }

    void aCancelledCallStops()
    {
        std::stop_source stop;
        CallContext context;
        context.stop = stop.get_token();
        Running call(m_bench->adapter().call("query",
                                             queryOf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                                                     "SELECT i + 1 FROM n) SELECT count(*) FROM n"),
                                             context));
        QTRY_COMPARE(m_bench->adapter().status().callsInFlight, 1);
        stop.request_stop();
        QCOMPARE(call.wait().error().code, ErrorCode::Cancelled);
        QCOMPARE(m_bench->adapter().status().callsInFlight, 0);
    }

    void resultsAreCapped()
    {
        const auto rows = m_bench->call(
            "query",
            queryOf(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"));
        QCOMPARE(rows->result["structuredContent"]["row_count"].toInteger(), 3);
        QVERIFY(rows->result["structuredContent"]["truncated"].toBool());
        const auto bytes = m_bench->call("query", queryOf("SELECT 1 AS x UNION ALL "
                                                          "SELECT printf('%.*c', 5000, 'y')"));
        QCOMPARE(bytes->result["structuredContent"]["rows"].toBytes(), R"([{"x":1}])");
        QVERIFY(bytes->result["structuredContent"]["truncated"].toBool());
    }

    void anAdapterMayGoWhileItsCallRuns()
    {
        std::stop_source stop;
        CallContext context;
        context.stop = stop.get_token();
        Running call(m_bench->adapter().call("query",
                                             queryOf("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
                                                     "SELECT i + 1 FROM n) SELECT count(*) FROM n"),
                                             context));
        stop.request_stop();
        QVERIFY(!call.wait().has_value());
        m_bench.reset();
    }

    // ---- writes

    void writesReportWhatTheyChanged()
    {
        const auto one = m_bench->call("update_deal", Json::object({{"id", 2}, {"amount", 7}}));
        QCOMPARE(one->recordsModified, 1);
        QCOMPARE(one->result["structuredContent"]["rows_modified"].toInteger(), 1);
        const auto none = m_bench->call("update_deal", Json::object({{"id", 99}, {"amount", 7}}));
        QCOMPARE(none->recordsModified, 0);
        QCOMPARE(onFile("SELECT amount FROM deals ORDER BY id"), "10.5|7.0|30.0|");
    }

    void anUpdateLeavesRowsOutsideTheConditionAlone()
    {
        const auto other = m_bench->call("update_deal", Json::object({{"id", 2}, {"amount", 7}}),
                                         onlyRegion("EU"));
        QCOMPARE(other->recordsModified, 0);
        const auto all =
            m_bench->call("update_deal", Json::object({{"amount", 5}}), onlyRegion("EU"));
        QCOMPARE(all->recordsModified, 2);
        QCOMPARE(onFile("SELECT amount FROM deals ORDER BY id"), "5.0|20.0|5.0|");
    }

    void anUpdateCannotMoveARowOutOfTheCondition()
    {
        QCOMPARE(m_bench->rows("update_deal",
                               Json::object({{"id", 1}, {"amount", 7}, {"region", "US"}}),
                               onlyRegion("EU")),
                 "tool error: the row is outside of what you may write");
        QCOMPARE(onFile("SELECT region, amount FROM deals WHERE id = 1"), "EU|10.5|");
    }

    void anInsertMustLieInsideTheCondition()
    {
        const Json outside = Json::object({{"customer", 1}, {"region", "US"}, {"title", "x"}});
        QCOMPARE(m_bench->rows("insert_deal", outside, onlyRegion("EU")),
                 "tool error: the row is outside of what you may write");
        const Json inside = Json::object({{"customer", 1}, {"region", "EU"}, {"title", "x"}});
        const auto output = m_bench->call("insert_deal", inside, onlyRegion("EU"));
        QCOMPARE(output->recordsModified, 1);
        QCOMPARE(output->result["structuredContent"]["rows"].toBytes(),
                 R"([{"id":4,"title":"x"}])");
        // What it reads is filtered as well: customer 2 is not there for this caller.
        const Json foreign = Json::object({{"customer", 2}, {"region", "EU"}, {"title", "y"}});
        QCOMPARE(m_bench->call("insert_deal", foreign, onlyRegion("EU"))->recordsModified, 0);
        QCOMPARE(onFile("SELECT count(*) FROM deals"), "4|");
    }

    void aReplacementCannotRemoveARowOutsideTheCondition()
    {
        const Json byId = Json::object({{"id", 2}, {"region", "EU"}, {"title", "new"}});
        const QByteArray before = onFile("SELECT * FROM deals");
        (void)m_bench->call("replace_deal", byId, onlyRegion("EU"));
        QCOMPARE(onFile("SELECT * FROM deals"), before);
        const Json byTitle = Json::object({{"id", 9}, {"region", "EU"}, {"title", "second"}});
        (void)m_bench->call("replace_deal", byTitle, onlyRegion("EU"));
        QCOMPARE(onFile("SELECT region, title FROM deals WHERE id = 2"), "US|second|");
    }

    void aDeletionLeavesRowsOutsideTheConditionAlone()
    {
        QCOMPARE(m_bench->call("delete_deal", Json(), onlyRegion("EU"))->recordsModified, 2);
        QCOMPARE(onFile("SELECT id FROM deals"), "2|");
    }

    void aWriteChangesItsTargetOnly()
    {
        QVERIFY(m_bench->call("write_elsewhere", Json())->result["isError"].toBool());
        QCOMPARE(onFile("SELECT count(*) FROM countries"), "3|");
    }

    void rulesOfTheDatabaseAreToldWithoutItsWords()
    {
        const Json twice = Json::object({{"customer", 1}, {"region", "EU"}, {"title", "first"}});
        const auto output = m_bench->call("insert_deal", twice);
        QVERIFY(output->result["isError"].toBool());
        QVERIFY(!output->result.toBytes().contains("UNIQUE"));
        QVERIFY(output->detail.contains("UNIQUE"));
    }

    void returnedRowsAreWithheldWhereFieldsAreRuled()
    {
        CallContext context;
        context.fields = {.mask = {"title"}, .drop = {}};
        const auto output = m_bench->call(
            "insert_deal", Json::object({{"customer", 1}, {"region", "EU"}, {"title", "x"}}),
            context);
        QCOMPARE(output->recordsModified, 1);
        QCOMPARE(output->result["structuredContent"]["rows"].toBytes(), "[]");
    }

    void aWriteWaitsForAnotherWriterUntilItsDeadline()
    {
        sqlite3 *other = nullptr;
        sqlite3_open(qPrintable(m_directory->filePath(QStringLiteral("a.db"))), &other);
        sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
        CallContext context;
        context.deadline = std::chrono::milliseconds(100);
        const auto busy = m_bench->call("update_deal", Json::object({{"amount", 1}}), context);
        QCOMPARE(busy.error().code, ErrorCode::Timeout);
        sqlite3_exec(other, "COMMIT", nullptr, nullptr, nullptr);
        sqlite3_close(other);
        QCOMPARE(m_bench->call("update_deal", Json::object({{"amount", 1}}))->recordsModified, 3);
    }

    void unknownToolsAreNotFound()
    {
        QCOMPARE(m_bench->call("nothing", Json()).error().code, ErrorCode::NotFound);
    }

    // ---- configuration

    void refusesConfigurationsThatCannotWork_data()
    {
        QTest::addColumn<QByteArray>("members");
        QTest::addColumn<QByteArray>("says");
        const auto row = [](const char *name, const char *members, const char *says) {
            QTest::newRow(name) << QByteArray(members) << QByteArray(says);
        };
        row("no database", "x: 1", "`database` is needed");
        row("misspelt database", "databse: sqlite:x.db", "`databse` is not known here");
        row("another database", "database: mysql://x", "must begin with sqlite: or postgresql:");
        row("unknown member", "database: sqlite:a\n    tabels: {}", "`tabels` is not known here");
        row("unknown member of a tool",
            "database: sqlite:a\n    tools: [{name: a, sql: SELECT 1, inputs: {}}]",
            "`tools[0].inputs` is not known here");
        row("input that is not declared",
            "database: sqlite:a\n    tools: [{name: a, sql: 'SELECT :x'}]",
            "`tools[0].sql` uses :x, which is no input");
        row("two statements", "database: sqlite:a\n    tools: [{name: a, sql: SELECT 1; SELECT 2}]",
            "one statement only");
        row("variable in a statement",
            "database: sqlite:a\n    tools: [{name: a, sql: 'SELECT ''${data}'' || ${data}'}]",
            "a statement may name ${user.");
        row("write without target",
            "database: sqlite:a\n    tools: [{name: a, effect: write, sql: DELETE FROM x}]",
            "`tools[0].target` must name the table");
        row("type",
            "database: sqlite:a\n    tools: [{name: a, sql: SELECT 1, input: {x: {type: int}}}]",
            "`tools[0].input.x.type` must be integer, number, string or boolean");
        row("default",
            "database: sqlite:a\n    tools: [{name: a, sql: SELECT 1, input: {x: {type: integer, "
            "default: no}}}]",
            "`tools[0].input.x.default` does not fit");
        row("limits", "database: sqlite:a\n    limits: {rows: 0}",
            "`limits.rows` must be a whole number");
        row("time", "database: sqlite:a\n    limits: {timeout: 10}",
            "`limits.timeout` must be a time");
        row("password in the address", "database: 'postgresql://u:p@h/d'\n    query_role: q",
            "must not hold the password");
        row("no query role", "database: 'postgresql://u@h/d'", "`query_role` is needed");
    }

    void refusesConfigurationsThatCannotWork()
    {
        QFETCH(QByteArray, members);
        QFETCH(QByteArray, says);
        const SqlBench bench("servers:\n  - id: a\n    kind: sql\n    " + members + "\n", "/tmp");
        QVERIFY2(bench.problem().toUtf8().contains(says), qPrintable(bench.problem()));
    }
};

PROVOST_TEST(TstSqlite)
#include "tst_sqlite.moc"
