#include "ui/kit/linediff.h"

#include <QHash>

namespace provost::ui {

namespace {

QStringList linesOf(const QString &text)
{
    if (text.isEmpty()) {
        return {};
    }
    QStringList lines = text.split(u'\n');
    if (lines.back().isEmpty()) {
        lines.removeLast();
    }
    return lines;
}

struct Slice
{
    int begin = 0;
    int end = 0;
    [[nodiscard]] int size() const { return end - begin; }
};

std::size_t index(int at)
{
    return static_cast<std::size_t>(at);
}

// Lines as numbers: equal numbers, equal lines.
std::vector<int> numbered(const QStringList &lines, QHash<QString, int> &numbers)
{
    std::vector<int> result;
    result.reserve(static_cast<std::size_t>(lines.size()));
    for (const QString &line : lines) {
        const auto known = numbers.constFind(line);
        if (known != numbers.constEnd()) {
            result.push_back(*known);
        } else {
            const int next = static_cast<int>(numbers.size());
            numbers.insert(line, next);
            result.push_back(next);
        }
    }
    return result;
}

// For each old line, the new line it is equal to, or -1: the longest ascending matching after Myers. Nothing if it would
// take more than `editsMax` edits.
std::optional<std::vector<int>> matched(const std::vector<int> &before, Slice old,
                                        const std::vector<int> &after, Slice fresh, int editsMax)
{
    const int n = old.size();
    const int m = fresh.size();
    const int most = std::min(n + m, editsMax);
    const int offset = most + 1;
    // furthest[k]: how far along the old lines the best path on diagonal k has come.
    std::vector<int> furthest(static_cast<std::size_t>(2 * offset + 1), 0);
    std::vector<std::vector<int>> history;
    const auto at = [offset](int diagonal) { return index(offset + diagonal); };
    const auto equal = [&](int x, int y) {
        return before[index(old.begin + x)] == after[index(fresh.begin + y)];
    };
    int edits = 0;
    bool done = false;
    for (; edits <= most && !done; ++edits) {
        // Only the diagonals that this round reads are kept: memory goes with the square of the edits.
        history.emplace_back(furthest.begin() + offset - edits,
                             furthest.begin() + offset + edits + 1);
        for (int k = -edits; k <= edits; k += 2) {
            const bool down =
                k == -edits || (k != edits && furthest[at(k - 1)] < furthest[at(k + 1)]);
            int x = down ? furthest[at(k + 1)] : furthest[at(k - 1)] + 1;
            int y = x - k;
            while (x < n && y < m && equal(x, y)) {
                ++x;
                ++y;
            }
            furthest[at(k)] = x;
            if (x >= n && y >= m) {
                done = true;
                break;
            }
        }
    }
    if (!done) {
        return std::nullopt;
    }
    std::vector<int> match(static_cast<std::size_t>(n), -1);
    int x = n;
    int y = m;
    for (int d = edits - 1; d >= 0; --d) {
        const std::vector<int> &state = history[index(d)];
        const auto read = [&](int diagonal) { return state[index(d + diagonal)]; };
        const int k = x - y;
        const bool down = d > 0 && (k == -d || (k != d && read(k - 1) < read(k + 1)));
        const int fromX = d == 0 ? 0 : (down ? read(k + 1) : read(k - 1));
        const int fromY = d == 0 ? 0 : fromX - (down ? k + 1 : k - 1);
        // The path came by one edit and then ran along equal lines.
        const int runX = d == 0 ? 0 : (down ? fromX : fromX + 1);
        while (x > runX) {
            --x;
            --y;
            match[index(x)] = y;
        }
        x = fromX;
        y = fromY;
    }
    return match;
}

} // namespace

std::vector<DiffLine> diffLines(const QString &before, const QString &after, int editsMax)
{
    const QStringList oldLines = linesOf(before);
    const QStringList newLines = linesOf(after);
    QHash<QString, int> numbers;
    const std::vector<int> one = numbered(oldLines, numbers);
    const std::vector<int> two = numbered(newLines, numbers);
    Slice old{0, static_cast<int>(one.size())};
    Slice fresh{0, static_cast<int>(two.size())};
    const auto oldAt = [&](int i) { return one[index(i)]; };
    const auto newAt = [&](int i) { return two[index(i)]; };
    while (old.size() > 0 && fresh.size() > 0 && oldAt(old.begin) == newAt(fresh.begin)) {
        ++old.begin;
        ++fresh.begin;
    }
    while (old.size() > 0 && fresh.size() > 0 && oldAt(old.end - 1) == newAt(fresh.end - 1)) {
        --old.end;
        --fresh.end;
    }
    const std::vector<int> match =
        matched(one, old, two, fresh, editsMax)
            .value_or(std::vector<int>(static_cast<std::size_t>(old.size()), -1));

    std::vector<DiffLine> lines;
    lines.reserve(one.size() + two.size());
    int next = 0; // new line to give out
    const auto add = [&](DiffLine::Kind kind, int oldIndex, int newIndex) {
        lines.push_back({kind, oldIndex + 1, newIndex + 1,
                         oldIndex >= 0 ? oldLines[oldIndex] : newLines[newIndex]});
    };
    const auto addNewUntil = [&](int end) {
        for (; next < end; ++next) {
            add(DiffLine::Kind::Added, -1, next);
        }
    };
    for (int i = 0; i < static_cast<int>(one.size()); ++i) {
        int partner = -1;
        if (i < old.begin) {
            partner = i;
        } else if (i >= old.end) {
            partner = fresh.end + (i - old.end);
        } else if (match[index(i - old.begin)] >= 0) {
            partner = fresh.begin + match[index(i - old.begin)];
        }
        if (partner < 0) {
            add(DiffLine::Kind::Removed, i, -1);
            continue;
        }
        addNewUntil(partner);
        add(DiffLine::Kind::Same, i, partner);
        next = partner + 1;
    }
    addNewUntil(static_cast<int>(two.size()));
    return lines;
}

DiffCount countOf(const std::vector<DiffLine> &lines)
{
    DiffCount count;
    for (const DiffLine &line : lines) {
        count.added += line.kind == DiffLine::Kind::Added ? 1 : 0;
        count.removed += line.kind == DiffLine::Kind::Removed ? 1 : 0;
    }
    return count;
}

} // namespace provost::ui
