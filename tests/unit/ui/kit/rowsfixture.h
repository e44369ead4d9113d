// A source of rows for tests: rows 0 to count - 1 with ids "r0", "r1", ...; answers at once or when told to.
// Thread: ui thread.
#pragma once

#include "ui/kit/windowmodel.h"

namespace provost::testing {

class FakeRows : public ui::RowSource
{
public:
    qint64 count = 0;
    bool late = false;          // keeps requests until answer()
    bool knowsPositions = true; // tells `above` and the total
    int asked = 0;
    int cells = 0; // asked for
    std::vector<ui::RowRequest> waiting;
    std::vector<quint64> cancelled;

    explicit FakeRows(qint64 rows)
        : count(rows)
    {
    }

    static QByteArray idOf(qint64 row) { return "r" + QByteArray::number(row); }
    static qint64 rowOf(const QByteArray &id) { return id.mid(1).toLongLong(); }

    [[nodiscard]] std::vector<Column> columns() const override
    {
        return {{QStringLiteral("id"), QStringLiteral("Id"), 100},
                {QStringLiteral("note"), QStringLiteral("Note"), -1}};
    }
    [[nodiscard]] ui::Cell cell(const ui::WindowRow &row, int column) const override
    {
        const_cast<FakeRows *>(this)->cells +=
            1; // NOLINT(cppcoreguidelines-pro-type-const-cast): counts only
        return {.text = column == 0 ? QString::fromLatin1(row.id) : QStringLiteral("=1+1")};
    }
    [[nodiscard]] std::optional<qint64> total() const override
    {
        return knowsPositions ? std::optional(count) : std::nullopt;
    }
    void cancel(quint64 token) override { cancelled.push_back(token); }
    void request(const ui::RowRequest &request) override
    {
        ++asked;
        if (late) {
            waiting.push_back(request);
        } else {
            answer(request);
        }
    }

    void answerAll()
    {
        for (const ui::RowRequest &request : std::exchange(waiting, {})) {
            answer(request);
        }
    }

    void answer(const ui::RowRequest &request)
    {
        using From = ui::RowRequest::From;
        const qint64 anchor = request.anchor ? rowOf(request.anchor->id) : 0;
        qint64 first = 0;
        qint64 end = 0;
        switch (request.from) {
        case From::Top: end = request.rowsMax; break;
        case From::Bottom:
            first = count - request.rowsMax;
            end = count;
            break;
        case From::Below:
            first = anchor + 1;
            end = first + request.rowsMax;
            break;
        case From::Above:
            first = anchor - request.rowsMax;
            end = anchor;
            break;
        case From::Around:
            first = anchor - request.rowsMax / 2;
            end = first + request.rowsMax;
            break;
        case From::Fraction:
            first = static_cast<qint64>(request.fraction * static_cast<double>(count));
            end = first + request.rowsMax;
            break;
        }
        first = std::max<qint64>(first, 0);
        end = std::min(end, count);
        ui::RowPage page;
        page.token = request.token;
        for (qint64 row = first; row < end; ++row) {
            page.rows.push_back({idOf(row), nullptr});
        }
        page.atTop = first == 0;
        page.atBottom = end == count;
        if (knowsPositions) {
            page.above = first;
        }
        Q_EMIT pageReady(page);
    }
};

} // namespace provost::testing
