// SchemaForm: the fields of a schema, filled in. It edits one JSON value: what it has no field for stays as it was.
// An empty field leaves the member out.
// Thread: ui thread.
#pragma once

#include "ui/tools/schemafield.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class FormRow;

// One field. value() is what was entered, null if nothing was; unreadable() tells of text that is no value at all.
class FieldEditor : public QWidget
{
    Q_OBJECT

public:
    using QWidget::QWidget;

    [[nodiscard]] virtual Json value() const = 0;
    // Does not emit.
    virtual void setValue(const Json &value) = 0;
    [[nodiscard]] virtual QString unreadable() const { return {}; }

Q_SIGNALS:
    void edited(); // by the user
};

class SchemaForm : public FieldEditor
{
    Q_OBJECT

public:
    // `name` begins the objectNames of all fields: "try.segment".
    SchemaForm(const QString &name, const SchemaField &object, QWidget *parent = nullptr);

    [[nodiscard]] Json value() const override;
    void setValue(const Json &value) override;
    [[nodiscard]] QString unreadable() const override;

private:
    struct Row
    {
        SchemaField field;
        FieldEditor *editor = nullptr;
        FormRow *row = nullptr; // null: the editor stands over the whole width
    };

    void check();

    std::vector<Row> m_rows;
    Json m_base = Json::object();
};

// The editor for a field of any kind.
[[nodiscard]] FieldEditor *makeFieldEditor(const QString &name, const SchemaField &field,
                                           QWidget *parent);

} // namespace provost::ui
