// The keywords that change a verdict, in the order in which they are applied: cheap ones first, those that ask what
// was evaluated last. A further keyword is a struct in program.h, a reader here and a check in evaluation.cpp.
// Thread: pure functions.
#pragma once

#include "server/schema/compiler.h"

#include <vector>

namespace provost::schema {

struct Reading
{
    Compiler &compiler;
    const Place &place; // of the schema that has the keyword
    const Json &value;
    const char *name;
    std::vector<Keyword> &out;
};

struct KeywordReader
{
    const char *name;
    unsigned vocabulary;
    unsigned drafts;
    // Errors: InvalidInput if the value is none that the keyword can have.
    Result<void> (*read)(const Reading &);
};

[[nodiscard]] const std::vector<KeywordReader> &keywordReaders();

// The two halves of the table.
[[nodiscard]] std::vector<KeywordReader> assertionReaders();
[[nodiscard]] std::vector<KeywordReader> applicatorReaders();

} // namespace provost::schema
