// InspectorView: the messages of an agent as they go by, and one of them as a tree. Off until somebody asks for it,
// because to look is recorded.
// Thread: ui thread.
#pragma once

#include "ui/sessions/inspectorpresenter.h"

#include <QWidget>

class QStackedWidget;

namespace provost::ui {

class Button;
class CellTable;
class EmptyState;
class JsonTree;
class Label;

class InspectorView : public QWidget
{
    Q_OBJECT

public:
    InspectorView(control::ControlPlane &control, QByteArray author, QWidget *parent);

    // Another agent ends what was looked at; an empty key shows nothing.
    void setSession(const QByteArray &key);
    void toggle();
    void stop();
    [[nodiscard]] const InspectorPresenter &presenter() const { return m_presenter; }

private:
    void showMessages();
    void showMessage();

    InspectorPresenter m_presenter;
    QByteArray m_key;
    Label *m_about = nullptr;
    Button *m_toggle = nullptr;
    QStackedWidget *m_stack = nullptr;
    EmptyState *m_empty = nullptr;
    CellTable *m_table = nullptr;
    JsonTree *m_tree = nullptr;
};

} // namespace provost::ui
