// Errors as values. Result<T> is either a T or an Error; nothing in Provost throws across a room's door.
// Message style: lower case, no final stop, user input in `backticks`, cause after a colon, never a secret.
// Thread: values, free of threads.
#pragma once

#include <QString>
#include <tl/expected.hpp>

#include <utility>

namespace provost {

// Decides behaviour; the words for people are in Error::message. Only server/protocol maps a code to
// JSON-RPC and HTTP, in one switch without default.
enum class ErrorCode {
    InvalidInput,    // the caller sent something malformed
    NotFound,        // the named thing does not exist, or the caller may not know that it does
    Unauthenticated, // no credential, or one that does not verify
    Denied,          // policy says no
    RateLimited,     // too many requests; see Refusal::retryAfter
    TooLarge,        // a named limit on size or depth was passed
    Conflict,        // the thing changed since the caller read it
    Timeout,         // a deadline passed
    Cancelled,       // the caller asked to stop
    Unavailable,     // a part that is needed does not answer now; trying later may help
    Upstream,        // a tool or upstream server failed or answered nonsense
    Storage,         // a disk or database refused; nothing was acknowledged
    Internal,        // a broken invariant of our own
};

struct Error
{
    ErrorCode code = ErrorCode::Internal;
    QString message;

    bool operator==(const Error &) const = default;
};

template <class T>
using Result = tl::expected<T, Error>;

[[nodiscard]] inline tl::unexpected<Error> fail(ErrorCode code, QString message)
{
    return tl::make_unexpected(Error{code, std::move(message)});
}

[[nodiscard]] inline tl::unexpected<Error> fail(Error error)
{
    return tl::make_unexpected(std::move(error));
}

// The name of a code as it appears in records and machine-readable bodies, e.g. "rate_limited".
[[nodiscard]] const char *nameOf(ErrorCode code);

} // namespace provost

#define PROVOST_CONCAT_(a, b) a##b
#define PROVOST_CONCAT(a, b) PROVOST_CONCAT_(a, b)

// TRY_LET(const auto x, f()) binds the value of a Result or returns its error from the enclosing function.
#define TRY_LET(declaration, expression)                                                           \
    TRY_LET_(declaration, expression, PROVOST_CONCAT(try_, __LINE__))
#define TRY_LET_(declaration, expression, name)                                                    \
    auto name = (expression);                                                                      \
    if (!name)                                                                                     \
        return tl::make_unexpected(std::move(name).error());                                       \
    declaration = *std::move(name)

// TRY_DO(f()) returns the error of a Result<void> from the enclosing function.
#define TRY_DO(expression)                                                                         \
    do {                                                                                           \
        if (auto try_do_ = (expression); !try_do_)                                                 \
            return tl::make_unexpected(std::move(try_do_).error());                                \
    } while (false)
