// The drafts of JSON Schema that are known, and where each lets subschemas stand.
// Thread: values and pure functions.
#pragma once

#include "server/base/result.h"

#include <QByteArray>

#include <functional>
#include <optional>
#include <span>

namespace provost {
class Json;
}

namespace provost::schema {

// As bits, for tables.
enum Draft : unsigned {
    Draft7 = 1, // and 06, which has nothing else in common use
    Draft201909 = 2,
    Draft202012 = 4,
    Since201909 = Draft201909 | Draft202012,
    Before202012 = Draft7 | Draft201909,
    AnyDraft = Draft7 | Draft201909 | Draft202012,
};

// Those whose presence changes a verdict.
enum Vocabulary : unsigned {
    Core = 1,
    Applicator = 2,
    Unevaluated = 4,
    Validation = 8,
    AllVocabularies = Core | Applicator | Unevaluated | Validation,
};

struct Language
{
    Draft draft = Draft202012;
    unsigned vocabularies = AllVocabularies;
    bool operator==(const Language &) const = default;
};

// By the value of `$schema`. `lookUp` finds a custom meta-schema, whose `$vocabulary` then counts; null if unknown.
// Errors: InvalidInput for a dialect that is not known, and for one that needs a vocabulary that is not known.
[[nodiscard]] Result<Language>
languageOf(const QByteArray &uri, const std::function<const Json *(const QByteArray &)> &lookUp);

struct SubschemaKeyword
{
    enum class Shape { One, List, Map, OneOrList };
    const char *name;
    Shape shape;
    unsigned drafts;
};

[[nodiscard]] std::span<const SubschemaKeyword> subschemaKeywords();

} // namespace provost::schema
