// UserAttributesEditor: names and values of a user's attributes, one row each; an empty row at the end takes the next one.
// Thread: ui thread.
#pragma once

#include "ui/tenants/tenantwords.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class Button;
class LineField;

class UserAttributesEditor : public QWidget
{
    Q_OBJECT

public:
    explicit UserAttributesEditor(QWidget *parent = nullptr);

    void setTexts(const AttributeTexts &texts);
    // Rows that are empty altogether are left out.
    [[nodiscard]] AttributeTexts texts() const;

Q_SIGNALS:
    void changed();

private:
    struct Row
    {
        QWidget *widget = nullptr;
        LineField *name = nullptr;
        LineField *value = nullptr;
        Button *remove = nullptr;
    };

    void addRow(const QString &name, const QString &value);
    void removeRow(const QWidget *widget);
    void edited();

    QVBoxLayout *m_column = nullptr;
    std::vector<Row> m_rows;
    int m_made = 0; // numbers the rows' names
};

} // namespace provost::ui
