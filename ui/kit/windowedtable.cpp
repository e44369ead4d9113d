#include "ui/kit/windowedtable.h"

#include "ui/kit/button.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/tableview.h"
#include "ui/kit/theme.h"

#include <QApplication>
#include <QBoxLayout>
#include <QHeaderView>
#include <QItemSelectionModel>
#include <QKeyEvent>
#include <QLocale>
#include <QMenu>
#include <QScrollBar>
#include <QWheelEvent>

#include <cmath>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int BarMax = 1'000'000;
constexpr int RefreshMs = 1000 / 15;
constexpr int RowsPerNotch = 3;
constexpr int Notch = 120; // of a wheel, eighths of a degree

// A table whose own vertical scrolling is off: the window moves instead.
class WindowTableView : public TableView
{
public:
    WindowTableView(const QString &name, const QString &accessible, WindowedTable *table)
        : TableView(name, accessible, table)
        , m_table(*table)
    {
        setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        setVerticalScrollMode(ScrollPerPixel);
        setAutoScroll(false);
        setContextMenuPolicy(Qt::CustomContextMenu);
        connect(verticalScrollBar(), &QScrollBar::valueChanged, this,
                [this] { verticalScrollBar()->setValue(0); });
    }

    [[nodiscard]] QString selectionAsTsv() const override { return m_table.selectionAsTsv(); }
    [[nodiscard]] QByteArray selectionAsJson() const override { return m_table.selectionAsJson(); }

    void scrollTo(const QModelIndex &, ScrollHint) override {}

private:
    WindowedTable &m_table;
};

} // namespace

WindowedTable::WindowedTable(const QString &name, const QString &accessible, QWidget *parent)
    : QWidget(parent)
    , m_view(new WindowTableView(name, accessible, this))
    , m_bar(new QScrollBar(Qt::Vertical, this))
    , m_pill(new Button({}, ButtonKind::Primary, this))
{
    setObjectName(name + u".window"_s);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_view, 1);
    row->addWidget(m_bar);
    setFocusProxy(m_view);
    m_bar->setObjectName(name + u".scrollBar"_s);
    m_bar->setAccessibleName(tr("Position in all rows"));
    m_bar->setRange(0, BarMax);
    m_bar->setFocusPolicy(Qt::NoFocus);
    m_pill->setObjectName(name + u".pill"_s);
    m_pill->setFocusPolicy(Qt::NoFocus);
    m_pill->hide();
    m_refresh.setSingleShot(true);
    m_refresh.setInterval(RefreshMs);

    m_view->setModel(&m_model);
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &WindowedTable::onViewSelection);
    connect(m_view, &TableView::opened, this, [this](const QModelIndex &index) {
        if (const WindowRow *const shown = m_model.rowAt(index.row())) {
            Q_EMIT opened(shown->id);
        }
    });
    connect(m_view, &QWidget::customContextMenuRequested, this, &WindowedTable::showMenu);
    connect(&m_model, &WindowModel::windowMoved, this, &WindowedTable::onWindowMoved);
    connect(&m_model, &WindowModel::jumped, this, &WindowedTable::onJumped);
    connect(&m_model, &WindowModel::failed, this, &WindowedTable::failed);
    connect(m_bar, &QScrollBar::actionTriggered, this, &WindowedTable::onScrollBar);
    connect(m_pill, &Button::clicked, this, [this] { setFollowing(true); });
    connect(&m_refresh, &QTimer::timeout, this, &WindowedTable::refreshIfDue);
}

WindowedTable::~WindowedTable()
{
    m_model.setSource(nullptr);
}

void WindowedTable::setSource(RowSource *source)
{
    clearSelection();
    m_model.setSource(source);
    if (source == nullptr) {
        return;
    }
    std::vector<int> widths;
    for (const RowSource::Column &column : source->columns()) {
        widths.push_back(column.width);
    }
    m_view->setColumnWidths(widths);
    updateVisibleRows();
}

// --- selection ---

