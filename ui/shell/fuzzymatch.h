// Fuzzy match of the command palette: the letters of the query in order, best where words begin and letters follow each
// other. Pure.
// Thread: any.
#pragma once

#include <QString>

#include <optional>
#include <vector>

namespace provost::ui {

struct FuzzyMatch
{
    int score = 0;                    // higher is better; comparable for one query
    std::vector<qsizetype> positions; // of the matched characters in the text
};

// Case is ignored, spaces of the query too. An empty query matches everything with score 0.
[[nodiscard]] std::optional<FuzzyMatch> fuzzyMatch(const QString &query, const QString &text);

} // namespace provost::ui
