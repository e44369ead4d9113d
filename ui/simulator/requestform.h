// RequestForm: the request as fields. Holds no truth of its own: it shows a request and tells how the reader changed it;
// members that it does not show stay.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"
#include "ui/simulator/requestfields.h"

#include <QLineEdit>
#include <QWidget>

#include <map>

class QStringListModel;

namespace provost::ui {

class AttributesEditor;
class ChipsEditor;
class CodeEditor;
class Form;
class FormRow;
class LineField;

class RequestForm : public QWidget
{
    Q_OBJECT

public:
    explicit RequestForm(QWidget *parent = nullptr);

    // Does not emit.
    void setRequest(const Json &request);
    void setVocabulary(const control::Vocabulary &vocabulary);

Q_SIGNALS:
    // By the user.
    void edited(const provost::Json &request);
    // The arguments are no JSON object (empty: they are again); the request keeps the former ones.
    void argumentsRefused(const QString &error);

private:
    LineField *addLine(const QString &label, const FieldPath &path, const QString &none);
    ChipsEditor *addChips(const QString &label, const FieldPath &path, const QString &none);
    AttributesEditor *addAttributes(const QString &label, const QByteArray &parent);
    void addArgs();
    void takeArgs();
    void showArgsError(const QString &error);
    void checkTime();
    void set(const FieldPath &path, const Json &value);

    Form *m_form = nullptr;
    Json m_request = Json::object();
    std::map<LineField *, FieldPath> m_lines;
    std::map<ChipsEditor *, FieldPath> m_chips;
    std::map<AttributesEditor *, QByteArray> m_attributes;
    QStringListModel *m_tools = nullptr;
    QStringListModel *m_resources = nullptr;
    QStringListModel *m_permissions = nullptr;
    ChipsEditor *m_roles = nullptr;
    CodeEditor *m_args = nullptr;
    FormRow *m_argsRow = nullptr;
    LineField *m_now = nullptr;
    FormRow *m_nowRow = nullptr;
    bool m_showing = false;
};

} // namespace provost::ui