bool WindowedTable::isSelected(const QByteArray &id) const
{
    return std::any_of(m_selected.begin(), m_selected.end(),
                       [&](const WindowRow &row) { return row.id == id; });
}

std::vector<QByteArray> WindowedTable::selectedIds() const
{
    std::vector<QByteArray> ids;
    ids.reserve(m_selected.size());
    for (const WindowRow &row : m_selected) {
        ids.push_back(row.id);
    }
    return ids;
}

void WindowedTable::select(const QByteArray &id)
{
    m_await = Awaited::Record;
    m_awaited = id;
    m_model.goTo(id); // ends in onJumped()
}

void WindowedTable::clearSelection()
{
    if (m_selected.empty() && m_current.id.isEmpty()) {
        return;
    }
    m_selected.clear();
    m_current = {};
    m_rangeStart = {};
    mapSelection();
    Q_EMIT selectionChanged();
    Q_EMIT currentChanged({});
}

void WindowedTable::makeCurrent(const WindowRow &row, bool extend)
{
    if (!extend || m_rangeStart.id.isEmpty()) {
        m_rangeStart = row;
    }
    m_selected = m_model.rowsBetween(m_rangeStart.id, row.id);
    if (m_selected.empty()) {
        m_selected = {row};
        m_rangeStart = row;
    }
    const bool moved = m_current.id != row.id;
    m_current = row;
    mapSelection();
    Q_EMIT selectionChanged();
    if (moved) {
        Q_EMIT currentChanged(m_current.id);
    }
}

// The view shows what of our selection is in the window. It always has a current index, which assistive tools rely on.
void WindowedTable::mapSelection()
{
    m_mapping = true;
    QItemSelection shown;
    for (int row = 0; row < m_model.rowCount(); ++row) {
        const WindowRow *const at = m_model.rowAt(row);
        if (at != nullptr && isSelected(at->id)) {
            shown.select(m_model.index(row, 0), m_model.index(row, m_model.columnCount() - 1));
        }
    }
    QItemSelectionModel *const selection = m_view->selectionModel();
    selection->select(shown, QItemSelectionModel::ClearAndSelect);
    if (m_model.rowCount() > 0) {
        const qint64 position = m_model.positionOf(m_current.id).value_or(0);
        const int row = static_cast<int>(std::clamp<qint64>(position, 0, m_model.rowCount() - 1));
        const int column = std::max(selection->currentIndex().column(), 0);
        selection->setCurrentIndex(m_model.index(row, column), QItemSelectionModel::NoUpdate);
    }
    m_mapping = false;
}

// The user selected with the mouse.
void WindowedTable::onViewSelection()
{
    if (m_mapping) {
        return;
    }
    const WindowRow *const at = m_model.rowAt(m_view->currentIndex().row());
    if (at == nullptr) {
        mapSelection();
        return;
    }
    const WindowRow clicked = *at;
    const Qt::KeyboardModifiers keys = QApplication::keyboardModifiers();
    if (keys.testFlag(Qt::ShiftModifier)) {
        makeCurrent(clicked, true);
        return;
    }
    std::vector<WindowRow> kept;
    if (keys.testFlag(Qt::ControlModifier)) {
        std::copy_if(m_selected.begin(), m_selected.end(), std::back_inserter(kept),
                     [this](const WindowRow &row) {
                         const auto position = m_model.positionOf(row.id);
                         return !position || *position < 0 || *position >= m_model.rowCount();
                     });
    }
    for (const QModelIndex &index : m_view->selectionModel()->selectedRows()) {
        if (const WindowRow *const row = m_model.rowAt(index.row())) {
            kept.push_back(*row);
        }
    }
    const bool moved = m_current.id != clicked.id;
    m_selected = std::move(kept);
    m_current = clicked;
    m_rangeStart = clicked;
    Q_EMIT selectionChanged();
    if (moved) {
        Q_EMIT currentChanged(m_current.id);
    }
}

// --- moving ---

