#include "ui/kit/windowmodel.h"

#include "server/base/json.h"

#include <cmath>

namespace provost::ui {

namespace {

constexpr int PageRows = 512;
constexpr int RowsHeldMax = 4096;
constexpr int PatienceMs = 150;

} // namespace

QByteArray RowSource::json(const WindowRow &row) const
{
    Json object = Json::object();
    const std::vector<Column> all = columns();
    for (int i = 0; i < static_cast<int>(all.size()); ++i) {
        object.set(all[static_cast<std::size_t>(i)].id.toUtf8(), Json(cell(row, i).text));
    }
    return object.toBytes();
}

WindowModel::WindowModel(QObject *parent)
    : QAbstractTableModel(parent)
{
    m_patience.setSingleShot(true);
    m_patience.setInterval(PatienceMs);
    connect(&m_patience, &QTimer::timeout, this, [this] {
        m_stale = true;
        publish();
    });
}

void WindowModel::setSource(RowSource *source)
{
    if (m_source != nullptr) {
        disconnect(m_source, nullptr, this, nullptr);
        if (m_token != 0) {
            m_source->cancel(m_token);
        }
    }
    m_token = 0;
    m_patience.stop();
    m_stale = false;
    beginResetModel();
    m_source = source;
    m_columns = source == nullptr ? std::vector<RowSource::Column>() : source->columns();
    m_rows.clear();
    m_first = 0;
    m_shown = 0;
    endResetModel();
    if (source != nullptr) {
        connect(source, &RowSource::pageReady, this, &WindowModel::onPage);
        connect(source, &RowSource::failed, this, &WindowModel::onFailed);
        connect(source, &RowSource::reset, this, &WindowModel::startOver);
        connect(source, &RowSource::totalChanged, this, &WindowModel::windowMoved);
        connect(source, &QObject::destroyed, this, [this] { setSource(nullptr); });
        goTop();
    }
}

void WindowModel::setVisibleRows(int rows)
{
    rows = std::max(rows, 1);
    if (rows == m_visible) {
        return;
    }
    m_visible = rows;
    clampWindow();
    publish();
    askForMore();
}

// --- moving ---

void WindowModel::startOver()
{
    m_holdsTop = false;
    goTop();
}

void WindowModel::goTop()
{
    if (m_holdsTop && !m_rows.empty()) {
        scrollBy(-m_first);
        Q_EMIT jumped();
        return;
    }
    refreshTop();
}

void WindowModel::refreshTop()
{
    jump({.from = RowRequest::From::Top, .rowsMax = PageRows});
}

void WindowModel::goBottom()
{
    if (m_holdsBottom && !m_rows.empty()) {
        scrollBy(size() - m_visible - m_first);
        Q_EMIT jumped();
        return;
    }
    jump({.from = RowRequest::From::Bottom, .rowsMax = PageRows});
}

void WindowModel::goToFraction(double fraction)
{
    if (m_holdsTop && m_holdsBottom) {
        const double span = static_cast<double>(std::max<qint64>(size() - m_visible, 0));
        scrollBy(std::llround(span * fraction) - m_first);
        return;
    }
    if (fraction <= 0) {
        goTop();
    } else if (fraction >= 1) {
        goBottom();
    } else {
        jump({.from = RowRequest::From::Fraction, .fraction = fraction, .rowsMax = PageRows});
    }
}

void WindowModel::goTo(const QByteArray &id)
{
    if (const auto row = positionOf(id)) {
        if (*row < 0 || *row >= m_visible) {
            scrollBy(*row - m_visible / 2);
        }
        Q_EMIT jumped();
        return;
    }
    jump({.from = RowRequest::From::Around, .anchor = WindowRow{id, nullptr}, .rowsMax = PageRows});
}

void WindowModel::scrollBy(qint64 rows)
{
    if (m_rows.empty()) {
        return;
    }
    const qint64 wanted = m_first + rows;
    m_first = wanted;
    clampWindow();
    // What lies beyond the rows in memory is made good when they have come, a page at most.
    const bool more = wanted < 0 ? !m_holdsTop : !m_holdsBottom;
    m_owed = more ? std::clamp<qint64>(wanted - m_first, -PageRows, PageRows) : 0;
    publish();
    askForMore();
}

bool WindowModel::atTop() const
{
    return m_first == 0 && (m_holdsTop || m_rows.empty());
}

bool WindowModel::atBottom() const
{
    return m_first + m_visible >= size() && (m_holdsBottom || m_rows.empty());
}

double WindowModel::fraction() const
{
    if (atTop()) {
        return 0;
    }
    if (atBottom()) {
        return 1;
    }
    const qint64 known = m_above + size();
    const qint64 total =
        m_source == nullptr ? known : std::max(m_source->total().value_or(known), known);
    const double span = static_cast<double>(std::max<qint64>(total - m_visible, 1));
    return std::clamp(static_cast<double>(m_above + m_first) / span, 0.0, 1.0);
}

const WindowRow *WindowModel::rowAt(qint64 row) const
{
    const qint64 at = m_first + row;
    return m_stale || at < 0 || at >= size() ? nullptr : &m_rows[static_cast<std::size_t>(at)];
}

std::optional<qint64> WindowModel::positionOf(const QByteArray &id) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(),
                                    [&](const WindowRow &row) { return row.id == id; });
    if (found == m_rows.end()) {
        return std::nullopt;
    }
    return (found - m_rows.begin()) - m_first;
}

