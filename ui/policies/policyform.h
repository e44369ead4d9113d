// PolicyForm: one policy as fields. It holds no truth: it shows what was read of the text and asks for edits of it.
// Thread: ui thread.
#pragma once

#include "ui/policies/policyplace.h"

#include <QLineEdit>
#include <QWidget>

#include <map>

namespace provost::ui {

class ChipsEditor;
class ConditionsEditor;
class Form;
class FormRow;
class LineField;
class Segments;

class PolicyForm : public QWidget
{
    Q_OBJECT

public:
    explicit PolicyForm(QWidget *parent = nullptr);

    // Shows the policy; fields that are the same already keep their cursor.
    void setPolicy(const PolicyPlace &place);
    void setVocabulary(const control::Vocabulary &vocabulary);
    void setReadOnly(bool readOnly);
    // Why an edit was refused, under its field.
    void setError(const QByteArray &field, const QString &error);

Q_SIGNALS:
    // By the user; null takes the field out of the text.
    void edited(const QByteArray &field, const provost::Json &value);

private:
    ChipsEditor *addChips(const QByteArray &field, const QString &label, const QString &none);
    LineField *addLine(const QByteArray &field, const QString &label, const QString &none);
    void showLine(LineField *field, const QString &text);

    Form *m_form = nullptr;
    Segments *m_effect = nullptr;
    ChipsEditor *m_roles = nullptr;
    ChipsEditor *m_tools = nullptr;
    ChipsEditor *m_resources = nullptr;
    ChipsEditor *m_permissions = nullptr;
    ConditionsEditor *m_conditions = nullptr;
    LineField *m_reason = nullptr;
    LineField *m_from = nullptr;
    LineField *m_until = nullptr;
    LineField *m_rate = nullptr;
    ChipsEditor *m_mask = nullptr;
    ChipsEditor *m_drop = nullptr;
    std::map<QByteArray, FormRow *> m_rows;
    std::map<QLineEdit *, QString> m_shown; // as set, to tell what the user changed
};

} // namespace provost::ui
