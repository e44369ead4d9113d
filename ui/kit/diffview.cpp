#include "ui/kit/diffview.h"

#include "ui/kit/fonts.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"
#include "ui/kit/words.h"

#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int RowHeight = 20;
constexpr int TitleHeight = 28;
constexpr int NumberDigits = 4;
constexpr int Padding = 8;
constexpr int FoldedMin = 3; // fewer lines are shown as they are

int charWidth()
{
    return QFontMetrics(monoFont()).horizontalAdvance(u'0');
}

int gutterWidth()
{
    return charWidth() * (NumberDigits + 3) + Padding;
}

} // namespace

DiffView::DiffView(const QString &name, const QString &accessible, QWidget *parent)
    : QAbstractScrollArea(parent)
{
    setObjectName(name);
    setAccessibleName(accessible);
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    viewport()->setAutoFillBackground(false);
}

void DiffView::setTexts(const QString &before, const QString &after)
{
    m_lines = diffLines(before, after);
    m_count = countOf(m_lines);
    m_widest = 0;
    for (const DiffLine &line : m_lines) {
        m_widest = std::max(m_widest, static_cast<int>(line.text.size()));
    }
    setAccessibleDescription(counted(m_count.added, tr("line added"), tr("lines added")) + u", "_s
                             + counted(m_count.removed, tr("line removed"), tr("lines removed")));
    rebuild();
}

void DiffView::setTitles(const QString &before, const QString &after)
{
    m_titleBefore = before;
    m_titleAfter = after;
    viewport()->update();
}

void DiffView::setLayoutKind(Layout layout)
{
    m_layout = layout;
    rebuild();
}

void DiffView::setContextLines(int lines)
{
    m_context = lines;
    rebuild();
}

bool DiffView::isChange(const Row &row) const
{
    const auto changed = [this](int line) {
        return line >= 0 && m_lines[static_cast<std::size_t>(line)].kind != DiffLine::Kind::Same;
    };
    return changed(row.left) || changed(row.right);
}

void DiffView::rebuild()
{
    std::vector<Row> rows;
    const auto count = static_cast<int>(m_lines.size());
    const auto kindAt = [this](int i) { return m_lines[static_cast<std::size_t>(i)].kind; };
    for (int i = 0; i < count;) {
        if (kindAt(i) == DiffLine::Kind::Same) {
            rows.push_back({i, i, 0});
            ++i;
            continue;
        }
        const int removed = i;
        while (i < count && kindAt(i) == DiffLine::Kind::Removed) {
            ++i;
        }
        const int added = i;
        while (i < count && kindAt(i) == DiffLine::Kind::Added) {
            ++i;
        }
        if (m_layout == Layout::Unified) {
            for (int line = removed; line < i; ++line) {
                rows.push_back(line < added ? Row{line, -1, 0} : Row{-1, line, 0});
            }
            continue;
        }
        const int height = std::max(added - removed, i - added);
        for (int k = 0; k < height; ++k) {
            rows.push_back(
                {removed + k < added ? removed + k : -1, added + k < i ? added + k : -1, 0});
        }
    }
    // Fold what is far from any change.
    m_rows.clear();
    const auto total = static_cast<int>(rows.size());
    std::vector<bool> keep(rows.size(), m_context < 0);
    for (int i = 0; i < total && m_context >= 0; ++i) {
        if (isChange(rows[static_cast<std::size_t>(i)])) {
            for (int k = std::max(0, i - m_context); k <= std::min(total - 1, i + m_context); ++k) {
                keep[static_cast<std::size_t>(k)] = true;
            }
        }
    }
    for (int i = 0; i < total;) {
        if (keep[static_cast<std::size_t>(i)]) {
            m_rows.push_back(rows[static_cast<std::size_t>(i)]);
            ++i;
            continue;
        }
        const int begin = i;
        while (i < total && !keep[static_cast<std::size_t>(i)]) {
            ++i;
        }
        if (i - begin < FoldedMin) {
            m_rows.insert(m_rows.end(), rows.begin() + begin, rows.begin() + i);
        } else {
            m_rows.push_back({-1, -1, i - begin});
        }
    }
    updateBars();
    viewport()->update();
}

void DiffView::updateBars()
{
    const int height = static_cast<int>(m_rows.size()) * RowHeight + TitleHeight;
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(RowHeight);
    verticalScrollBar()->setRange(0, std::max(0, height - viewport()->height()));
    const int half = m_layout == Layout::SideBySide ? viewport()->width() / 2 : viewport()->width();
    const int wanted = gutterWidth() + m_widest * charWidth() + 2 * Padding;
    horizontalScrollBar()->setPageStep(half);
    horizontalScrollBar()->setSingleStep(charWidth() * 4);
    horizontalScrollBar()->setRange(0, std::max(0, wanted - half));
}

QSize DiffView::sizeHint() const
{
    const int rows = std::clamp(static_cast<int>(m_rows.size()), 4, 24);
    return {720, TitleHeight + rows * RowHeight + 8};
}

void DiffView::resizeEvent(QResizeEvent *)
{
    updateBars();
}

