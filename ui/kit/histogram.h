// Histogram: counts over time as bars, the denied share of each in the deny colour below; drag selects a span of time.
// With the keyboard: Left and Right move the cursor bar, Shift extends the selection, Enter tells it, Escape clears it.
// Thread: ui thread.
#pragma once

#include <QWidget>

#include <optional>
#include <vector>

namespace provost::ui {

struct HistogramBar
{
    double from = 0; // seconds since 1970 UTC
    qint64 total = 0;
    qint64 denied = 0;
    qint64 errors = 0;
    bool operator==(const HistogramBar &) const = default;
};

struct TimeSpan
{
    double from = 0;  // seconds since 1970 UTC, inclusive
    double until = 0; // exclusive
    bool operator==(const TimeSpan &) const = default;
};

class Histogram : public QWidget
{
    Q_OBJECT

public:
    Histogram(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    // REQUIRES: ascending and evenly spaced; `until` closes the last bar.
    void setBars(std::vector<HistogramBar> bars, double until);
    void setSelection(const std::optional<TimeSpan> &span);
    [[nodiscard]] std::optional<TimeSpan> selection() const { return m_selection; }
    void setPlaceholder(const QString &text);
    [[nodiscard]] QString description() const;

    [[nodiscard]] QSize sizeHint() const override { return {600, 92}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 70}; }

Q_SIGNALS:
    // The user drew a span (or cleared it).
    void spanSelected(const provost::ui::TimeSpan &span);
    void spanCleared();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    [[nodiscard]] QRect plot() const;
    [[nodiscard]] int barAt(int x) const;
    [[nodiscard]] double edge(int bar) const; // the time at which a bar begins; the last one closes
    [[nodiscard]] double xOf(double time) const;
    void selectBars(int first, int last);
    void paintBars(QPainter &painter, const QRect &plot) const;
    void paintLabels(QPainter &painter, const QRect &plot) const;

    std::vector<HistogramBar> m_bars;
    double m_until = 0;
    std::optional<TimeSpan> m_selection;
    QString m_placeholder;
    int m_hover = -1;
    int m_dragFrom = -1;
    int m_cursor = -1;
    int m_cursorStart = -1;
};

} // namespace provost::ui
