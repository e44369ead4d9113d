// Form: rows of a label and a field, each with room for what is wrong with it. Fields are made here so that they all
// have names, the right height and plain text.
// Thread: ui thread.
#pragma once

#include <QComboBox>
#include <QLineEdit>
#include <QWidget>

class QGridLayout;

namespace provost::ui {

class Label;

// A line edit whose border tells a problem; the words stand under it (see FormRow).
class LineField : public QLineEdit
{
    Q_OBJECT

public:
    // `name` is the objectName; `accessible` what it is called aloud.
    LineField(const QString &name, const QString &accessible, QWidget *parent = nullptr);
    void setInvalid(bool invalid);
    [[nodiscard]] bool isInvalid() const { return m_invalid; }
    // Data, not words: names of tools, conditions, keys.
    void setMono();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    bool m_invalid = false;
    bool m_mono = false;
};

class ComboField : public QComboBox
{
    Q_OBJECT

public:
    ComboField(const QString &name, const QString &accessible, QWidget *parent = nullptr);
    // Muted words before the value: "Scope  All tenants".
    void setPrefix(const QString &prefix);
    // By the item's data (a string); true if there is such an item. Does not emit.
    bool choose(const QString &value);
    [[nodiscard]] QString chosen() const { return currentData().toString(); }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;

private:
    QString m_prefix;
};

// One row; made by Form::addRow().
class FormRow : public QObject
{
    Q_OBJECT

public:
    FormRow(Label *label, QWidget *field, Label *note, QObject *parent);

    // Under the field, in the deny colour with a sign; empty: nothing wrong. LineField and ChipsEditor show it on their
    // border as well.
    void setError(const QString &error);
    // Under the field, muted, while there is no error.
    void setHint(const QString &hint);
    void setVisible(bool visible);
    [[nodiscard]] QWidget *field() const { return m_field; }

private:
    void show();

    Label *m_label;
    QWidget *m_field;
    Label *m_note;
    QString m_error;
    QString m_hint;
};

class Form : public QWidget
{
    Q_OBJECT

public:
    explicit Form(QWidget *parent = nullptr);

    FormRow *addRow(const QString &label, QWidget *field);
    // Over the whole width, without label.
    void addWide(QWidget *widget);
    // Pixels; 102 unless told.
    void setLabelWidth(int width);

private:
    QGridLayout *m_grid = nullptr;
    int m_rows = 0;
};

} // namespace provost::ui
