// WindowedTable: a table over a RowSource of any size. QTableView for drawing, header, keyboard and accessibility; an own
// scroll bar that stands for a fraction of the whole; selection by record id, which survives every scroll.
// Follow mode keeps the top in sight; when it is off, new records only fill the pill "12,480 new – jump to live".
// Thread: ui thread.
#pragma once

#include "ui/kit/windowmodel.h"

#include <QTimer>
#include <QWidget>

class QScrollBar;

namespace provost::ui {

class Button;
class WindowTableView;

class WindowedTable : public QWidget
{
    Q_OBJECT

public:
    WindowedTable(const QString &name, const QString &accessible, QWidget *parent = nullptr);
    ~WindowedTable() override;

    // Borrowed; must outlive the table or be replaced.
    void setSource(RowSource *source);
    [[nodiscard]] WindowModel &model() { return m_model; }
    [[nodiscard]] WindowTableView *view() const { return m_view; }

    // --- selection, by id; in the order shown as far as loaded ---
    [[nodiscard]] std::vector<QByteArray> selectedIds() const;
    [[nodiscard]] QByteArray currentId() const { return m_current.id; }
    // Moves there and selects; the record may be far from the window.
    void select(const QByteArray &id);
    void clearSelection();

    // --- live ---
    void setFollowing(bool following);
    [[nodiscard]] bool isFollowing() const { return m_following; }
    // `count` records arrived at the top (0: some). Following, the top is drawn again, at most 15 times a second.
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
    void onWindowMoved();
    void onSelectionChanged();
    void onScrollBar(int action);
    bool onKey(class QKeyEvent *event);
    bool onWheel(class QWheelEvent *event);
    void step(qint64 rows, bool extend);
    void makeCurrent(const WindowRow &row, bool extend);
    void showMenu(const QPoint &position);
    void updateVisibleRows();
    void updatePill();
    void leaveFollowing();

    WindowModel m_model;
    WindowTableView *m_view = nullptr;
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
    int m_wheel = 0;                     // eighths of a degree not yet scrolled
    std::optional<QByteArray> m_awaited; // select() of a record that is not loaded yet
};

} // namespace provost::ui
