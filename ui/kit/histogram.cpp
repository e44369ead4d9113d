#include "ui/kit/histogram.h"

#include "ui/kit/fonts.h"
#include "ui/kit/linechart.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"
#include "ui/kit/words.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <cmath>

namespace provost::ui {

namespace {

constexpr int LabelHeight = 18;
constexpr int ClickSlop = 3; // pixels a click may wander

QString spanText(const TimeSpan &span, double wholeSeconds)
{
    const double fine = std::min(wholeSeconds, 86400.0);
    return timeLabel(span.from, wholeSeconds > 86400 ? wholeSeconds : fine) + QStringLiteral(" – ")
           + timeLabel(span.until, fine);
}

} // namespace

Histogram::Histogram(const QString &name, const QString &accessible, QWidget *parent)
    : QWidget(parent)
{
    setObjectName(name);
    setAccessibleName(accessible);
    setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Histogram::setBars(std::vector<HistogramBar> bars, double until)
{
    m_bars = std::move(bars);
    m_until = until;
    m_hover = -1;
    m_cursor = std::min(m_cursor, static_cast<int>(m_bars.size()) - 1);
    setAccessibleDescription(description());
    update();
}

void Histogram::setSelection(const std::optional<TimeSpan> &span)
{
    m_selection = span;
    setAccessibleDescription(description());
    update();
}

void Histogram::setPlaceholder(const QString &text)
{
    m_placeholder = text;
    update();
}

QString Histogram::description() const
{
    if (m_bars.empty()) {
        return m_placeholder;
    }
    qint64 total = 0;
    qint64 denied = 0;
    const HistogramBar *highest = &m_bars.front();
    for (const HistogramBar &bar : m_bars) {
        total += bar.total;
        denied += bar.denied;
        highest = bar.total > highest->total ? &bar : highest;
    }
    return tr("%1, %2 denied, most at %3")
        .arg(counted(total, tr("record"), tr("records")), numberText(denied),
             timeLabel(highest->from, 3600));
}

QRect Histogram::plot() const
{
    return rect().adjusted(0, 2, 0, -LabelHeight);
}

int Histogram::barAt(int x) const
{
    const int count = static_cast<int>(m_bars.size());
    if (count == 0 || width() <= 0) {
        return -1;
    }
    return std::clamp(x * count / width(), 0, count - 1);
}

double Histogram::edge(int bar) const
{
    return bar < static_cast<int>(m_bars.size()) ? m_bars[static_cast<std::size_t>(bar)].from
                                                 : m_until;
}

double Histogram::xOf(double time) const
{
    const double from = edge(0);
    return m_until <= from ? 0 : (time - from) / (m_until - from) * width();
}

void Histogram::selectBars(int first, int last)
{
    const TimeSpan span{edge(std::min(first, last)), edge(std::max(first, last) + 1)};
    setSelection(span);
}

void Histogram::paintBars(QPainter &painter, const QRect &plot) const
{
    const Tokens &t = tokens();
    qint64 most = 1;
    for (const HistogramBar &bar : m_bars) {
        most = std::max(most, bar.total);
    }
    const double step = static_cast<double>(plot.width()) / static_cast<double>(m_bars.size());
    const double gap = step >= 4 ? 1.5 : (step >= 2 ? 0.5 : 0);
    const QColor calls =
        t.dark ? mixed(t.surface, t.accent, 0.55) : mixed(t.surface, t.accent, 0.62);
    painter.setRenderHint(QPainter::Antialiasing, step < 4);
    const auto heightOf = [&](qint64 value) {
        // Few among many must still be seen.
        return value == 0 ? 0.0
                          : std::max(1.5, static_cast<double>(value) / static_cast<double>(most)
                                              * plot.height());
    };
    for (std::size_t i = 0; i < m_bars.size(); ++i) {
        const HistogramBar &bar = m_bars[i];
        const double x = plot.x() + step * static_cast<double>(i);
        const double whole = heightOf(bar.total);
        const double bad = std::min(heightOf(bar.denied + bar.errors), whole);
        const auto column = [&](double height) {
            return QRectF(x, plot.bottom() + 1 - height, std::max(step - gap, 0.7), height);
        };
        const bool lit =
            static_cast<int>(i) == m_hover || (hasFocus() && static_cast<int>(i) == m_cursor);
        painter.fillRect(column(whole), lit ? t.accent : calls);
        painter.fillRect(column(bad), t.deny);
    }
}

void Histogram::paintLabels(QPainter &painter, const QRect &plot) const
{
    const Tokens &t = tokens();
    painter.setFont(uiFont(11));
    painter.setPen(t.muted);
    const double whole = m_until - edge(0);
    const QRect line(0, plot.bottom() + 3, width(), LabelHeight - 3);
    QString told;
    int at = 0;
    if (m_hover >= 0 && m_dragFrom < 0) {
        const HistogramBar &bar = m_bars[static_cast<std::size_t>(m_hover)];
        told = spanText({bar.from, edge(m_hover + 1)}, whole) + QStringLiteral("  ")
               + tr("%1, %2 denied")
                     .arg(counted(bar.total, tr("record"), tr("records")), numberText(bar.denied));
        at = static_cast<int>(xOf(bar.from));
    } else if (m_selection) {
        qint64 records = 0;
        for (const HistogramBar &bar : m_bars) {
            records +=
                bar.from >= m_selection->from && bar.from < m_selection->until ? bar.total : 0;
        }
        told = spanText(*m_selection, whole) + QStringLiteral(" ")
               + tr("selected, %1").arg(counted(records, tr("record"), tr("records")));
        at = static_cast<int>(xOf((m_selection->from + m_selection->until) / 2));
    }
    QRect taken;
    if (!told.isEmpty()) {
        const int wide = painter.fontMetrics().horizontalAdvance(told) + 4;
        taken = QRect(std::clamp(at - wide / 2, 0, std::max(0, width() - wide)), line.y(), wide,
                      line.height());
        painter.setPen(t.text);
        painter.drawText(taken, Qt::AlignCenter, told);
        painter.setPen(t.muted);
    }
    const int labels = std::clamp(width() / 140, 2, 6);
    for (int i = 0; i < labels; ++i) {
        const double share = static_cast<double>(i) / (labels - 1);
        const QString text = timeLabel(edge(0) + whole * share, whole);
        const int wide = painter.fontMetrics().horizontalAdvance(text) + 2;
        const QRect box(static_cast<int>(share * (width() - wide)), line.y(), wide, line.height());
        if (taken.isNull() || !box.adjusted(-8, 0, 8, 0).intersects(taken)) {
            painter.drawText(box, Qt::AlignLeft | Qt::AlignVCenter, text);
        }
    }
}

void Histogram::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    const QRect area = plot();
    if (m_bars.empty()) {
        painter.setFont(uiFont(12));
        painter.setPen(t.muted);
        painter.drawText(rect(), Qt::AlignCenter, m_placeholder);
        return;
    }
    if (m_selection) {
        const QRectF band(xOf(m_selection->from), 0,
                          xOf(m_selection->until) - xOf(m_selection->from), area.bottom() + 1);
        painter.fillRect(band, t.accentSoft);
        painter.fillRect(QRectF(band.left(), 0, 1.5, band.height()), t.accent);
        painter.fillRect(QRectF(band.right() - 1.5, 0, 1.5, band.height()), t.accent);
    }
    paintBars(painter, area);
    painter.setRenderHint(QPainter::Antialiasing, false);
    paintLabels(painter, area);
    if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange)) {
        paintFocusRing(painter, rect(), metrics::ControlRadius);
    }
}