void WindowedTable::onWindowMoved()
{
    mapSelection();
    const qint64 total =
        m_model.source() == nullptr ? 0 : m_model.source()->total().value_or(m_model.rowCount());
    const double page =
        total <= 0 ? 1.0 : static_cast<double>(m_model.visibleRows()) / static_cast<double>(total);
    m_bar->setPageStep(std::clamp(static_cast<int>(page * BarMax), 1, BarMax));
    m_bar->setVisible(!(m_model.atTop() && m_model.atBottom()));
    if (!m_bar->isSliderDown()) {
        m_bar->setValue(static_cast<int>(std::lround(m_model.fraction() * BarMax)));
    }
    if (m_following && !m_model.atTop()) {
        setFollowing(false);
    }
}

void WindowedTable::onJumped()
{
    const Awaited what = std::exchange(m_await, Awaited::Nothing);
    const WindowRow *row = nullptr;
    if (what == Awaited::First) {
        row = m_model.rowAt(0);
    } else if (what == Awaited::Last) {
        row = m_model.rowAt(m_model.visibleRows() - 1);
        if (row == nullptr) {
            row = m_model.rowAt(m_model.rowCount() - 1);
        }
    } else if (what == Awaited::Record) {
        if (const auto position = m_model.positionOf(m_awaited)) {
            row = m_model.rowAt(*position);
        }
    }
    if (row != nullptr) {
        makeCurrent(WindowRow(*row), false);
    }
}

void WindowedTable::step(qint64 rows, bool extend)
{
    qint64 target = m_model.positionOf(m_current.id).value_or(rows > 0 ? -1 : 1) + rows;
    const int visible = m_model.visibleRows();
    qint64 shift = 0;
    if (target < 0) {
        shift = target;
    } else if (target >= visible) {
        shift = target - visible + 1;
    }
    const WindowRow *const before = m_model.rowAt(0);
    const QByteArray top = before == nullptr ? QByteArray() : before->id;
    m_model.scrollBy(shift);
    // How far it really went: the ends of what is loaded stop it.
    target += m_model.positionOf(top).value_or(-shift);
    target = std::clamp<qint64>(target, 0, std::max(m_model.rowCount() - 1, 0));
    if (const WindowRow *const row = m_model.rowAt(target)) {
        makeCurrent(WindowRow(*row), extend);
    }
}

bool WindowedTable::onKey(const QKeyEvent &event)
{
    const bool extend = event.modifiers().testFlag(Qt::ShiftModifier);
    switch (event.key()) {
    case Qt::Key_Up: step(-1, extend); return true;
    case Qt::Key_Down: step(1, extend); return true;
    case Qt::Key_PageUp: step(-m_model.visibleRows(), extend); return true;
    case Qt::Key_PageDown: step(m_model.visibleRows(), extend); return true;
    case Qt::Key_Home:
        m_await = Awaited::First;
        m_model.goTop();
        return true;
    case Qt::Key_End:
        m_await = Awaited::Last;
        m_model.goBottom();
        return true;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!m_current.id.isEmpty()) {
            Q_EMIT opened(m_current.id);
        }
        return true;
    case Qt::Key_A: return event.matches(QKeySequence::SelectAll); // would mean millions
    default: return false;
    }
}

bool WindowedTable::onWheel(const QWheelEvent &event)
{
    if (event.angleDelta().y() == 0) {
        return false; // sideways: the view's own
    }
    m_wheel += event.angleDelta().y() * RowsPerNotch;
    const int rows = m_wheel / Notch;
    m_wheel -= rows * Notch;
    if (rows != 0) {
        m_model.scrollBy(-rows);
    }
    return true;
}

void WindowedTable::onScrollBar(int action)
{
    switch (action) {
    case QAbstractSlider::SliderSingleStepAdd: m_model.scrollBy(1); break;
    case QAbstractSlider::SliderSingleStepSub: m_model.scrollBy(-1); break;
    case QAbstractSlider::SliderPageStepAdd: m_model.scrollBy(m_model.visibleRows()); break;
    case QAbstractSlider::SliderPageStepSub: m_model.scrollBy(-m_model.visibleRows()); break;
    case QAbstractSlider::SliderToMinimum: m_model.goTop(); break;
    case QAbstractSlider::SliderToMaximum: m_model.goBottom(); break;
    case QAbstractSlider::SliderMove:
        m_model.goToFraction(static_cast<double>(m_bar->sliderPosition()) / BarMax);
        return;
    default: return;
    }
    // The bar follows the window, not its own arithmetic.
    m_bar->setSliderPosition(static_cast<int>(std::lround(m_model.fraction() * BarMax)));
}

