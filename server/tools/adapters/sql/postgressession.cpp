#include "server/tools/adapters/sql/postgressession.h"

namespace provost::tools::sql {

namespace {

constexpr std::chrono::seconds ownTime{10}; // for statements of our own

constexpr const char *roleCheck = R"(
SELECT r.rolsuper OR r.rolbypassrls OR pg_has_role(r.oid, session_user, 'MEMBER'),
       NOT pg_has_role(session_user, r.oid, 'MEMBER'),
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
          AND n.nspname !~ '^pg_(toast|temp)'
          AND (has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')
               OR has_any_column_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE')))
FROM pg_roles r WHERE r.rolname = $1)";

// The temporary schema stands last here: a table is not to be found in the view that hides it.
constexpr const char *tableLookup = R"(
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname), a.attname, format_type(a.atttypid, a.atttypmod),
       NOT a.attnotnull, a.atttypid, t.typtype
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
WHERE c.oid = to_regclass($1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum)";
constexpr const char *lookupPath =
    "BEGIN READ ONLY; SET LOCAL search_path = \"$user\", public, pg_temp";

// By the numbers of the built-in types (pg_type.dat).
ColumnKind kindOf(const QByteArray &typeNumber, const QByteArray &typeClass)
{
    if (typeClass == "e") // enum
        return ColumnKind::TextLike;
    switch (typeNumber.toInt()) {
    case 16: return ColumnKind::Boolean;
    case 20:
    case 21:
    case 23: return ColumnKind::WholeNumber;
    case 700:
    case 701:
    case 1700: return ColumnKind::Number;
    case 25:
    case 1043: return ColumnKind::Text;
    case 1042: // character(n)
    case 1082: // date
    case 1083: // time
    case 1114: // timestamp
    case 2950: // uuid
        return ColumnKind::TextLike;
    default: // a time with a zone reads as the session's settings have it, which a query can change
        return ColumnKind::Other;
    }
}

QByteArray nameOf(Parameter::Type type)
{
    switch (type) {
    case Parameter::Type::Integer: return "bigint";
    case Parameter::Type::Number: return "numeric";
    case Parameter::Type::String: return "text";
    case Parameter::Type::Boolean: return "boolean";
    }
    return "text";
}

QByteArray namesOf(std::size_t count)
{
    QByteArray names;
    for (std::size_t i = 0; i < count; ++i)
        names += (i > 0 ? ", c" : "c") + QByteArray::number(static_cast<int>(i));
    return names;
}

// The members of a row_to_json() text, in their order. The names are ours, the columns' own are put in by ResultSet.
Result<Json::Array> valuesOf(const QByteArray &text)
{
    TRY_LET(const Json row, Json::parse(text));
    Json::Array values;
    for (const Json::Member &member : row.members())
        values.push_back(member.value);
    return values;
}

} // namespace

PostgresSession::PostgresSession(std::shared_ptr<const Config> config,
                                 std::unique_ptr<PostgresChannel> channel, const Clock &clock)
    : m_config(std::move(config))
    , m_channel(std::move(channel))
    , m_clock(clock)
{
}

Result<std::shared_ptr<Session>> PostgresSession::open(std::shared_ptr<const Config> config,
                                                       const Clock &clock, Random &random)
{
    TRY_LET(auto channel, PostgresChannel::open(config->database, clock, random));
    std::shared_ptr<PostgresSession> session(
        new PostgresSession(std::move(config), std::move(channel), clock));
    TRY_DO(session->m_channel->script("SET timezone = 'UTC'; SET standard_conforming_strings = on; "
                                      "SET client_min_messages = error",
                                      session->ownBounds()));
    TRY_DO(session->checkQueryRole());
    TRY_LET(session->m_tables, session->describe());
    return std::shared_ptr<Session>(std::move(session));
}

PostgresChannel::Bounds PostgresSession::ownBounds() const
{
    return {m_clock.monotonic() + ownTime, {}};
}

Result<void> PostgresSession::checkQueryRole()
{
    const QString role = QString::fromUtf8(m_config->database.queryRole);
    std::vector<std::optional<QByteArray>> found;
    TRY_DO(m_channel->execute(roleCheck, {boundAs(m_config->database.queryRole)}, ownBounds(),
                              [&](const auto &row) {
                                  found = row;
                                  return true;
                              }));
    if (found.empty())
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the role `%1` does not exist").arg(role));
    if (found[0] != "f")
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the role `%1` has the login role's rights, or all").arg(role));
    if (found[1] != "f")
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the login role is no member of `%1`").arg(role));
    if (found[2] != "0")
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the role `%1` must have no right on any table; it has on %2")
                        .arg(role, QString::fromUtf8(found[2].value_or(QByteArray()))));
    return {};
}