std::vector<WindowRow> WindowModel::rowsBetween(const QByteArray &id, const QByteArray &other) const
{
    const auto one = positionOf(id);
    const auto two = positionOf(other);
    if (!one || !two) {
        return {};
    }
    const auto begin = m_rows.begin() + static_cast<std::ptrdiff_t>(m_first);
    return {begin + static_cast<std::ptrdiff_t>(std::min(*one, *two)),
            begin + static_cast<std::ptrdiff_t>(std::max(*one, *two) + 1)};
}

// --- asking and answers ---

void WindowModel::jump(RowRequest request)
{
    m_owed = 0;
    m_patience.start();
    ask(std::move(request));
}

void WindowModel::ask(RowRequest request)
{
    if (m_source == nullptr) {
        return;
    }
    if (m_token != 0) {
        m_source->cancel(m_token);
    }
    request.token = ++m_lastToken;
    m_token = request.token;
    m_asked = request;
    m_source->request(request); // may answer at once
}

void WindowModel::askForMore()
{
    if (m_token != 0 || m_rows.empty()) {
        return;
    }
    constexpr qint64 Margin = PageRows / 2;
    if (!m_holdsBottom && m_first + m_visible + Margin > size()) {
        ask({.from = RowRequest::From::Below, .anchor = m_rows.back(), .rowsMax = PageRows});
    } else if (!m_holdsTop && m_first < Margin) {
        ask({.from = RowRequest::From::Above, .anchor = m_rows.front(), .rowsMax = PageRows});
    }
}

void WindowModel::onPage(const RowPage &page)
{
    if (page.token != m_token || m_token == 0) {
        return; // overtaken
    }
    m_token = 0;
    const bool wasJump =
        m_asked.from != RowRequest::From::Below && m_asked.from != RowRequest::From::Above;
    if (m_asked.from == RowRequest::From::Below) {
        extendBelow(page);
    } else if (m_asked.from == RowRequest::From::Above) {
        extendAbove(page);
    } else {
        replaceBy(page);
    }
    m_first += std::exchange(m_owed, 0);
    clampWindow();
    trim();
    publish();
    if (wasJump) {
        Q_EMIT jumped();
    }
    askForMore();
}

void WindowModel::onFailed(quint64 token, const QString &message)
{
    if (token != m_token || m_token == 0) {
        return;
    }
    m_token = 0;
    m_owed = 0;
    m_patience.stop();
    m_stale = false;
    publish();
    Q_EMIT failed(message);
}

