#include "ui/policies/filelist.h"

#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"
#include "ui/policies/policyplace.h"

#include <QPainter>
#include <QStyledItemDelegate>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int NameRole = Qt::UserRole;
constexpr int ChangedRole = Qt::UserRole + 1;
constexpr int ConflictedRole = Qt::UserRole + 2;

class FileDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &,
                                 const QModelIndex &index) const override
    {
        return {60, isHeading(index) ? metrics::RowHeight + 2 : metrics::RowHeight};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override
    {
        const Tokens &t = tokens();
        const QRect box = option.rect.adjusted(4, 1, -4, -1);
        painter->save();
        if (isHeading(index)) {
            painter->setFont(fontOf(TextRole::Heading));
            painter->setPen(t.muted);
            painter->drawText(box.adjusted(8, 0, -4, -2), Qt::AlignLeft | Qt::AlignBottom,
                              index.data().toString());
            painter->restore();
            return;
        }
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected || option.state.testFlag(QStyle::State_MouseOver)) {
            paintBox(*painter, box, {.fill = selected ? t.selection : t.hover, .border = {}});
        }
        if (selected && option.state.testFlag(QStyle::State_HasFocus)) {
            paintFocusRing(*painter, box, metrics::ControlRadius);
        }
        const QFont font = uiFont();
        const QFontMetrics measure(font);
        const QString text =
            measure.elidedText(index.data().toString(), Qt::ElideMiddle, box.width() - 32);
        painter->setFont(font);
        painter->setPen(t.text);
        painter->drawText(box.adjusted(8, 0, -8, 0), Qt::AlignLeft | Qt::AlignVCenter, text);
        if (index.data(ChangedRole).toBool()) {
            const int x = box.left() + 8 + measure.horizontalAdvance(text) + 7;
            const QRect mark(x, box.center().y() - 4, 9, 9);
            painter->setRenderHint(QPainter::Antialiasing);
            if (index.data(ConflictedRole).toBool()) {
                painter->setFont(uiFont(13, QFont::DemiBold));
                painter->setPen(t.deny);
                painter->drawText(QRect(x, box.top(), 12, box.height()), Qt::AlignCenter, u"!"_s);
            } else {
                painter->setPen(Qt::NoPen);
                painter->setBrush(t.ask);
                painter->drawEllipse(mark);
            }
        }
        painter->restore();
    }

private:
    static bool isHeading(const QModelIndex &index) { return !index.data(NameRole).isValid(); }
};

} // namespace

FileList::FileList(QWidget *parent)
    : QListWidget(parent)
{
    setObjectName(u"policies.files"_s);
    setAccessibleName(tr("Files"));
    setItemDelegate(new FileDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setMouseTracking(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    connect(this, &QListWidget::currentItemChanged, this, [this](QListWidgetItem *item) {
        if (item != nullptr) {
            Q_EMIT fileChosen(item->data(NameRole).toByteArray());
        }
    });
}

void FileList::setFiles(const std::vector<PoliciesPresenter::File> &files)
{
    if (files == m_files) {
        return;
    }
    m_files = files;
    const QByteArray chosen = currentFile();
    const QSignalBlocker quiet(this);
    clear();
    struct Group
    {
        QString title;
        QByteArray folder;
    };
    const Group groups[] = {{tr("Tenants"), "tenants/"},
                            {tr("Tool servers"), "servers/"},
                            {tr("Tests"), "tests/"},
                            {tr("Other"), {}}};
    const auto groupOf = [&](const QByteArray &name) {
        return std::find_if(std::begin(groups), std::end(groups) - 1,
                            [&](const Group &group) { return name.startsWith(group.folder); });
    };
    for (const Group &group : groups) {
        bool hasHeading = false;
        for (const PoliciesPresenter::File &file : files) {
            if (groupOf(file.name) != &group) {
                continue;
            }
            if (!hasHeading) {
                auto *const heading = new QListWidgetItem(group.title, this);
                heading->setFlags(Qt::NoItemFlags);
                hasHeading = true;
            }
            auto *const item = new QListWidgetItem(shortName(file.name), this);
            item->setData(NameRole, file.name);
            item->setData(ChangedRole, file.changed);
            item->setData(ConflictedRole, file.conflicted);
            item->setToolTip(plainToolTip(QString::fromUtf8(file.name)));
            item->setData(Qt::AccessibleTextRole,
                          file.conflicted ? tr("%1, changed by others too").arg(item->text())
                          : file.changed  ? tr("%1, changed").arg(item->text())
                                          : item->text());
        }
    }
    setCurrentFile(chosen);
}

void FileList::setCurrentFile(const QByteArray &name)
{
    const QSignalBlocker quiet(this);
    for (int row = 0; row < count(); ++row) {
        if (item(row)->data(NameRole).isValid()
            && item(row)->data(NameRole).toByteArray() == name) {
            setCurrentRow(row);
        }
    }
}

QByteArray FileList::currentFile() const
{
    return currentItem() != nullptr ? currentItem()->data(NameRole).toByteArray() : QByteArray();
}

} // namespace provost::ui