Result<std::vector<Table>> PostgresSession::describe()
{
    TRY_DO(m_channel->script(lookupPath, ownBounds()));
    std::vector<Table> tables;
    Result<void> done;
    for (const TableRule &rule : m_config->tables) {
        auto table = describeTable(rule);
        if (!table) {
            done = fail(table.error());
            break;
        }
        tables.push_back(*std::move(table));
    }
    if (!m_channel->script("ROLLBACK", ownBounds()))
        m_isUsable = false;
    TRY_DO(done);
    return tables;
}

Result<Table> PostgresSession::describeTable(const TableRule &rule)
{
    Table table{.rule = rule, .columns = {}};
    TRY_DO(
        m_channel->execute(tableLookup, {boundAs(rule.source)}, ownBounds(), [&](const auto &row) {
            table.rule.source = *row[0];
            if (rule.columns.empty() || contains(rule.columns, *row[1]))
                table.columns.push_back(
                    {*row[1], *row[2], kindOf(*row[4], *row[5]), *row[3] == "t"});
            return true;
        }));
    if (table.columns.empty())
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the database has no table `%1` with visible columns")
                        .arg(QString::fromUtf8(rule.source)));
    return table;
}

PostgresSession::Cover PostgresSession::coverFor(const Job &job) const
{
    Cover cover;
    const QByteArray role = quoted(m_config->database.queryRole);
    ConditionOptions options;
    options.engine = Engine::Postgres;
    options.placeholder = [](std::size_t n) -> QByteArray {
        return "(SELECT v" + QByteArray::number(static_cast<int>(n))
               + " FROM pg_temp.provost_values)";
    };
    QByteArray views;
    for (const Table &table : m_tables) {
        QByteArray columns;
        for (const Column &column : table.columns) {
            if (contains(job.fields.drop, column.name))
                continue;
            const QByteArray name = quoted(column.name);
            columns += columns.isEmpty() ? "" : ", ";
            if (contains(job.fields.mask, column.name))
                columns += "'***'::text AS " + name;
            else
                columns += name;
        }
        if (columns.isEmpty()) // nothing of it may be seen, the number of rows apart
            columns = "NULL::text AS nothing";
        QByteArray where = always;
        if (job.rowFilter && !contains(job.unfiltered, table.rule.name)) {
            options.valuesBefore = cover.values.size();
            const ConditionText condition = conditionFor(*job.rowFilter, table.columns, options);
            where = condition.sql;
            for (const Json &value : condition.values)
                cover.values.push_back(boundAs(value));
        }
        const bool isTarget =
            job.access == Access::Write && isSameName(table.rule.name, job.target);
        const QByteArray view = "pg_temp." + quoted(table.rule.name);
        views += "CREATE TEMP VIEW " + quoted(table.rule.name) + " WITH (security_barrier = true"
                 + (isTarget ? ", check_option = cascaded" : "") + ") AS SELECT " + columns
                 + " FROM " + table.rule.source + " WHERE " + where + "; GRANT SELECT"
                 + (isTarget ? ", INSERT, UPDATE, DELETE" : "") + " ON " + view + " TO " + role
                 + "; ";
    }
    QByteArray types = "none text";
    for (std::size_t n = 0; n < cover.values.size(); ++n)
        types +=
            ", v" + QByteArray::number(static_cast<int>(n)) + ' ' + nameOf(cover.values[n].type);
    cover.script =
        "CREATE TEMP TABLE provost_values (" + types + "); " + views
        + "CREATE FUNCTION pg_temp.provost_query(text) RETURNS SETOF text LANGUAGE plpgsql "
          "STABLE SECURITY DEFINER AS 'BEGIN RETURN QUERY EXECUTE $1; END'; "
          "ALTER FUNCTION pg_temp.provost_query(text) OWNER TO "
        + role;
    return cover;
}

// Most calls of a connection come from few roles, so what stands is often what is needed.
Result<void> PostgresSession::raise(const Cover &cover)
{
    if (m_cover == cover)
        return {};
    m_cover.reset();
    TRY_DO(m_channel->script("DISCARD TEMP", ownBounds()));
    TRY_DO(m_channel->script("BEGIN; " + cover.script, ownBounds()));
    QByteArray places = "NULL";
    for (std::size_t n = 0; n < cover.values.size(); ++n)
        places += ", $" + QByteArray::number(static_cast<int>(n) + 1);
    TRY_DO(m_channel->execute("INSERT INTO pg_temp.provost_values VALUES (" + places + ')',
                              cover.values, ownBounds()));
    TRY_DO(m_channel->script("COMMIT", ownBounds()));
    m_cover = cover;
    return {};
}