// --- live ---

void WindowedTable::setFollowing(bool following)
{
    if (m_following == following) {
        return;
    }
    m_following = following;
    if (following) {
        m_pending = 0;
        m_model.refreshTop();
    }
    updatePill();
    Q_EMIT followingChanged(following);
}

void WindowedTable::noteNewRows(qint64 count)
{
    if (!m_following) {
        m_pending += std::max<qint64>(count, 0);
        updatePill();
        return;
    }
    m_refreshDue = true;
    if (!m_refresh.isActive()) {
        m_refresh.start();
    }
}

void WindowedTable::refreshIfDue()
{
    if (!m_refreshDue || !m_following) {
        return;
    }
    if (m_model.isLoading() || !isVisible()) {
        m_refresh.start(); // later; never two questions at once
        return;
    }
    m_refreshDue = false;
    m_model.refreshTop();
}

void WindowedTable::updatePill()
{
    m_pill->setVisible(!m_following && m_pending > 0);
    m_pill->setText(tr("%1 new · jump to live").arg(QLocale().toString(m_pending)));
    m_pill->setAccessibleName(m_pill->text());
    m_pill->adjustSize();
    m_pill->move((m_view->width() - m_pill->width()) / 2, height() - m_pill->height() - 12);
    m_pill->raise();
}

// --- copy, menu, geometry ---

QString WindowedTable::selectionAsTsv() const
{
    const RowSource *const source = m_model.source();
    if (source == nullptr) {
        return {};
    }
    QStringList lines;
    QStringList cells;
    const std::vector<RowSource::Column> columns = source->columns();
    for (const RowSource::Column &column : columns) {
        cells << spreadsheetSafe(column.title);
    }
    lines << cells.join(u'\t');
    for (const WindowRow &row : m_selected) {
        cells.clear();
        for (int i = 0; i < static_cast<int>(columns.size()); ++i) {
            cells << spreadsheetSafe(source->cell(row, i).text);
        }
        lines << cells.join(u'\t');
    }
    return lines.join(u'\n') + u'\n';
}

QByteArray WindowedTable::selectionAsJson() const
{
    QByteArray lines;
    for (const WindowRow &row : m_selected) {
        lines += m_model.source()->json(row) + '\n';
    }
    return lines;
}

void WindowedTable::showMenu(const QPoint &position)
{
    const QModelIndex index = m_view->indexAt(position);
    const WindowRow *const row = index.isValid() ? m_model.rowAt(index.row()) : nullptr;
    if (row == nullptr) {
        return;
    }
    auto *const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Copy"), QKeySequence(QKeySequence::Copy), this,
                    [this] { copyText(selectionAsTsv()); });
    menu->addAction(tr("Copy as JSON"), this,
                    [this] { copyText(QString::fromUtf8(selectionAsJson())); });
    Q_EMIT menuRequested(menu, row->id, index.column());
    menu->popup(m_view->viewport()->mapToGlobal(position));
}

bool WindowedTable::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        return onKey(*static_cast<QKeyEvent *>(event));
    }
    if (watched == m_view->viewport()) {
        if (event->type() == QEvent::Wheel) {
            return onWheel(*static_cast<QWheelEvent *>(event));
        }
        if (event->type() == QEvent::Resize) {
            updateVisibleRows();
        }
    }
    return QWidget::eventFilter(watched, event);
}

void WindowedTable::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    updatePill();
}

void WindowedTable::updateVisibleRows()
{
    m_model.setVisibleRows(m_view->viewport()->height() / metrics::RowHeight);
}

} // namespace provost::ui