void Histogram::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && !m_bars.empty()) {
        m_dragFrom = event->pos().x();
    }
}

void Histogram::mouseMoveEvent(QMouseEvent *event)
{
    if (m_bars.empty()) {
        return;
    }
    m_hover = barAt(event->pos().x());
    if (m_dragFrom >= 0 && std::abs(event->pos().x() - m_dragFrom) > ClickSlop) {
        selectBars(barAt(m_dragFrom), m_hover);
    }
    update();
}

void Histogram::mouseReleaseEvent(QMouseEvent *event)
{
    if (m_dragFrom < 0 || event->button() != Qt::LeftButton) {
        return;
    }
    const bool dragged = std::abs(event->pos().x() - m_dragFrom) > ClickSlop;
    m_dragFrom = -1;
    if (dragged && m_selection) {
        Q_EMIT spanSelected(*m_selection);
    } else if (m_selection) {
        setSelection(std::nullopt);
        Q_EMIT spanCleared();
    }
}

void Histogram::leaveEvent(QEvent *)
{
    m_hover = -1;
    update();
}

void Histogram::keyPressEvent(QKeyEvent *event)
{
    const int last = static_cast<int>(m_bars.size()) - 1;
    const bool left = event->key() == Qt::Key_Left;
    if (last >= 0 && (left || event->key() == Qt::Key_Right)) {
        const bool extend = event->modifiers().testFlag(Qt::ShiftModifier);
        const int before = m_cursor;
        m_cursor = std::clamp(m_cursor < 0 ? last : m_cursor + (left ? -1 : 1), 0, last);
        if (extend) {
            m_cursorStart = m_cursorStart < 0 ? std::max(before, 0) : m_cursorStart;
            selectBars(m_cursorStart, m_cursor);
        } else {
            m_cursorStart = m_cursor;
        }
        m_hover = m_cursor;
        update();
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) && m_selection) {
        Q_EMIT spanSelected(*m_selection);
        return;
    }
    if (event->key() == Qt::Key_Escape && m_selection) {
        setSelection(std::nullopt);
        Q_EMIT spanCleared();
        return;
    }
    QWidget::keyPressEvent(event);
}

} // namespace provost::ui
