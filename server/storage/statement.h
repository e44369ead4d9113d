// Statement: a prepared SQL statement with typed parameters and columns. Parameters are bound, never pasted into SQL.
//
//     TRY_LET(Statement find, database.prepare("SELECT id, created FROM keys WHERE tenant = ? AND revoked IS ?"));
//     find.bind(tenant, std::nullopt);
//     TRY_LET(const auto keys, find.all([](const Statement &row) {
//         return Key{row.get<CredentialId>(0), row.get<WallTime>(1)};
//     }));
//
// Values: bool, integers, double, QByteArray and views (UTF-8 text), Blob, the strong ids (text), WallTime
// (microseconds since 1970), and std::optional of these (NULL).
// Thread: that of its Database, which it may outlive.
#pragma once

#include "server/base/clock.h"
#include "server/base/ids.h"
#include "server/base/result.h"

#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

struct sqlite3_stmt;

namespace provost::storage {

// Bytes that are not text.
struct Blob
{
    QByteArray bytes;
    bool operator==(const Blob &) const = default;
};

class Statement
{
public:
    explicit Statement(sqlite3_stmt *statement);
    ~Statement();
    Statement(Statement &&other) noexcept;
    Statement &operator=(Statement &&other) noexcept;

    // Binds the parameters from the first one on and makes the statement ready to run again.
    // REQUIRES: as many values as the SQL has parameters.
    template <class... Values>
    void bind(const Values &...values)
    {
        rewind(sizeof...(values));
        int index = 0;
        (bindOne(++index, values), ...);
    }

    // For parameters that are known only at run time; after rewind().
    template <class Value>
    void bindAt(int index, const Value &value)
    {
        bindOne(index, value);
    }
    void rewind(std::size_t values);

    // True: there is a row. False: the statement has run to its end. Errors as Database has them.
    [[nodiscard]] Result<bool> step();

    // To the end, without looking at rows.
    [[nodiscard]] Result<void> run();

    // Every row through `toRow`, which gets this statement.
    template <class ToRow>
    [[nodiscard]] auto all(const ToRow &toRow)
        -> Result<std::vector<std::invoke_result_t<const ToRow &, const Statement &>>>
    {
        std::vector<std::invoke_result_t<const ToRow &, const Statement &>> rows;
        for (;;) {
            TRY_LET(const bool isRow, step());
            if (!isRow)
                return rows;
            rows.push_back(toRow(*this));
        }
    }

    // The first row through `toRow`, if there is one.
    template <class ToRow>
    [[nodiscard]] auto first(const ToRow &toRow)
        -> Result<std::optional<std::invoke_result_t<const ToRow &, const Statement &>>>
    {
        TRY_LET(const bool isRow, step());
        std::optional<std::invoke_result_t<const ToRow &, const Statement &>> row;
        if (isRow)
            row.emplace(toRow(*this));
        rewindRows();
        return row;
    }

    // A column of the current row, from 0. NULL reads as zero or empty, except into an optional.
    template <class Value>
    [[nodiscard]] Value get(int column) const;

    [[nodiscard]] bool isNull(int column) const;

private:
    template <class Value>
    struct IsOptional : std::false_type
    {
    };
    template <class Value>
    struct IsOptional<std::optional<Value>> : std::true_type
    {
    };
    template <class Value>
    struct IsId : std::false_type
    {
    };
    template <class Tag>
    struct IsId<Id<Tag>> : std::true_type
    {
    };

    template <class Value>
    void bindOne(int index, const Value &value);
    void bindNull(int index);
    void bindInteger(int index, std::int64_t value);
    void bindReal(int index, double value);
    void bindText(int index, QByteArrayView value);
    void bindBlob(int index, QByteArrayView value);
    void rewindRows();
    [[nodiscard]] std::int64_t integer(int column) const;
    [[nodiscard]] double real(int column) const;
    [[nodiscard]] QByteArray bytes(int column) const;

    sqlite3_stmt *m_statement;
    int m_bindError = 0; // reported by the next step()
};

template <class Value>
void Statement::bindOne(int index, const Value &value)
{
    if constexpr (std::is_same_v<Value, std::nullopt_t>) {
        bindNull(index);
    } else if constexpr (IsOptional<Value>::value) {
        if (value)
            bindOne(index, *value);
        else
            bindNull(index);
    } else if constexpr (std::is_same_v<Value, Blob>) {
        bindBlob(index, value.bytes);
    } else if constexpr (std::is_same_v<Value, WallTime>) {
        bindInteger(index, value.time_since_epoch().count());
    } else if constexpr (IsId<Value>::value) {
        bindText(index, value.value);
    } else if constexpr (std::is_integral_v<Value>) {
        bindInteger(index, std::int64_t(value));
    } else if constexpr (std::is_floating_point_v<Value>) {
        bindReal(index, double(value));
    } else {
        bindText(index, value);
    }
}

template <class Value>
Value Statement::get(int column) const
{
    if constexpr (IsOptional<Value>::value) {
        return isNull(column) ? Value() : Value(get<typename Value::value_type>(column));
    } else if constexpr (std::is_same_v<Value, Blob>) {
        return Blob{bytes(column)};
    } else if constexpr (std::is_same_v<Value, WallTime>) {
        return WallTime(Microseconds(integer(column)));
    } else if constexpr (std::is_same_v<Value, bool>) {
        return integer(column) != 0;
    } else if constexpr (std::is_integral_v<Value>) {
        return Value(integer(column));
    } else if constexpr (std::is_floating_point_v<Value>) {
        return Value(real(column));
    } else {
        return Value(bytes(column));
    }
}

} // namespace provost::storage
