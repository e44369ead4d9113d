#include "ui/kit/jsontree.h"

#include "ui/kit/cell.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/fonts.h"
#include "ui/kit/theme.h"
#include "ui/kit/words.h"

#include <QContextMenuEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QRegularExpression>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int DepthMax = 64;
constexpr qsizetype TextShownMax = 400; // characters of one value in its row
constexpr int OpenedLevels = 2;

QString shown(const Json &value)
{
    if (value.isObject()) {
        if (value.members().empty()) {
            return u"{}"_s;
        }
        return u"{ "_s
               + counted(static_cast<qint64>(value.members().size()), JsonModel::tr("member"),
                         JsonModel::tr("members"))
               + u" }"_s;
    }
    if (value.isArray()) {
        if (value.items().empty()) {
            return u"[]"_s;
        }
        return u"[ "_s
               + counted(static_cast<qint64>(value.items().size()), JsonModel::tr("item"),
                         JsonModel::tr("items"))
               + u" ]"_s;
    }
    QString text = QString::fromUtf8(value.toBytes());
    if (text.size() > TextShownMax) {
        text = text.left(TextShownMax) + u'…';
    }
    return text;
}

Tone toneOf(const Json &value)
{
    if (value.isObject() || value.isArray() || value.isNull()) {
        return Tone::Muted;
    }
    if (value.isString()) {
        return Tone::Allow;
    }
    return value.isBool() ? Tone::Mask : Tone::Neutral;
}

// The text of a scalar, JSON of the others: what a person wants to paste.
QString copied(const Json &value)
{
    if (value.isString()) {
        return value.toText();
    }
    return QString::fromUtf8(value.isObject() || value.isArray() ? value.toIndented()
                                                                 : value.toBytes());
}

} // namespace

struct JsonModel::Node
{
    const Json *value = nullptr;
    Node *parent = nullptr;
    int row = 0;
    QString name; // of the member, or "[3]"
    std::vector<std::unique_ptr<Node>> children;
};

JsonModel::JsonModel(QObject *parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
    m_root->value = &m_value;
}

JsonModel::~JsonModel() = default;

void JsonModel::setValue(Json value)
{
    beginResetModel();
    m_value = std::move(value);
    m_root = std::make_unique<Node>();
    grow(*m_root, m_value, 0);
    endResetModel();
}

void JsonModel::grow(Node &node, const Json &value, int depth)
{
    node.value = &value;
    if (depth >= DepthMax) {
        return;
    }
    const auto add = [&](const QString &name, const Json &child) {
        auto grown = std::make_unique<Node>();
        grown->parent = &node;
        grown->row = static_cast<int>(node.children.size());
        grown->name = name;
        grow(*grown, child, depth + 1);
        node.children.push_back(std::move(grown));
    };
    for (const Json::Member &member : value.members()) {
        add(QString::fromUtf8(member.key), member.value);
    }
    int index = 0;
    for (const Json &item : value.items()) {
        add(u"[%1]"_s.arg(index++), item);
    }
}

const JsonModel::Node &JsonModel::nodeOf(const QModelIndex &index) const
{
    return index.isValid() ? *static_cast<const Node *>(index.constInternalPointer()) : *m_root;
}

const Json *JsonModel::valueAt(const QModelIndex &index) const
{
    return index.isValid() ? nodeOf(index).value : nullptr;
}

QString JsonModel::pathOf(const QModelIndex &index) const
{
    static const QRegularExpression plain(u"^[A-Za-z_][A-Za-z0-9_]*$"_s);
    QString path;
    for (const Node *node = &nodeOf(index); node->parent != nullptr; node = node->parent) {
        const bool item = node->parent->value->isArray();
        if (item) {
            path.prepend(node->name);
        } else if (plain.match(node->name).hasMatch()) {
            path.prepend(u'.' + node->name);
        } else {
            QByteArray quoted;
            appendJsonString(quoted, node->name.toUtf8());
            path.prepend(u'[' + QString::fromUtf8(quoted) + u']');
        }
    }
    return u'$' + path;
}

QModelIndex JsonModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent)) {
        return {};
    }
    return createIndex(row, column, nodeOf(parent).children[static_cast<std::size_t>(row)].get());
}

QModelIndex JsonModel::parent(const QModelIndex &index) const
{
    if (!index.isValid()) {
        return {};
    }
    Node *const above = nodeOf(index).parent;
    return above == nullptr || above == m_root.get() ? QModelIndex()
                                                     : createIndex(above->row, 0, above);
}

int JsonModel::rowCount(const QModelIndex &parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent).children.size());
}

int JsonModel::columnCount(const QModelIndex &) const
{
    return 2;
}

QVariant JsonModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid()) {
        return {};
    }
    const Node &node = nodeOf(index);
    const bool isName = index.column() == 0;
    return cellData({.text = isName ? node.name : shown(*node.value),
                     .font = CellFont::Mono,
                     .tone = isName ? Tone::Accent : toneOf(*node.value)},
                    Qt::AlignLeft, role);
}

QVariant JsonModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole) {
        return {};
    }
    return section == 0 ? tr("Name") : tr("Value");
}

JsonTree::JsonTree(const QString &name, const QString &accessible, QWidget *parent)
    : QTreeView(parent)
{
    setObjectName(name);
    setAccessibleName(accessible);
    setModel(&m_model);
    setItemDelegate(new CellDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setUniformRowHeights(true);
    setAlternatingRowColors(false);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    viewport()->setAutoFillBackground(false);
    header()->viewport()->setAutoFillBackground(false);
    header()->setFixedHeight(metrics::HeaderHeight);
    header()->setStretchLastSection(true);
    header()->resizeSection(0, 190);
    header()->setSectionResizeMode(0, QHeaderView::Interactive);
}

void JsonTree::setValue(const Json &value)
{
    m_model.setValue(value);
    expandToDepth(OpenedLevels - 1);
    if (m_model.rowCount() > 0) {
        setCurrentIndex(m_model.index(0, 0, {}));
    }
}

void JsonTree::copyValue()
{
    if (const Json *const value = m_model.valueAt(currentIndex())) {
        copyText(copied(*value));
    }
}

void JsonTree::copyPath()
{
    if (currentIndex().isValid()) {
        copyText(m_model.pathOf(currentIndex()));
    }
}

void JsonTree::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copyValue();
        return;
    }
    QTreeView::keyPressEvent(event);
}

void JsonTree::contextMenuEvent(QContextMenuEvent *event)
{
    const Json *const value = m_model.valueAt(currentIndex());
    if (value == nullptr) {
        return;
    }
    auto *const menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->addAction(tr("Copy value"), QKeySequence(QKeySequence::Copy), this, &JsonTree::copyValue);
    menu->addAction(tr("Copy path"), this, &JsonTree::copyPath);
    if (!value->isObject() && !value->isArray()) {
        menu->addSeparator();
        menu->addAction(tr("Use as filter"), this,
                        [this, path = m_model.pathOf(currentIndex()), text = copied(*value)] {
                            Q_EMIT filterRequested(path, text);
                        });
    }
    menu->popup(event->globalPos());
}

} // namespace provost::ui
