// JsonTree: a JSON value as a tree of name, value; numbers and order as they were written; copy value or path. Untrusted
// text stays text.
// Thread: ui thread.
#pragma once

#include "server/base/json.h"

#include <QAbstractItemModel>
#include <QTreeView>

#include <memory>

namespace provost::ui {

class JsonModel : public QAbstractItemModel
{
    Q_OBJECT

public:
    explicit JsonModel(QObject *parent = nullptr);
    ~JsonModel() override;

    void setValue(Json value);
    [[nodiscard]] const Json *valueAt(const QModelIndex &index) const;
    // "$.result.content[0].text"
    [[nodiscard]] QString pathOf(const QModelIndex &index) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex &parent) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex &index) const override;
    using QAbstractItemModel::parent;
    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role) const override;

private:
    struct Node;
    [[nodiscard]] const Node &nodeOf(const QModelIndex &index) const;
    void grow(Node &node, const Json &value, int depth);

    Json m_value;
    std::unique_ptr<Node> m_root;
};

class JsonTree : public QTreeView
{
    Q_OBJECT

public:
    JsonTree(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    // Opens the first levels.
    void setValue(const Json &value);

Q_SIGNALS:
    // "Use as filter" in the menu; `path` as in JsonModel::pathOf().
    void filterRequested(const QString &path, const QString &value);

protected:
    void keyPressEvent(QKeyEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;

private:
    void copyValue();
    void copyPath();

    JsonModel m_model;
};

} // namespace provost::ui
