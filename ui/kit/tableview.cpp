#include "ui/kit/tableview.h"

#include "server/base/json.h"
#include "ui/kit/cell.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/fonts.h"
#include "ui/kit/theme.h"

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>

namespace provost::ui {

namespace {

// Selected rows in the order shown.
std::vector<int> rowsOf(const QTableView &view)
{
    std::vector<int> rows;
    if (view.selectionModel() != nullptr) {
        for (const QModelIndex &index : view.selectionModel()->selectedRows()) {
            rows.push_back(index.row());
        }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

} // namespace

TableView::TableView(const QString &name, const QString &accessible, QWidget *parent)
    : QTableView(parent)
{
    setObjectName(name);
    setAccessibleName(accessible);
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setWordWrap(false);
    setCornerButtonEnabled(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(ExtendedSelection);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollMode(ScrollPerPixel);
    setItemDelegate(new CellDelegate(this));
    followTheme(this, [this] { setFont(uiFont()); });
    setTabKeyNavigation(false);
    verticalHeader()->hide();
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setMinimumSectionSize(metrics::RowHeight); // first: it bounds the default
    verticalHeader()->setDefaultSectionSize(metrics::RowHeight);
    horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setFixedHeight(metrics::HeaderHeight);
    horizontalHeader()->setSectionResizeMode(QHeaderView::Interactive);
    horizontalHeader()->setMinimumSectionSize(40);
    connect(this, &QTableView::doubleClicked, this, &TableView::opened);
    viewport()->setAutoFillBackground(false); // the card's surface and round corners show
    horizontalHeader()->viewport()->setAutoFillBackground(false);
}

void TableView::setColumnWidths(const std::vector<int> &widths)
{
    m_widths = widths;
    stretch();
}

void TableView::stretch()
{
    if (model() == nullptr) {
        return;
    }
    const int columns = std::min(static_cast<int>(m_widths.size()), model()->columnCount());
    int fixed = 0;
    int open = 0;
    for (int i = 0; i < columns; ++i) {
        const int width = m_widths[static_cast<std::size_t>(i)];
        fixed += std::max(width, 0);
        open += width < 0 ? 1 : 0;
    }
    for (int i = 0; i < columns; ++i) {
        const int width = m_widths[static_cast<std::size_t>(i)];
        setColumnWidth(i, width >= 0 ? width : std::max(80, (viewport()->width() - fixed) / open));
    }
}

QString TableView::selectionAsTsv() const
{
    if (model() == nullptr) {
        return {};
    }
    QString text;
    const int columns = model()->columnCount();
    const auto append = [&](const auto &cellOf) {
        for (int column = 0; column < columns; ++column) {
            text +=
                (column > 0 ? QStringLiteral("\t") : QString()) + spreadsheetSafe(cellOf(column));
        }
        text += u'\n';
    };
    append([&](int column) { return model()->headerData(column, Qt::Horizontal).toString(); });
    for (const int row : rowsOf(*this)) {
        append([&](int column) { return model()->index(row, column).data().toString(); });
    }
    return text;
}

QByteArray TableView::selectionAsJson() const
{
    QByteArray lines;
    for (const int row : rowsOf(*this)) {
        Json object = Json::object();
        for (int column = 0; column < model()->columnCount(); ++column) {
            object.set(model()->headerData(column, Qt::Horizontal).toString().toUtf8(),
                       Json(model()->index(row, column).data().toString()));
        }
        lines += object.toBytes() + '\n';
    }
    return lines;
}

void TableView::setPlaceholder(const QString &text)
{
    m_placeholder = text;
    viewport()->update();
}

void TableView::setHeightToRows(int rowsMax)
{
    m_rowsMax = rowsMax;
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    if (model() != nullptr) {
        connect(model(), &QAbstractItemModel::modelReset, this, &QWidget::updateGeometry);
        connect(model(), &QAbstractItemModel::rowsInserted, this, &QWidget::updateGeometry);
        connect(model(), &QAbstractItemModel::rowsRemoved, this, &QWidget::updateGeometry);
    }
    updateGeometry();
}

QSize TableView::sizeHint() const
{
    if (m_rowsMax <= 0) {
        return QTableView::sizeHint();
    }
    const int rows = model() == nullptr ? 0 : model()->rowCount();
    return {QTableView::sizeHint().width(),
            metrics::HeaderHeight + std::clamp(rows, 1, m_rowsMax) * metrics::RowHeight};
}

QSize TableView::minimumSizeHint() const
{
    return {120,
            m_rowsMax > 0 ? sizeHint().height() : metrics::HeaderHeight + 2 * metrics::RowHeight};
}

void TableView::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyText(selectionAsTsv());
        return;
    }
    if ((event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter)
        && currentIndex().isValid()) {
        Q_EMIT opened(currentIndex());
        return;
    }
    QTableView::keyPressEvent(event);
}

void TableView::contextMenuEvent(QContextMenuEvent *event)
{
    auto *const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Copy"), QKeySequence(QKeySequence::Copy), this,
                    [this] { copyText(selectionAsTsv()); });
    menu->addAction(tr("Copy as JSON"), this,
                    [this] { copyText(QString::fromUtf8(selectionAsJson())); });
    fillMenu(*menu);
    menu->popup(event->globalPos());
}

void TableView::fillMenu(QMenu &) {}

// Hairlines between rows, drawn once a row.
void TableView::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    if (model() == nullptr) {
        return;
    }
    QPainter painter(viewport());
    if (model()->rowCount() == 0) {
        painter.setFont(uiFont(12));
        painter.setPen(tokens().muted);
        const QRect room = viewport()->rect().adjusted(metrics::Gap, 0, -metrics::Gap, 0);
        painter.drawText(room, static_cast<int>(Qt::AlignVCenter), m_placeholder);
        return;
    }
    QColor line = tokens().line;
    line.setAlphaF(tokens().id == ThemeId::HighContrast ? 0.6F : 0.7F);
    const int rows = model()->rowCount();
    const int first = std::max(rowAt(0), 0);
    for (int row = first; row < rows; ++row) {
        const int bottom = rowViewportPosition(row) + rowHeight(row) - 1;
        if (bottom > viewport()->height()) {
            break;
        }
        painter.fillRect(QRect(0, bottom, viewport()->width(), 1), line);
    }
}

void TableView::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    stretch();
}

} // namespace provost::ui
