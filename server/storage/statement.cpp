#include "server/storage/statement.h"

#include "server/base/assert.h"
#include "server/storage/sqliteerror.h"

#include <sqlite3.h>

#include <utility>

namespace provost::storage {

Statement::Statement(sqlite3_stmt *statement)
    : m_statement(statement)
{
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

Statement::Statement(Statement &&other) noexcept
    : m_statement(std::exchange(other.m_statement, nullptr))
    , m_bindError(other.m_bindError)
{
}

Statement &Statement::operator=(Statement &&other) noexcept
{
    std::swap(m_statement, other.m_statement);
    std::swap(m_bindError, other.m_bindError);
    return *this;
}

void Statement::rewind(std::size_t values)
{
    rewindRows();
    sqlite3_clear_bindings(m_statement);
    const auto wanted = std::size_t(sqlite3_bind_parameter_count(m_statement));
    m_bindError = SQLITE_OK;
    PROVOST_ASSERT(values == wanted, m_bindError = SQLITE_RANGE);
}

Result<bool> Statement::step()
{
    const int code = m_bindError != SQLITE_OK ? m_bindError : sqlite3_step(m_statement);
    if (code == SQLITE_ROW)
        return true;
    if (code == SQLITE_DONE) {
        rewindRows(); // ends the read, so that the log can be checkpointed
        return false;
    }
    Error error = detail::errorOf(sqlite3_db_handle(m_statement), code);
    rewindRows();
    return fail(std::move(error));
}

Result<void> Statement::run()
{
    for (;;) {
        TRY_LET(const bool isRow, step());
        if (!isRow)
            return {};
    }
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

void Statement::bindNull(int index)
{
    m_bindError |= sqlite3_bind_null(m_statement, index);
}

void Statement::bindInteger(int index, std::int64_t value)
{
    m_bindError |= sqlite3_bind_int64(m_statement, index, value);
}

void Statement::bindReal(int index, double value)
{
    m_bindError |= sqlite3_bind_double(m_statement, index, value);
}

void Statement::bindText(int index, QByteArrayView value)
{
    // A null pointer would bind NULL; an empty text is a value.
    m_bindError |= sqlite3_bind_text64(m_statement, index, value.isEmpty() ? "" : value.data(),
                                       sqlite3_uint64(value.size()), SQLITE_TRANSIENT, SQLITE_UTF8);
}

void Statement::bindBlob(int index, QByteArrayView value)
{
    m_bindError |= sqlite3_bind_blob64(m_statement, index, value.isEmpty() ? "" : value.data(),
                                       sqlite3_uint64(value.size()), SQLITE_TRANSIENT);
}

void Statement::rewindRows()
{
    // Answers with the error of the last step(), which has been reported.
    static_cast<void>(sqlite3_reset(m_statement));
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

QByteArray Statement::bytes(int column) const
{
    const auto *data = static_cast<const char *>(sqlite3_column_blob(m_statement, column));
    return {data, sqlite3_column_bytes(m_statement, column)};
}

} // namespace provost::storage
