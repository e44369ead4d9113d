// Tokens of the condition language: CEL's, plus `${path}`, which is one token that names a variable and never text
// that is put in.
// Thread: values.
#pragma once

#include "server/base/result.h"
#include "server/policy/condition/value.h"

#include <vector>

namespace provost::policy::condition {

enum class TokenKind {
    End,
    Identifier,
    QuotedIdentifier, // `content-type`, only behind a point
    Reference,        // ${path}; `text` is the path without blanks
    Literal,          // a number, string or bytes; `value` holds it
    Operator,         // `text` is the operator or bracket
};

struct Token
{
    TokenKind kind = TokenKind::End;
    QByteArray text;
    Value value = Value::null();
    int begin = 0; // bytes in the condition
    int end = 0;
};

// What is wrong with a text, and where in it.
struct SyntaxError
{
    QByteArray message;
    int at = 0; // byte offset
};

template <class T>
using Parsed = tl::expected<T, SyntaxError>;

// The tokens of the whole text, End last. The texts of literals are kept in `arena`.
[[nodiscard]] Parsed<std::vector<Token>> tokenize(QByteArrayView text, Arena &arena);

} // namespace provost::policy::condition
