// Line diff after Myers (1986), in linear space for what the ends share. Pure.
// Thread: any.
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace provost::ui {

struct DiffLine
{
    enum class Kind { Same, Removed, Added };

    Kind kind = Kind::Same;
    int oldLine = 0; // from 1; 0 if it is not in the old text
    int newLine = 0;
    QString text;
    bool operator==(const DiffLine &) const = default;
};

// Every line of both texts once, in order; within a change, removed lines come before added ones.
// A text that ends in a newline has no empty last line. When more than `editsMax` edits would be needed, what lies
// between the shared ends is given as removed and added whole.
[[nodiscard]] std::vector<DiffLine> diffLines(const QString &before, const QString &after,
                                              int editsMax = 2000);

struct DiffCount
{
    int added = 0;
    int removed = 0;
    bool operator==(const DiffCount &) const = default;
};
[[nodiscard]] DiffCount countOf(const std::vector<DiffLine> &lines);

} // namespace provost::ui
