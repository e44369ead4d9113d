#include "app/table.h"

#include "app/command.h"

#include <algorithm>

namespace provost::app {

namespace {

QByteArray cellOf(const Json &value)
{
    QByteArray text;
    if (value.isArray()) {
        for (const Json &item : value.items())
            text.append(text.isEmpty() ? "" : ",").append(cellOf(item));
    } else if (value.isObject()) {
        for (const Json::Member &member : value.members())
            text.append(text.isEmpty() ? "" : ",").append(member.key + '=' + cellOf(member.value));
    } else if (value.isString()) {
        text = value.toByteArray();
    } else if (value.isBool()) {
        text = value.toBool() ? "yes" : "no";
    } else if (!value.isNull()) {
        text = value.toBytes();
    }
    return text.isEmpty() ? QByteArray("-") : text;
}

// The rows have the same members; their names stand above the columns.
void printTable(const std::vector<Json> &rows)
{
    std::vector<std::vector<QByteArray>> lines(1);
    for (const Json::Member &member : rows.front().members())
        lines.front().push_back(member.key.toUpper());
    for (const Json &row : rows) {
        std::vector<QByteArray> &cells = lines.emplace_back();
        for (const Json::Member &member : row.members())
            cells.push_back(cellOf(member.value));
    }
    std::vector<qsizetype> widths(lines.front().size());
    for (const auto &cells : lines) {
        for (std::size_t i = 0; i < cells.size(); ++i)
            widths[i] = std::max(widths[i], QString::fromUtf8(cells[i]).size());
    }
    for (const auto &cells : lines) {
        QString text;
        for (std::size_t i = 0; i < cells.size(); ++i)
            text += QString::fromUtf8(cells[i]).leftJustified(widths[i] + 2);
        printLine(text.trimmed().toUtf8());
    }
}

} // namespace

void printRows(const std::vector<Json> &rows, bool json)
{
    if (json) {
        for (const Json &row : rows)
            printLine(row.toBytes());
    } else if (!rows.empty()) {
        printTable(rows);
    }
}

} // namespace provost::app