void WindowModel::replaceBy(const RowPage &page)
{
    m_patience.stop();
    m_stale = false;
    m_rows.assign(page.rows.begin(), page.rows.end());
    m_holdsTop = page.atTop;
    m_holdsBottom = page.atBottom;
    m_first = 0;
    const qint64 total = m_source->total().value_or(size());
    qint64 guess = 0;
    switch (m_asked.from) {
    case RowRequest::From::Bottom:
        m_first = size() - m_visible;
        guess = total - size();
        break;
    case RowRequest::From::Around:
        if (const auto row = positionOf(m_asked.anchor->id)) {
            m_first = *row - m_visible / 2;
        }
        guess = total / 2;
        break;
    case RowRequest::From::Fraction:
        guess = static_cast<qint64>(m_asked.fraction * static_cast<double>(total));
        break;
    case RowRequest::From::Top:
    case RowRequest::From::Below:
    case RowRequest::From::Above: break;
    }
    m_above = m_holdsTop ? 0 : page.above.value_or(std::max<qint64>(guess, 0));
}

void WindowModel::extendBelow(const RowPage &page)
{
    m_rows.insert(m_rows.end(), page.rows.begin(), page.rows.end());
    m_holdsBottom = page.atBottom || page.rows.empty();
}

void WindowModel::extendAbove(const RowPage &page)
{
    const auto added = static_cast<qint64>(page.rows.size());
    m_rows.insert(m_rows.begin(), page.rows.begin(), page.rows.end());
    m_first += added;
    m_holdsTop = page.atTop || page.rows.empty();
    m_above = m_holdsTop ? 0 : page.above.value_or(std::max<qint64>(m_above - added, 0));
}

void WindowModel::trim()
{
    const qint64 excess = size() - RowsHeldMax;
    if (excess <= 0) {
        return;
    }
    const qint64 below = size() - m_first - m_visible;
    if (m_first > below) {
        m_rows.erase(m_rows.begin(), m_rows.begin() + static_cast<std::ptrdiff_t>(excess));
        m_first -= excess;
        m_above += excess;
        m_holdsTop = false;
    } else {
        m_rows.erase(m_rows.end() - static_cast<std::ptrdiff_t>(excess), m_rows.end());
        m_holdsBottom = false;
    }
}

void WindowModel::clampWindow()
{
    m_first = std::clamp<qint64>(m_first, 0, std::max<qint64>(size() - m_visible, 0));
}

// --- as a model ---

void WindowModel::publish()
{
    const int rows = static_cast<int>(std::min<qint64>(m_visible + 1, size() - m_first));
    if (rows > m_shown) {
        beginInsertRows({}, m_shown, rows - 1);
        m_shown = rows;
        endInsertRows();
    } else if (rows < m_shown) {
        beginRemoveRows({}, rows, m_shown - 1);
        m_shown = rows;
        endRemoveRows();
    }
    if (m_shown > 0 && !m_columns.empty()) {
        Q_EMIT dataChanged(index(0, 0), index(m_shown - 1, columnCount() - 1));
    }
    Q_EMIT windowMoved();
}

int WindowModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : m_shown;
}

int WindowModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant WindowModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= m_shown || index.column() >= columnCount()) {
        return {};
    }
    const auto column = static_cast<std::size_t>(index.column());
    const WindowRow *const row = rowAt(index.row());
    if (row == nullptr) {
        return cellData({.text = QStringLiteral("…"), .tone = Tone::Muted},
                        m_columns[column].alignment, role);
    }
    if (role != Qt::DisplayRole && role != CellRole && role != Qt::ToolTipRole
        && role != Qt::AccessibleTextRole && role != Qt::TextAlignmentRole) {
        return {};
    }
    return cellData(m_source->cell(*row, index.column()), m_columns[column].alignment, role);
}

QVariant WindowModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
        return {};
    }
    const RowSource::Column &column = m_columns[static_cast<std::size_t>(section)];
    if (role == Qt::DisplayRole) {
        return column.title;
    }
    if (role == Qt::TextAlignmentRole) {
        return QVariant::fromValue(column.alignment | Qt::AlignVCenter);
    }
    return {};
}

} // namespace provost::ui
