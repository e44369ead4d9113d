#include "ui/shell/fuzzymatch.h"

#include <algorithm>
#include <limits>

namespace provost::ui {

namespace {

constexpr qsizetype QueryMax = 64;
constexpr qsizetype TextMax = 256;
constexpr int Impossible = std::numeric_limits<int>::min() / 2;
constexpr int MatchScore = 4;
constexpr int WordStartBonus = 12;
constexpr int FollowsBonus = 8;
constexpr int FirstBonus = 6;
constexpr int GapPenalty = 1; // for each character skipped before a match

bool startsWord(const QString &text, qsizetype at)
{
    if (at == 0) {
        return true;
    }
    const QChar before = text[at - 1];
    return !before.isLetterOrNumber() || (before.isLower() && text[at].isUpper());
}

} // namespace

// best[i][j]: the highest score with query[i] matched at text[j]. Small sizes, so the plain table will do.
std::optional<FuzzyMatch> fuzzyMatch(const QString &query, const QString &text)
{
    QString wanted = query.toLower();
    wanted.remove(u' ');
    wanted.truncate(QueryMax);
    if (wanted.isEmpty()) {
        return FuzzyMatch{};
    }
    const QString shown = text.left(TextMax);
    const QString lower = shown.toLower();
    const auto rows = static_cast<std::size_t>(wanted.size());
    const auto columns = static_cast<std::size_t>(std::min(shown.size(), lower.size()));
    if (columns < rows) {
        return std::nullopt;
    }
    std::vector<std::vector<int>> best(rows, std::vector<int>(columns, Impossible));
    std::vector<std::vector<int>> from(rows, std::vector<int>(columns, -1));
    for (std::size_t i = 0; i < rows; ++i) {
        int reach = i == 0 ? 0 : Impossible; // best earlier score, less the gap so far
        int reachAt = -1;
        for (std::size_t j = 0; j < columns; ++j) {
            const auto at = static_cast<qsizetype>(j);
            if (wanted[static_cast<qsizetype>(i)] == lower[at]) {
                const int own = MatchScore + (startsWord(shown, at) ? WordStartBonus : 0)
                                + (j == 0 ? FirstBonus : 0);
                int before = reach;
                int beforeAt = reachAt;
                if (i > 0 && j > 0 && best[i - 1][j - 1] > Impossible
                    && best[i - 1][j - 1] + FollowsBonus >= before) {
                    before = best[i - 1][j - 1] + FollowsBonus;
                    beforeAt = static_cast<int>(j - 1);
                }
                if (before > Impossible) {
                    best[i][j] = before + own;
                    from[i][j] = beforeAt;
                }
            }
            if (reach > Impossible) {
                reach -= GapPenalty;
            }
            if (i > 0 && best[i - 1][j] > reach) {
                reach = best[i - 1][j];
                reachAt = static_cast<int>(j);
            }
        }
    }
    const auto &last = best.back();
    const auto top = std::max_element(last.begin(), last.end());
    if (*top <= Impossible) {
        return std::nullopt;
    }
    FuzzyMatch match;
    match.score = *top - static_cast<int>(columns) / 8; // the shorter of two equal ones
    int at = static_cast<int>(top - last.begin());
    for (std::size_t i = rows; i-- > 0;) {
        match.positions.insert(match.positions.begin(), at);
        at = from[i][static_cast<std::size_t>(at)];
    }
    return match;
}

} // namespace provost::ui
