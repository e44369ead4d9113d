// AttributesEditor: names and values in rows: the attributes of a user or a resource. A row without a name does not count.
// Thread: ui thread.
#pragma once

#include "ui/simulator/requestfields.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class Button;
class LineField;

class AttributesEditor : public QWidget
{
    Q_OBJECT

public:
    // `accessible`: "User attribute".
    AttributesEditor(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    // Does not emit.
    void setAttributes(const std::vector<Attribute> &attributes);
    [[nodiscard]] std::vector<Attribute> attributes() const;

Q_SIGNALS:
    // By the user.
    void attributesChanged(const std::vector<provost::ui::Attribute> &attributes);

private:
    struct Row
    {
        QWidget *widget = nullptr;
        LineField *name = nullptr;
        LineField *value = nullptr;
    };
    LineField *addRow(const Attribute &attribute);
    void commit();

    QString m_name;
    QString m_accessible;
    QVBoxLayout *m_column = nullptr;
    std::vector<Row> m_rows;
    std::vector<Attribute> m_known; // as last set or told
};

} // namespace provost::ui