Result<Answer> PostgresSession::run(const Job &job)
{
    if (const auto raised = raise(coverFor(job)); !raised) {
        m_isUsable = false; // half of it may stand, in an open transaction
        return fail(raised.error());
    }
    auto answer = inTransaction(job);
    const bool keeps = answer && job.access == Access::Write;
    // Locks that a query may have taken outlive its transaction.
    const auto ended = m_channel->script(
        keeps ? "COMMIT" : "ROLLBACK; SELECT pg_advisory_unlock_all()", ownBounds());
    if (!ended) {
        m_isUsable = false;
        if (keeps) // a deferred constraint may refuse at the very end
            return fail(ended.error());
    }
    return answer;
}

Result<Answer> PostgresSession::inTransaction(const Job &job)
{
    using std::chrono::milliseconds;
    const PostgresChannel::Bounds bounds{job.deadline, job.stop};
    const auto remaining =
        std::chrono::duration_cast<milliseconds>(job.deadline - m_clock.monotonic());
    const qint64 limit = std::max<std::int64_t>(remaining.count(), 1);
    const QByteArray begin = job.access == Access::Read ? "BEGIN READ ONLY" : "BEGIN";
    TRY_DO(m_channel->script(begin + "; SET LOCAL ROLE " + quoted(m_config->database.queryRole)
                                 + "; SET LOCAL statement_timeout = " + QByteArray::number(limit),
                             bounds));
    return job.access == Access::Read ? read(job, bounds) : write(job, bounds);
}

Result<Answer> PostgresSession::read(const Job &job, const PostgresChannel::Bounds &bounds)
{
    // The line end closes a comment at the statement's end. A `;` there is usual.
    QByteArray statement = job.statement.trimmed();
    while (statement.endsWith(';'))
        statement = statement.chopped(1).trimmed();
    const QByteArray inBrackets = " FROM (" + statement + "\n) AS provost_row";
    // Fails for anything but one SELECT. That is for a clear answer: the role and the transaction hold anyway.
    TRY_LET(std::vector<QByteArray> columns,
            m_channel->columnsOf("SELECT *" + inBrackets, job.values, bounds));
    if (columns.empty())
        return fail(ErrorCode::InvalidInput, QStringLiteral("the query gives no columns"));
    // A row that is too large alone does not leave the database.
    const QByteArray rows =
        "SELECT CASE WHEN octet_length(provost_json) <= "
        + QByteArray::number(static_cast<qint64>(job.limits.bytesMax))
        + " THEN provost_json END FROM (SELECT row_to_json(provost_row)::text AS provost_json"
        + inBrackets + '(' + namesOf(columns.size()) + ")) AS provost_rows LIMIT "
        + QByteArray::number(static_cast<qint64>(job.limits.rowsMax) + 1);
    ResultSet result(std::move(columns), job.limits);
    std::optional<Error> failure;
    const auto take = [&](const std::vector<std::optional<QByteArray>> &row) {
        if (!row.front()) {
            result.truncate();
            return false;
        }
        auto values = valuesOf(*row.front());
        if (!values) {
            failure = Error{ErrorCode::InvalidInput,
                            u"a value cannot be shown: " % values.error().message};
            return false;
        }
        return result.add(*std::move(values));
    };
    const auto done = job.trust == Job::Trust::Free
                          ? m_channel->execute("SELECT * FROM pg_temp.provost_query($1)",
                                               {boundAs(rows)}, bounds, take)
                          : m_channel->execute(rows, job.values, bounds, take);
    TRY_DO(done);
    if (failure)
        return fail(*std::move(failure));
    return result.take();
}

Result<Answer> PostgresSession::write(const Job &job, const PostgresChannel::Bounds &bounds)
{
    TRY_LET(std::vector<QByteArray> columns,
            m_channel->columnsOf(job.statement, job.values, bounds));
    Answer answer;
    if (columns.empty()) {
        TRY_LET(answer.rowsModified, m_channel->execute(job.statement, job.values, bounds));
        return answer;
    }
    const QByteArray wrapped = "WITH provost_row(" + namesOf(columns.size()) + ") AS ("
                               + job.statement
                               + "\n) SELECT row_to_json(provost_row)::text FROM provost_row";
    ResultSet result(std::move(columns), job.limits);
    // The names of what RETURNING gives back are the statement's own, so rules about fields cannot be applied to it.
    bool takesRows = job.fields == policy::FieldRules{};
    std::int64_t modified = 0;
    TRY_DO(m_channel->execute(wrapped, job.values, bounds, [&](const auto &row) {
        ++modified;
        auto values = valuesOf(row.front().value_or(QByteArray("{}")));
        takesRows = takesRows && values && result.add(*std::move(values));
        return true;
    }));
    answer = result.take();
    answer.rowsModified = modified;
    return answer;
}

} // namespace provost::tools::sql
