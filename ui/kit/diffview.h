// DiffView: two texts line by line, side by side or in one column; coloured rows with + and − so that colour is not alone.
// Long runs of equal lines are folded to "… 40 equal lines".
// Thread: ui thread.
#pragma once

#include "ui/kit/linediff.h"

#include <QAbstractScrollArea>

namespace provost::ui {

class DiffView : public QAbstractScrollArea
{
    Q_OBJECT

public:
    enum class Layout { Unified, SideBySide };

    DiffView(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    void setTexts(const QString &before, const QString &after);
    // Headings over the halves: "live, revision 41", "draft".
    void setTitles(const QString &before, const QString &after);
    void setLayoutKind(Layout layout);
    // Equal lines kept around a change; -1: all.
    void setContextLines(int lines);
    [[nodiscard]] DiffCount count() const { return m_count; }
    [[nodiscard]] QSize sizeHint() const override;

public Q_SLOTS:
    // To the next or former change.
    void goNext();
    void goPrevious();

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    // What one row of the view shows; indexes into m_lines, -1: nothing on that side.
    struct Row
    {
        int left = -1;
        int right = -1;
        int folded = 0; // > 0: stands for so many equal lines
    };
    void rebuild();
    void updateBars();
    void paintHalf(QPainter &painter, const QRect &half, int line, bool right) const;
    [[nodiscard]] bool isChange(const Row &row) const;

    std::vector<DiffLine> m_lines;
    std::vector<Row> m_rows;
    DiffCount m_count;
    QString m_titleBefore;
    QString m_titleAfter;
    Layout m_layout = Layout::SideBySide;
    int m_context = 3;
    int m_widest = 0; // characters
};

} // namespace provost::ui
