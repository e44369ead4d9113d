// WindowedTable: a table over a RowSource of any size. QTableView for drawing, header, keyboard and accessibility; an own
// scroll bar that stands for a fraction of the whole; selection by record id, which survives every scroll.
// Following keeps the top in sight; when it is off, new records only fill the pill "12,480 new · jump to live".
// Thread: ui thread.
#pragma once

#include "ui/kit/windowmodel.h"

#include <QWidget>

class QKeyEvent;
class QMenu;
class QScrollBar;
class QWheelEvent;

namespace provost::ui {

class Button;
class TableView;

class WindowedTable : public QWidget
{
    Q_OBJECT

public:
    WindowedTable(const QString &name, const QString &accessible, QWidget *parent = nullptr);
    ~WindowedTable() override;

    // Borrowed. A source that dies takes its rows along.
    void setSource(RowSource *source);
    [[nodiscard]] WindowModel &model() { return m_model; }
    [[nodiscard]] TableView *view() const { return m_view; }

    // --- selection, by id ---
    [[nodiscard]] std::vector<QByteArray> selectedIds() const;
    [[nodiscard]] QByteArray currentId() const { return m_current.id; }
    // Moves there and selects; the record may be far from the window.
    void select(const QByteArray &id);
    void clearSelection();

    // --- live ---
    void setFollowing(bool following);
    [[nodiscard]] bool isFollowing() const { return m_following; }
    // `count` records arrived at the top (0: some, unknown how many). Following, the top is read again, at most 15
    // times a second.
    void noteNewRows(qint64 count);

    [[nodiscard]] QString selectionAsTsv() const;
    [[nodiscard]] QByteArray selectionAsJson() const;

Q_SIGNALS:
    // The current record changed, by the user or by select(); empty: none.
    void currentChanged(const QByteArray &id);
    void selectionChanged();
    // Enter or double click.
    void opened(const QByteArray &id);
    void followingChanged(bool following);
    void failed(const QString &message);
    // A right click on a cell; pages add entries to `menu`.
    void menuRequested(QMenu *menu, const QByteArray &id, int column);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    // What happens once a jump has arrived.
    enum class Awaited { Nothing, Record, First, Last };

    void onWindowMoved();
    void onJumped();
    void onViewSelection();
    void onScrollBar(int action);
    bool onKey(const QKeyEvent &event);
    bool onWheel(const QWheelEvent &event);
    void step(qint64 rows, bool extend);
    void makeCurrent(const WindowRow &row, bool extend);
    void mapSelection();
    void showMenu(const QPoint &position);
    void updateVisibleRows();
    void updatePill();
    void refreshIfDue();
    [[nodiscard]] bool isSelected(const QByteArray &id) const;

    WindowModel m_model;
    TableView *m_view = nullptr;
    QScrollBar *m_bar = nullptr;
    Button *m_pill = nullptr;
    WindowRow m_current;
    WindowRow m_rangeStart;            // where Shift extends from
    std::vector<WindowRow> m_selected; // INVARIANT: no id twice
    bool m_mapping = false;            // the view's selection follows ours
    bool m_following = false;
    qint64 m_pending = 0;
    bool m_refreshDue = false;
    QTimer m_refresh;
    int m_wheel = 0; // angle not yet scrolled, eighths of a degree
    Awaited m_await = Awaited::Nothing;
    QByteArray m_awaited;
};

} // namespace provost::ui
