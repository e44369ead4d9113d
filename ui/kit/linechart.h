// LineChart: a few lines over time, drawn with one pass per pixel column. Each line has its own dash pattern besides its
// colour. Hovering reads out the values; the whole is told in words as accessible description.
// Thread: ui thread.
#pragma once

#include "ui/kit/decimate.h"
#include "ui/kit/tokens.h"

#include <QWidget>

#include <functional>

class QPen;

namespace provost::ui {

class LineChart : public QWidget
{
    Q_OBJECT

public:
    enum class Stroke { Solid, Dashed, Dotted };

    struct Series
    {
        QString name; // "p99"
        Tone tone = Tone::Accent;
        Stroke stroke = Stroke::Solid;
        bool filled = false;
        std::vector<ChartPoint> points; // x: seconds since 1970 UTC, ascending
    };

    LineChart(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    void setSeries(std::vector<Series> series);
    [[nodiscard]] const std::vector<Series> &series() const { return m_series; }
    // The axis is at least this long and ends at the last point, so that a title such as "15 min" is true from the first
    // value on. 0: as long as the points need.
    void setSpan(double seconds);
    // A level to compare with ("objective 500 ms"); none: no line.
    void setLimit(std::optional<double> limit, const QString &label = {});
    // Words for a value on the y axis: "31 ms". Default: the number.
    void setFormat(std::function<QString(double)> format);
    // Shown in the middle while there are no points.
    void setPlaceholder(const QString &text);
    // The picture in words: "p99 31 ms, highest 48 ms at 10:02".
    [[nodiscard]] QString description() const;
    // A legend of names with their strokes, for a card's header; follows the series.
    [[nodiscard]] QWidget *makeLegend(QWidget *parent);

    [[nodiscard]] QSize sizeHint() const override { return {420, 160}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 90}; }

Q_SIGNALS:
    void seriesChanged();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    struct Extent
    {
        double from = 0;
        double until = 1;
        double top = 1;
    };
    [[nodiscard]] Extent extent() const;
    [[nodiscard]] QRect plot() const;
    void paintGrid(QPainter &painter, const QRect &plot, const Extent &extent) const;
    void paintValues(QPainter &painter, const QRect &plot, const Extent &extent) const;
    void paintSeries(QPainter &painter, const QRect &plot, const Extent &extent,
                     const Series &series) const;
    void paintReadOut(QPainter &painter, const QRect &plot, const Extent &extent) const;

    std::vector<Series> m_series;
    double m_span = 0;
    std::optional<double> m_limit;
    QString m_limitLabel;
    std::function<QString(double)> m_format;
    QString m_placeholder;
    int m_hover = -1; // x within the widget, -1: none
};

// Round steps for an axis from 0 to at least `top`: 1, 2, 5 times a power of ten. Pure.
[[nodiscard]] double axisTop(double top);
// "12:58", "Mon 12:58", "14 Nov": as fine as the span asks for. Local time or UTC as set by the reader: UTC.
[[nodiscard]] QString timeLabel(double seconds, double spanSeconds);

// Pens and dash patterns shared by charts and legends.
[[nodiscard]] QPen strokePen(Tone tone, LineChart::Stroke stroke, double width);

} // namespace provost::ui
