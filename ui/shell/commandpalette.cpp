#include "ui/shell/commandpalette.h"

#include "ui/kit/card.h"
#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QApplication>
#include <QBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QListView>
#include <QPainter>
#include <QStyledItemDelegate>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int Width = 600;
constexpr int Top = 52;
constexpr int ItemHeight = 34;
constexpr int ItemsShownMax = 10;
constexpr qsizetype RecentMax = 20;

class ItemDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &, const QModelIndex &) const override
    {
        return {200, ItemHeight};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        const Tokens &t = tokens();
        const QString blocked = index.data(PaletteModel::BlockedRole).toString();
        const QString keys = index.data(PaletteModel::KeysRole).toString();
        painter->save();
        if (option.state.testFlag(QStyle::State_Selected)) {
            paintBox(*painter, QRectF(option.rect).adjusted(0, 1, 0, -1),
                     {.fill = t.selection, .border = {}});
        }
        QRect rect = option.rect.adjusted(10, 0, -10, 0);
        index.data(Qt::DecorationRole)
            .value<QIcon>()
            .paint(painter,
                   QRect(rect.x(), rect.center().y() - 7, metrics::IconSize, metrics::IconSize),
                   Qt::AlignCenter, blocked.isEmpty() ? QIcon::Normal : QIcon::Disabled);
        rect.setLeft(rect.left() + 28);
        if (!keys.isEmpty()) {
            painter->setFont(monoFont(11));
            const int width = painter->fontMetrics().horizontalAdvance(keys) + 10;
            const QRect box(rect.right() - width + 1, rect.center().y() - 8, width, 18);
            paintBox(*painter, box, {.fill = {}, .border = t.line, .radius = 4});
            painter->setPen(t.muted);
            painter->drawText(box, Qt::AlignCenter, keys);
            rect.setRight(box.left() - 10);
        }
        painter->setFont(uiFont(12));
        painter->setPen(blocked.isEmpty() ? t.muted : t.ask);
        const QString detail =
            blocked.isEmpty() ? index.data(PaletteModel::DetailRole).toString() : blocked;
        const int detailWidth =
            std::min(painter->fontMetrics().horizontalAdvance(detail) + 2, rect.width() / 2);
        painter->drawText(rect, Qt::AlignVCenter | Qt::AlignRight,
                          painter->fontMetrics().elidedText(detail, Qt::ElideRight, detailWidth));
        rect.setRight(rect.right() - detailWidth - 10);
        painter->setFont(uiFont(13, QFont::Medium));
        painter->setPen(blocked.isEmpty() ? t.text : t.faint);
        painter->drawText(rect, Qt::AlignVCenter | Qt::AlignLeft,
                          painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight,
                                                            rect.width()));
        painter->restore();
    }
};

} // namespace

CommandPalette::CommandPalette(QWidget *window)
    : QFrame(window)
    , m_edit(new QLineEdit(this))
    , m_list(new QListView(this))
{
    setObjectName(u"palette"_s);
    setAccessibleName(tr("Command palette"));
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 8, 8);
    column->setSpacing(6);
    m_edit->setObjectName(u"palette.edit"_s);
    m_edit->setAccessibleName(tr("Search or run a command"));
    m_edit->setPlaceholderText(tr("Search or run: > commands, t: tenants, / audit filter, ? help"));
    m_edit->setProperty("provostBare", true);
    followTheme(this, [this] { m_edit->setFont(uiFont(14)); });
    m_edit->installEventFilter(this);
    m_list->setObjectName(u"palette.list"_s);
    m_list->setAccessibleName(tr("What was found"));
    m_list->setModel(&m_model);
    m_list->setItemDelegate(new ItemDelegate(m_list));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setUniformItemSizes(true);
    m_list->viewport()->setAutoFillBackground(false);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    column->addWidget(m_edit);
    column->addWidget(new Hairline(Qt::Horizontal, this));
    column->addWidget(m_list);
    connect(m_edit, &QLineEdit::textChanged, this, &CommandPalette::search);
    connect(m_list, &QListView::clicked, this,
            [this](const QModelIndex &index) { choose(index.row()); });
    window->installEventFilter(this);
    hide();
}

void CommandPalette::setFilterItem(std::function<PaletteItem(const QString &)> make)
{
    m_model.setFilterItem(std::move(make));
}

void CommandPalette::setRecent(const QStringList &ids)
{
    m_recent = ids.mid(0, RecentMax);
    m_model.setRecent(m_recent);
}

void CommandPalette::openWith(std::vector<PaletteItem> items, const QString &text)
{
    if (!isVisible()) {
        m_focusBefore = QApplication::focusWidget();
    }
    m_model.setItems(std::move(items));
    m_edit->setText(text);
    search(text);
    show();
    raise();
    m_edit->setFocus(Qt::PopupFocusReason);
}

void CommandPalette::search(const QString &text)
{
    m_model.setQuery(text);
    m_list->setCurrentIndex(m_model.index(0, 0));
    fit();
}

void CommandPalette::fit()
{
    const int rows = std::clamp(m_model.rowCount(), 1, ItemsShownMax);
    m_list->setFixedHeight(rows * ItemHeight + 2);
    const int width = std::min(Width, parentWidget()->width() - 40);
    setFixedWidth(width);
    adjustSize();
    move((parentWidget()->width() - width) / 2, Top);
}

void CommandPalette::choose(int row)
{
    const PaletteItem *const chosen = m_model.itemAt(row);
    if (chosen == nullptr) {
        return;
    }
    const PaletteItem item = *chosen;
    shut();
    if (!item.blocked.isEmpty()) {
        Q_EMIT refused(item.blocked);
        return;
    }
    if (item.kind != PaletteKind::Filter) { // filters may hold names that should not be kept
        m_recent.removeAll(item.id);
        m_recent.prepend(item.id);
        setRecent(m_recent);
    }
    item.run();
}

void CommandPalette::shut()
{
    hide();
    if (m_focusBefore != nullptr && m_focusBefore->isVisible()) {
        m_focusBefore->setFocus(Qt::PopupFocusReason);
    }
    m_focusBefore = nullptr;
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible()) {
        fit();
    }
    if (watched != m_edit) {
        return QFrame::eventFilter(watched, event);
    }
    if (event->type() == QEvent::FocusOut && isVisible()) {
        m_focusBefore = nullptr; // the focus went elsewhere on purpose
        shut();
    }
    if (event->type() != QEvent::KeyPress) {
        return QFrame::eventFilter(watched, event);
    }
    const int rows = m_model.rowCount();
    const int current = m_list->currentIndex().row();
    const auto move = [&](int row) {
        if (rows > 0) {
            m_list->setCurrentIndex(m_model.index((row + rows) % rows, 0));
        }
    };
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Down: move(current + 1); return true;
    case Qt::Key_Up: move(current - 1); return true;
    case Qt::Key_PageDown: move(std::min(current + ItemsShownMax, rows - 1)); return true;
    case Qt::Key_PageUp: move(std::max(current - ItemsShownMax, 0)); return true;
    case Qt::Key_Return:
    case Qt::Key_Enter: choose(current); return true;
    case Qt::Key_Escape: shut(); return true;
    default: return QFrame::eventFilter(watched, event);
    }
}

void CommandPalette::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    paintBox(painter, rect(), {.fill = t.raised, .border = t.line, .radius = 10});
    if (m_model.rowCount() == 0) {
        painter.setPen(t.muted);
        painter.drawText(m_list->geometry(), Qt::AlignCenter, tr("Nothing found"));
    }
}

} // namespace provost::ui