void DiffView::paintHalf(QPainter &painter, const QRect &half, int line, bool right) const
{
    const Tokens &t = tokens();
    if (line < 0) {
        painter.fillRect(half, mixed(t.surface, t.hover, 0.5));
        return;
    }
    const DiffLine &shown = m_lines[static_cast<std::size_t>(line)];
    const bool same = shown.kind == DiffLine::Kind::Same;
    const Tone tone = right ? Tone::Allow : Tone::Deny;
    if (!same) {
        painter.fillRect(half, softOf(t, tone));
        if (t.id == ThemeId::HighContrast) {
            painter.fillRect(QRect(half.x(), half.y(), 3, half.height()), inkOf(t, tone));
        }
    }
    const int gutter = gutterWidth();
    painter.setPen(same ? t.faint : inkOf(t, tone));
    const QRect number(half.x() + 4, half.y(), charWidth() * NumberDigits + 2, half.height());
    painter.drawText(number, Qt::AlignVCenter | Qt::AlignRight,
                     QString::number(right ? shown.newLine : shown.oldLine));
    if (!same) {
        painter.drawText(QRect(number.right() + 1, half.y(), charWidth() * 2 + 4, half.height()),
                         Qt::AlignCenter, right ? QStringLiteral("+") : QStringLiteral("−"));
    }
    painter.save();
    painter.setClipRect(half.adjusted(gutter, 0, 0, 0));
    painter.setPen(t.text);
    painter.drawText(half.adjusted(gutter + 4 - horizontalScrollBar()->value(), 0, 100000, 0),
                     static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft) | Qt::TextSingleLine,
                     shown.text);
    painter.restore();
}

void DiffView::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(viewport());
    painter.fillRect(viewport()->rect(), t.surface);
    painter.setFont(monoFont());
    const int width = viewport()->width();
    const bool sides = m_layout == Layout::SideBySide;
    const int middle = sides ? width / 2 : width;
    const int top = TitleHeight - verticalScrollBar()->value();
    const int first = std::max(0, -top / RowHeight);
    for (int i = first; i < static_cast<int>(m_rows.size()); ++i) {
        const Row &row = m_rows[static_cast<std::size_t>(i)];
        const QRect line(0, top + i * RowHeight, width, RowHeight);
        if (line.top() > viewport()->height()) {
            break;
        }
        if (row.folded > 0) {
            painter.fillRect(line, t.hover);
            painter.setPen(t.muted);
            painter.setFont(uiFont(12));
            painter.drawText(
                line, Qt::AlignCenter,
                QString(u"… "_s + counted(row.folded, tr("equal line"), tr("equal lines"))));
            painter.setFont(monoFont());
        } else if (sides) {
            paintHalf(painter, QRect(0, line.y(), middle, RowHeight), row.left, false);
            paintHalf(painter, QRect(middle, line.y(), width - middle, RowHeight), row.right, true);
            painter.fillRect(QRect(middle, line.y(), 1, RowHeight), t.line);
        } else {
            paintHalf(painter, line, row.right >= 0 ? row.right : row.left, row.right >= 0);
        }
    }
    painter.fillRect(QRect(0, 0, width, TitleHeight), t.surface);
    painter.fillRect(QRect(0, TitleHeight - 1, width, 1), t.line);
    painter.setFont(uiFont(12, QFont::DemiBold));
    painter.setPen(t.muted);
    const QString counts = QStringLiteral("+%1 −%2").arg(m_count.added).arg(m_count.removed);
    painter.drawText(
        QRect(Padding, 0, middle - 2 * Padding, TitleHeight), Qt::AlignVCenter | Qt::AlignLeft,
        sides || m_titleAfter.isEmpty() ? m_titleBefore
                                        : m_titleBefore + QStringLiteral(" → ") + m_titleAfter);
    painter.drawText(QRect(middle + Padding, 0, width - middle - 2 * Padding, TitleHeight),
                     Qt::AlignVCenter | Qt::AlignLeft, sides ? m_titleAfter : QString());
    painter.drawText(QRect(0, 0, width - Padding, TitleHeight), Qt::AlignVCenter | Qt::AlignRight,
                     counts);
    if (m_count == DiffCount{}) {
        painter.setFont(uiFont());
        painter.drawText(viewport()->rect(), Qt::AlignCenter, tr("No difference"));
    }
    if (hasFocus() && (window()->testAttribute(Qt::WA_KeyboardFocusChange))) {
        paintFocusRing(painter, viewport()->rect(), metrics::ControlRadius);
    }
}

void DiffView::goNext()
{
    const int at = verticalScrollBar()->value() / RowHeight;
    for (int i = at + 1; i < static_cast<int>(m_rows.size()); ++i) {
        if (isChange(m_rows[static_cast<std::size_t>(i)])
            && !isChange(m_rows[static_cast<std::size_t>(i - 1)])) {
            verticalScrollBar()->setValue(std::max(0, i - 2) * RowHeight);
            if (verticalScrollBar()->value() / RowHeight > at) {
                return;
            }
        }
    }
}

void DiffView::goPrevious()
{
    const int at = verticalScrollBar()->value() / RowHeight + 1;
    for (int i = at; i > 0; --i) {
        if (i < static_cast<int>(m_rows.size()) && isChange(m_rows[static_cast<std::size_t>(i)])
            && !isChange(m_rows[static_cast<std::size_t>(i - 1)])) {
            verticalScrollBar()->setValue(std::max(0, i - 2) * RowHeight);
            return;
        }
    }
    verticalScrollBar()->setValue(0);
}

void DiffView::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_N: goNext(); return;
    case Qt::Key_P: goPrevious(); return;
    case Qt::Key_Down:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepAdd);
        return;
    case Qt::Key_Up:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderSingleStepSub);
        return;
    case Qt::Key_PageDown:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepAdd);
        return;
    case Qt::Key_PageUp:
        verticalScrollBar()->triggerAction(QAbstractSlider::SliderPageStepSub);
        return;
    default: QAbstractScrollArea::keyPressEvent(event);
    }
}

} // namespace provost::ui
