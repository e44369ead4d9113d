// The editors of the single kinds of fields in a SchemaForm.
// Thread: ui thread.
#pragma once

#include "ui/tools/schemaform.h"

class QCheckBox;

namespace provost::ui {

class Button;
class ComboField;
class LineField;

// Text, numbers, and JSON as text.
class LineEditor : public FieldEditor
{
    Q_OBJECT

public:
    LineEditor(const QString &name, const SchemaField &field, QWidget *parent);

    [[nodiscard]] Json value() const override;
    void setValue(const Json &value) override;
    [[nodiscard]] QString unreadable() const override;

private:
    const SchemaField m_field;
    LineField *m_line = nullptr;
};

// Yes or no, and one of several.
class ChoiceEditor : public FieldEditor
{
    Q_OBJECT

public:
    ChoiceEditor(const QString &name, const SchemaField &field, QWidget *parent);

    [[nodiscard]] Json value() const override;
    void setValue(const Json &value) override;

private:
    std::vector<SchemaChoice> m_choices;
    ComboField *m_combo = nullptr;
};

// Some of several.
class ChoicesEditor : public FieldEditor
{
    Q_OBJECT

public:
    ChoicesEditor(const QString &name, const SchemaField &field, QWidget *parent);

    [[nodiscard]] Json value() const override;
    void setValue(const Json &value) override;

private:
    const std::vector<SchemaChoice> m_choices;
    std::vector<QCheckBox *> m_boxes;
    bool m_given = false; // an empty list is something else than none
};

// Any number of one kind.
class ListEditor : public FieldEditor
{
    Q_OBJECT

public:
    static constexpr std::size_t shownMax = 50; // more stay in the value and are edited as JSON

    ListEditor(const QString &name, const SchemaField &field, QWidget *parent);

    [[nodiscard]] Json value() const override;
    void setValue(const Json &value) override;
    [[nodiscard]] QString unreadable() const override;

private:
    struct Item
    {
        QWidget *line = nullptr;
        FieldEditor *editor = nullptr;
    };

    void addItem(const Json &value);
    void removeItem(QWidget *line);

    const QString m_name;
    SchemaField m_item;
    std::vector<Item> m_items;
    Json::Array m_rest; // beyond shownMax
    bool m_given = false;
    int m_made = 0;
    QVBoxLayout *m_column = nullptr;
    Button *m_add = nullptr;
};

} // namespace provost::ui
