#include "server/tools/adapters/sql/postgreschannel.h"

#include <QSqlDriver>
#include <QSqlError>
#include <QVariant>

#include <libpq-fe.h>

#include <poll.h>

namespace provost::tools::sql {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds lookInterval{20}; // how late a cancelled call is noticed at most
constexpr milliseconds grace{1000};      // for the server to stop a statement that is past its time

Oid oidOf(Parameter::Type type)
{
    switch (type) {
    case Parameter::Type::Integer: return 20;  // int8
    case Parameter::Type::Number: return 1700; // numeric
    case Parameter::Type::String: return 25;   // text
    case Parameter::Type::Boolean: return 16;
    }
    return 0; // the server infers it
}

struct ClearResult
{
    void operator()(PGresult *result) const { PQclear(result); }
};
using ResultPointer = std::unique_ptr<PGresult, ClearResult>;

// Values in the text form of the protocol.
struct Parameters
{
    explicit Parameters(const std::vector<BoundValue> &values)
    {
        for (const auto &[value, type] : values) {
            types.push_back(oidOf(type));
            QByteArray text = value.toByteArray();
            if (value.isBool())
                text = value.toBool() ? "true" : "false";
            else if (const auto whole = value.toInteger())
                text =
                    QByteArray::number(static_cast<qint64>(*whole)); // 3.0 is no int8 to the server
            else if (value.isNumber())
                text = value.numberText();
            texts.push_back(value.isNull() ? std::nullopt : std::optional(std::move(text)));
        }
        for (const auto &text : texts)
            pointers.push_back(text ? text->constData() : nullptr);
    }

    [[nodiscard]] int count() const { return static_cast<int>(pointers.size()); }

    std::vector<Oid> types;
    std::vector<std::optional<QByteArray>> texts;
    std::vector<const char *> pointers;
};

QByteArray stateOf(const PGresult *result)
{
    return PQresultErrorField(result, PG_DIAG_SQLSTATE);
}

bool isFailure(const PGresult *result)
{
    switch (PQresultStatus(result)) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_SINGLE_TUPLE:
    case PGRES_EMPTY_QUERY: return false;
    default: return true;
    }
}

} // namespace

PostgresChannel::PostgresChannel(const Clock &clock)
    : m_clock(clock)
{
}

PostgresChannel::~PostgresChannel()
{
    m_database = QSqlDatabase();
    QSqlDatabase::removeDatabase(m_name);
}

Result<std::unique_ptr<PostgresChannel>> PostgresChannel::open(const DatabaseAddress &address,
                                                               const Clock &clock, Random &random)
{
    std::unique_ptr<PostgresChannel> channel(new PostgresChannel(clock));
    channel->m_name = u"provost-sql-" % QString::fromLatin1(randomToken(random, 22));
    QSqlDatabase &database = channel->m_database;
    database = QSqlDatabase::addDatabase(QStringLiteral("QPSQL"), channel->m_name);
    database.setHostName(QString::fromUtf8(address.host));
    database.setPort(address.port);
    database.setDatabaseName(QString::fromUtf8(address.name));
    database.setUserName(QString::fromUtf8(address.user));
    database.setPassword(QString::fromUtf8(address.password));
    QString options = QStringLiteral("connect_timeout=5;application_name=provost");
    if (!address.sslMode.isEmpty())
        options += u";sslmode=" % QString::fromUtf8(address.sslMode);
    database.setConnectOptions(options);
    if (!database.open())
        return fail(ErrorCode::Unavailable, u"the database cannot be reached: "
                                                % database.lastError().databaseText().trimmed());
    const QVariant handle = database.driver()->handle();
    // PGconn is another name of pg_conn; which of them Qt takes depends on its version.
    if (qstrcmp(handle.typeName(), "PGconn*") == 0 || qstrcmp(handle.typeName(), "pg_conn*") == 0)
        channel->m_connection = *static_cast<PGconn *const *>(handle.constData());
    if (channel->m_connection == nullptr)
        return fail(ErrorCode::Unavailable,
                    QStringLiteral("Qt's PostgreSQL driver is not usable here"));
    return channel;
}

Result<void> PostgresChannel::script(const QByteArray &sql, const Bounds &bounds)
{
    return finish(PQsendQuery(m_connection, sql.constData()) == 1, bounds, {});
}

