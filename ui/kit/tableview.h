// TableView: QTableView as all tables of the console are: rows of 28 px, no grid but hairlines, whole rows selected, copy
// as TSV or JSON. For models that fit in memory; huge ones stand in a WindowedTable.
// Thread: ui thread.
#pragma once

#include <QTableView>

class QMenu;

namespace provost::ui {

class TableView : public QTableView
{
    Q_OBJECT

public:
    TableView(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    // The column takes what is left; others keep their widths (pixels).
    void setColumnWidths(const std::vector<int> &widths); // -1: takes what is left

    // Stands where the rows would, as long as there are none.
    void setPlaceholder(const QString &text);

    // What Ctrl+C copies: header and selected rows.
    [[nodiscard]] virtual QString selectionAsTsv() const;
    // One JSON object per selected row.
    [[nodiscard]] virtual QByteArray selectionAsJson() const;

    // As high as its rows, up to `rowsMax`: for short tables in cards.
    void setHeightToRows(int rowsMax);
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

Q_SIGNALS:
    // Enter or double click on a row.
    void opened(const QModelIndex &index);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    // Pages add their own entries.
    virtual void fillMenu(QMenu &menu);

private:
    void stretch();

    std::vector<int> m_widths;
    QString m_placeholder;
    int m_rowsMax = 0;
};

} // namespace provost::ui
