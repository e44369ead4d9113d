// RowSource and WindowModel: tables over any number of rows, flat in their count. A source answers pages of rows by
// key; the model holds a few thousand of them around the window and shows exactly what fits on the screen.
// INVARIANT: the rows held are consecutive; rowCount() never passes the visible rows by more than the one that is cut
// off at the bottom; a row is known by its id, never by its number.
// Thread: ui thread.
#pragma once

#include "ui/kit/cell.h"

#include <QAbstractTableModel>
#include <QByteArray>
#include <QPointer>
#include <QTimer>

#include <deque>
#include <memory>
#include <optional>

namespace provost::ui {

struct WindowRow
{
    QByteArray id;                      // names the record for ever; selection and links keep it
    std::shared_ptr<const void> record; // the source's own, handed back to cell()
};

struct RowRequest
{
    // Top is the first row as shown (the newest record of a log), Bottom the last.
    enum class From { Top, Bottom, Below, Above, Around, Fraction };

    quint64 token = 0;
    From from = From::Top;
    std::optional<WindowRow> anchor; // of Below and Above (exclusive), of Around (included)
    double fraction = 0;             // of Fraction: 0 is the top, 1 the bottom
    int rowsMax = 0;
};

struct RowPage
{
    quint64 token = 0;
    std::vector<WindowRow> rows; // in the order shown
    bool atTop = false;          // nothing above the first row
    bool atBottom = false;       // nothing below the last row
    // Rows above the first one, exact or estimated; for the scroll bar. None: unknown.
    std::optional<qint64> above;
};

// What a page implements over its part of the control plane. Requests are answered by pageReady() or failed(), with
// their token, at once or later; an answer that was overtaken by another request is dropped by the model.
class RowSource : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    struct Column
    {
        QString id; // for settings and JSON: "time"
        QString title;
        int width = 120; // pixels; -1: takes what is left
        Qt::Alignment alignment = Qt::AlignLeft;
    };

    [[nodiscard]] virtual std::vector<Column> columns() const = 0;
    // Called for visible cells only.
    [[nodiscard]] virtual Cell cell(const WindowRow &row, int column) const = 0;
    // One line, for "Copy as JSON". Unless a source knows better: an object of the columns' texts.
    [[nodiscard]] virtual QByteArray json(const WindowRow &row) const;
    // Rows in all, exact or estimated; none: not known yet.
    [[nodiscard]] virtual std::optional<qint64> total() const = 0;
    // Around may name a record by its id alone.
    virtual void request(const RowRequest &request) = 0;
    virtual void cancel(quint64 token) = 0;

Q_SIGNALS:
    void pageReady(const provost::ui::RowPage &page);
    void failed(quint64 token, const QString &message);
    // The rows are others now (filter, sort order): the model starts over at the top.
    void reset();
    void totalChanged();
};

class WindowModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    explicit WindowModel(QObject *parent = nullptr);

    // Borrowed. A source that dies takes its rows along.
    void setSource(RowSource *source);
    [[nodiscard]] RowSource *source() const { return m_source; }

    // How many rows fit on the screen whole.
    void setVisibleRows(int rows);
    [[nodiscard]] int visibleRows() const { return m_visible; }

    // --- moving; all of them ask the source for what is missing ---
    void scrollBy(qint64 rows);
    void goTop();
    void goBottom();
    void goToFraction(double fraction);
    // Brings the record into the window.
    void goTo(const QByteArray &id);
    // Reads the top again and shows it.
    void refreshTop();

    [[nodiscard]] bool atTop() const;
    [[nodiscard]] bool atBottom() const;
    // Of the window within the whole, 0 to 1.
    [[nodiscard]] double fraction() const;
    [[nodiscard]] bool isLoading() const { return m_token != 0; }

    // Counted from the window's first row; rows around the window that are in memory have numbers too (negative above).
    // Null while the row has not arrived.
    [[nodiscard]] const WindowRow *rowAt(qint64 row) const;
    [[nodiscard]] std::optional<qint64> positionOf(const QByteArray &id) const;
    // All rows in memory from one record to another, in the order shown; empty if either is not there.
    [[nodiscard]] std::vector<WindowRow> rowsBetween(const QByteArray &id,
                                                     const QByteArray &other) const;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

Q_SIGNALS:
    // The window shows other rows or stands elsewhere: selection and scroll bar follow.
    void windowMoved();
    // A jump (top, bottom, fraction, record) has arrived.
    void jumped();
    void failed(const QString &message);

private:
    void onPage(const RowPage &page);
    void onFailed(quint64 token, const QString &message);
    void startOver();
    void jump(RowRequest request);
    void ask(RowRequest request);
    void askForMore();
    void replaceBy(const RowPage &page);
    void extendBelow(const RowPage &page);
    void extendAbove(const RowPage &page);
    void trim();
    void clampWindow();
    void publish();
    [[nodiscard]] qint64 size() const { return static_cast<qint64>(m_rows.size()); }

    QPointer<RowSource> m_source;
    std::vector<RowSource::Column> m_columns;
    std::deque<WindowRow> m_rows;
    qint64 m_first = 0;      // of the window within m_rows
    bool m_holdsTop = false; // m_rows begins at the top
    bool m_holdsBottom = false;
    qint64 m_above = 0; // rows above m_rows.front(), exact or estimated
    int m_visible = 1;
    int m_shown = 0;     // rowCount() as published
    quint64 m_token = 0; // of the request under way; 0: none
    quint64 m_lastToken = 0;
    RowRequest m_asked;
    qint64 m_owed = 0;    // rows still to scroll when the next page is there
    bool m_stale = false; // a jump takes long: show placeholders
    QTimer m_patience;
};

} // namespace provost::ui