Result<std::int64_t> PostgresChannel::execute(const QByteArray &sql,
                                              const std::vector<BoundValue> &values,
                                              const Bounds &bounds, const OnRow &onRow)
{
    const Parameters parameters(values);
    const bool sent =
        PQsendQueryParams(m_connection, sql.constData(), parameters.count(),
                          parameters.types.data(), parameters.pointers.data(), nullptr, nullptr, 0)
        == 1;
    if (sent)
        PQsetSingleRowMode(m_connection);
    std::int64_t changed = 0;
    bool wanted = onRow != nullptr;
    TRY_DO(finish(sent, bounds, [&](const PGresult *result) {
        const int fields = PQnfields(result);
        for (int row = 0; wanted && row < PQntuples(result); ++row) {
            std::vector<std::optional<QByteArray>> texts;
            for (int field = 0; field < fields; ++field) {
                if (PQgetisnull(result, row, field) != 0)
                    texts.emplace_back();
                else
                    texts.emplace_back(QByteArray(PQgetvalue(result, row, field),
                                                  PQgetlength(result, row, field)));
            }
            wanted = onRow(texts);
        }
        // The function wants a pointer to what it does not change.
        changed = QByteArray(PQcmdTuples(const_cast<PGresult *>(result))).toLongLong();
    }));
    return changed;
}

Result<std::vector<QByteArray>> PostgresChannel::columnsOf(const QByteArray &sql,
                                                           const std::vector<BoundValue> &values,
                                                           const Bounds &bounds)
{
    const Parameters parameters(values);
    TRY_DO(finish(PQsendPrepare(m_connection, "", sql.constData(), parameters.count(),
                                parameters.types.data())
                      == 1,
                  bounds, {}));
    std::vector<QByteArray> columns;
    TRY_DO(
        finish(PQsendDescribePrepared(m_connection, "") == 1, bounds, [&](const PGresult *result) {
            for (int field = 0; field < PQnfields(result); ++field)
                columns.emplace_back(PQfname(result, field));
        }));
    return columns;
}

// Takes every result of what was sent; the connection is then free for the next statement.
Result<void> PostgresChannel::finish(bool sent, const Bounds &bounds, const OnResult &onResult)
{
    if (!sent)
        return fail(lost());
    std::optional<Error> failure;
    bool wasCancelled = false;
    for (;;) {
        while (PQisBusy(m_connection) != 0) {
            if (!awaitInput(bounds, wasCancelled)) {
                m_isUsable = false;
                return fail(ErrorCode::Timeout,
                            QStringLiteral("the database did not answer in time"));
            }
            if (PQconsumeInput(m_connection) == 0)
                return fail(lost());
        }
        const ResultPointer result(PQgetResult(m_connection));
        if (!result)
            break;
        if (isFailure(result.get()) && !failure)
            failure = errorOf(result.get(), bounds);
        else if (!failure && onResult)
            onResult(result.get());
    }
    if (PQstatus(m_connection) != CONNECTION_OK)
        return fail(lost());
    if (failure)
        return fail(*std::move(failure));
    return {};
}

// False once the server had its time and more.
bool PostgresChannel::awaitInput(const Bounds &bounds, bool &wasCancelled)
{
    pollfd socket{.fd = PQsocket(m_connection), .events = POLLIN, .revents = 0};
    for (;;) {
        if (m_clock.monotonic() >= bounds.deadline + grace)
            return false;
        if (bounds.stop.stop_requested() && !std::exchange(wasCancelled, true))
            cancel();
        if (poll(&socket, 1, static_cast<int>(lookInterval.count())) != 0)
            return true; // input, or an error that reading will tell
    }
}

void PostgresChannel::cancel()
{
    PGcancel *const handle = PQgetCancel(m_connection);
    std::array<char, 256> cause{};
    if (handle == nullptr || PQcancel(handle, cause.data(), static_cast<int>(cause.size())) == 0)
        m_isUsable = false; // the statement's own time limit ends it
    PQfreeCancel(handle);
}

Error PostgresChannel::lost()
{
    m_isUsable = false;
    return {ErrorCode::Unavailable,
            u"the connection to the database is lost: "
                % QString::fromUtf8(PQerrorMessage(m_connection)).trimmed()};
}

Error PostgresChannel::errorOf(const PGresult *result, const Bounds &bounds) const
{
    const QByteArray state = stateOf(result);
    const QString text = QString::fromUtf8(PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY));
    if (state == "57014") { // query_canceled
        if (bounds.stop.stop_requested() && m_clock.monotonic() < bounds.deadline)
            return {ErrorCode::Cancelled, QStringLiteral("the call was cancelled")};
        return {ErrorCode::Timeout, QStringLiteral("the statement ran longer than it may")};
    }
    if (state == "44000") // with_check_option_violation: of the view that holds the row condition
        return {ErrorCode::Denied, QStringLiteral("the row is outside of what you may write")};
    if (state.startsWith("23") || state.startsWith("22"))
        return {state.startsWith("23") ? ErrorCode::Conflict : ErrorCode::InvalidInput, text};
    if (state == "55P03") // lock_not_available
        return {ErrorCode::Timeout, QStringLiteral("the database is busy")};
    const bool isTrouble = state.startsWith("08") || state.startsWith("53")
                           || state.startsWith("57") || state.startsWith("58")
                           || state.startsWith("XX");
    return {isTrouble ? ErrorCode::Unavailable : ErrorCode::InvalidInput, text};
}

} // namespace provost::tools::sql
