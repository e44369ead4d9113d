#include "ui/kit/linechart.h"

#include "ui/kit/fonts.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QDateTime>
#include <QLocale>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QTimeZone>

#include <cmath>
#include <limits>

namespace provost::ui {

namespace {

constexpr int LabelHeight = 18;
constexpr int GridLines = 2; // halves of a round top are round too
constexpr int LegendStroke = 14;

// The names of a chart's lines with their strokes.
class Legend : public QWidget
{
public:
    Legend(const LineChart &chart, QWidget *parent)
        : QWidget(parent)
        , m_chart(chart)
    {
        setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        connect(&chart, &LineChart::seriesChanged, this, [this] {
            updateGeometry();
            update();
        });
    }

    [[nodiscard]] QSize sizeHint() const override
    {
        int width = 0;
        const QFontMetrics font(uiFont(12, QFont::DemiBold));
        for (const LineChart::Series &series : m_chart.series()) {
            width += LegendStroke + 4 + font.horizontalAdvance(series.name) + 12;
        }
        return {std::max(width - 12, 0), 18};
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setFont(uiFont(12, QFont::DemiBold));
        int x = 0;
        for (const LineChart::Series &series : m_chart.series()) {
            painter.setPen(strokePen(series.tone, series.stroke, 2));
            painter.drawLine(x, height() / 2, x + LegendStroke, height() / 2);
            x += LegendStroke + 4;
            painter.setPen(inkOf(tokens(), series.tone));
            const int width = painter.fontMetrics().horizontalAdvance(series.name);
            painter.drawText(QRect(x, 0, width + 2, height()), Qt::AlignVCenter, series.name);
            x += width + 12;
        }
    }

private:
    const LineChart &m_chart;
};

double nearestValue(const LineChart::Series &series, double x)
{
    const auto after =
        std::lower_bound(series.points.begin(), series.points.end(), x,
                         [](const ChartPoint &point, double wanted) { return point.x < wanted; });
    if (after == series.points.begin()) {
        return after == series.points.end() ? std::nan("") : after->y;
    }
    const auto before = after - 1;
    return after == series.points.end() || x - before->x < after->x - x ? before->y : after->y;
}

} // namespace

QPen strokePen(Tone tone, LineChart::Stroke stroke, double width)
{
    QPen pen(inkOf(tokens(), tone), width);
    pen.setJoinStyle(Qt::RoundJoin);
    if (stroke == LineChart::Stroke::Dashed) {
        pen.setDashPattern({3, 2});
    } else if (stroke == LineChart::Stroke::Dotted) {
        pen.setDashPattern({1, 1.6});
    }
    return pen;
}

double axisTop(double top)
{
    if (!(top > 0) || !std::isfinite(top)) {
        return 1;
    }
    const double power = std::pow(10.0, std::floor(std::log10(top)));
    for (const double step : {1.0, 1.5, 2.0, 3.0, 5.0, 7.5}) {
        if (top <= step * power * (1 + 1e-9)) {
            return step * power;
        }
    }
    return 10 * power;
}

QString timeLabel(double seconds, double spanSeconds)
{
    constexpr double Day = 86400;
    const QDateTime time =
        QDateTime::fromSecsSinceEpoch(static_cast<qint64>(seconds), QTimeZone::utc());
    if (spanSeconds <= 120) {
        return time.toString(QStringLiteral("HH:mm:ss"));
    }
    if (spanSeconds <= 1.5 * Day) {
        return time.toString(QStringLiteral("HH:mm"));
    }
    const QLocale locale;
    return spanSeconds <= 8 * Day ? locale.toString(time, QStringLiteral("ddd HH:mm"))
                                  : locale.toString(time, QStringLiteral("d MMM"));
}

LineChart::LineChart(const QString &name, const QString &accessible, QWidget *parent)
    : QWidget(parent)
    , m_format([](double value) { return QLocale().toString(value, 'g', 3); })
{
    setObjectName(name);
    setAccessibleName(accessible);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void LineChart::setSeries(std::vector<Series> series)
{
    m_series = std::move(series);
    setAccessibleDescription(description());
    Q_EMIT seriesChanged();
    update();
}

void LineChart::setSpan(double seconds)
{
    m_span = seconds;
    update();
}

void LineChart::setLimit(std::optional<double> limit, const QString &label)
{
    m_limit = limit;
    m_limitLabel = label;
    update();
}

void LineChart::setFormat(std::function<QString(double)> format)
{
    m_format = std::move(format);
    update();
}

void LineChart::setPlaceholder(const QString &text)
{
    m_placeholder = text;
    update();
}

QString LineChart::description() const
{
    QStringList parts;
    for (const Series &series : m_series) {
        const ChartPoint *last = nullptr;
        const ChartPoint *highest = nullptr;
        for (const ChartPoint &point : series.points) {
            if (std::isnan(point.y)) {
                continue;
            }
            last = &point;
            highest = highest == nullptr || point.y > highest->y ? &point : highest;
        }
        if (last != nullptr) {
            parts << tr("%1 %2, highest %3 at %4")
                         .arg(series.name, m_format(last->y), m_format(highest->y),
                              timeLabel(highest->x, 3600));
        }
    }
    return parts.isEmpty() ? m_placeholder : parts.join(QStringLiteral("; "));
}

QWidget *LineChart::makeLegend(QWidget *parent)
{
    return new Legend(*this, parent);
}

QRect LineChart::plot() const
{
    return rect().adjusted(0, 6, -1, -LabelHeight);
}

LineChart::Extent LineChart::extent() const
{
    Extent extent;
    extent.from = std::numeric_limits<double>::max();
    extent.until = std::numeric_limits<double>::lowest();
    double top = 0;
    for (const Series &series : m_series) {
        if (series.points.empty()) {
            continue;
        }
        extent.from = std::min(extent.from, series.points.front().x);
        extent.until = std::max(extent.until, series.points.back().x);
        for (const ChartPoint &point : series.points) {
            if (point.y > top) { // false for NaN
                top = point.y;
            }
        }
    }
    if (extent.from > extent.until) {
        return {0, 1, 1};
    }
    extent.from = std::min(extent.from, extent.until - m_span);
    if (extent.from == extent.until) {
        extent.until += 1;
    }
    // A limit far above the values would flatten them to nothing; it is then left to the legend.
    if (m_limit && *m_limit <= top * 3) {
        top = std::max(top, *m_limit);
    }
    extent.top = axisTop(top * 1.04);
    return extent;
}

void LineChart::paintGrid(QPainter &painter, const QRect &plot, const Extent &extent) const
{
    const Tokens &t = tokens();
    painter.setFont(uiFont(11));
    for (int i = 0; i <= GridLines; ++i) {
        const int y = plot.bottom() - plot.height() * i / GridLines;
        painter.fillRect(QRect(plot.x(), y, plot.width(), 1),
                         i == 0 ? t.line : mixed(t.surface, t.line, 0.7));
    }
    constexpr int LabelsMax = 5;
    const int labels = std::clamp(plot.width() / 110, 2, LabelsMax);
    painter.setPen(t.muted);
    for (int i = 0; i < labels; ++i) {
        const double share = static_cast<double>(i) / (labels - 1);
        const QString text = timeLabel(extent.from + (extent.until - extent.from) * share,
                                       extent.until - extent.from);
        const int width = painter.fontMetrics().horizontalAdvance(text);
        const int x = plot.x() + static_cast<int>(share * (plot.width() - width));
        painter.drawText(QRect(x, plot.bottom() + 4, width + 4, LabelHeight - 4), Qt::AlignLeft,
                         text);
    }
}

// Over the lines, on a plate of the surface: a line that runs through a figure makes both unreadable.
void LineChart::paintValues(QPainter &painter, const QRect &plot, const Extent &extent) const
{
    const Tokens &t = tokens();
    QColor plate = t.surface;
    plate.setAlphaF(0.85F);
    painter.setFont(uiFont(11));
    painter.setPen(t.muted);
    for (int i = 1; i <= GridLines; ++i) {
        const int y = plot.bottom() - plot.height() * i / GridLines;
        const QString text = m_format(extent.top * i / GridLines);
        const QRect place(plot.x(), y + 2, painter.fontMetrics().horizontalAdvance(text) + 3, 14);
        painter.fillRect(place, plate);
        painter.drawText(place, Qt::AlignLeft, text);
    }
}

void LineChart::paintSeries(QPainter &painter, const QRect &plot, const Extent &extent,
                            const Series &series) const
{
    const std::vector<ChartPoint> points =
        decimated(series.points, extent.from, extent.until, plot.width());
    const auto place = [&](const ChartPoint &point) {
        return QPointF(plot.x()
                           + (point.x - extent.from) / (extent.until - extent.from) * plot.width(),
                       plot.bottom() - std::clamp(point.y / extent.top, 0.0, 1.0) * plot.height());
    };
    QPolygonF run;
    const auto flush = [&] {
        if (series.filled && run.size() > 1) {
            QPolygonF area = run;
            area << QPointF(run.back().x(), plot.bottom())
                 << QPointF(run.front().x(), plot.bottom());
            QColor fill = inkOf(tokens(), series.tone);
            fill.setAlphaF(0.10F);
            painter.setPen(Qt::NoPen);
            painter.setBrush(fill);
            painter.drawPolygon(area);
        }
        painter.setPen(strokePen(series.tone, series.stroke, 1.5));
        painter.setBrush(Qt::NoBrush);
        if (run.size() == 1) {
            painter.drawEllipse(run.front(), 1.5, 1.5);
        } else {
            painter.drawPolyline(run);
        }
        run.clear();
    };
    for (const ChartPoint &point : points) {
        if (std::isnan(point.y)) {
            flush();
        } else {
            run << place(point);
        }
    }
    if (!run.isEmpty()) {
        flush();
    }
}

void LineChart::paintReadOut(QPainter &painter, const QRect &plot, const Extent &extent) const
{
    const Tokens &t = tokens();
    const double x =
        extent.from + (extent.until - extent.from) * (m_hover - plot.x()) / plot.width();
    painter.fillRect(QRect(m_hover, plot.y(), 1, plot.height()), t.faint);
    QStringList words{timeLabel(x, std::min(extent.until - extent.from, 86400.0))};
    for (const Series &series : m_series) {
        const double value = nearestValue(series, x);
        words << series.name + u' ' + (std::isnan(value) ? QStringLiteral("–") : m_format(value));
    }
    const QString text = words.join(QStringLiteral("   "));
    painter.setFont(uiFont(12));
    const int width = painter.fontMetrics().horizontalAdvance(text) + 16;
    const int left =
        std::clamp(m_hover - width / 2, plot.x(), std::max(plot.x(), plot.right() - width));
    const QRect box(left, plot.y(), width, 22);
    paintBox(painter, box, {.fill = t.raised, .border = t.line, .radius = 4});
    painter.setPen(t.text);
    painter.drawText(box, Qt::AlignCenter, text);
}

void LineChart::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    const QRect area = plot();
    const bool empty = std::all_of(m_series.begin(), m_series.end(),
                                   [](const Series &series) { return series.points.empty(); });
    if (empty) {
        painter.setFont(uiFont(12));
        painter.setPen(t.muted);
        painter.drawText(rect(), static_cast<int>(Qt::AlignCenter) | Qt::TextWordWrap,
                         m_placeholder);
        return;
    }
    const Extent shown = extent();
    paintGrid(painter, area, shown);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_limit && *m_limit <= shown.top) {
        painter.setPen(strokePen(Tone::Deny, Stroke::Dotted, 1.2));
        const double y = area.bottom() - *m_limit / shown.top * area.height();
        painter.drawLine(QPointF(area.x(), y), QPointF(area.right(), y));
        painter.setFont(uiFont(11));
        painter.drawText(QRectF(area.x(), y - 15, area.width(), 14), Qt::AlignRight, m_limitLabel);
    }
    for (const Series &series : m_series) {
        paintSeries(painter, area, shown, series);
    }
    paintValues(painter, area, shown);
    if (m_hover >= 0) {
        painter.setRenderHint(QPainter::Antialiasing, false);
        paintReadOut(painter, area, shown);
    }
}

void LineChart::mouseMoveEvent(QMouseEvent *event)
{
    const QRect area = plot();
    m_hover = std::clamp(event->pos().x(), area.left(), area.right());
    update();
}

void LineChart::leaveEvent(QEvent *)
{
    m_hover = -1;
    update();
}

} // namespace provost::ui
