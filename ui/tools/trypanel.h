// TryPanel: a tool tried as a user of the tenant: the input schema as a form or as JSON (one value), the governed call,
// what it asks, and how it ended.
// Thread: ui thread.
#pragma once

#include "ui/kit/page.h"
#include "ui/tools/trypresenter.h"

#include <QWidget>

class QStackedWidget;
class QVBoxLayout;

namespace provost::ui {

class AskView;
class Button;
class CodeEditor;
class ComboField;
class EmptyState;
class ErrorState;
class Label;
class SchemaForm;
class ScrollArea;
class Segments;
class TrialView;
class WorkingView;

class TryPanel : public QWidget
{
    Q_OBJECT

public:
    // Both outlive the panel.
    TryPanel(control::ControlPlane &control, PageContext &context, QWidget *parent);

    void setTool(const control::ToolRow &tool);
    [[nodiscard]] TryPresenter &presenter() { return m_presenter; }
    // Runs the tool; or answers, if that is what the keyboard is at.
    void go();

private:
    QWidget *buildInput();
    QWidget *buildOutput();
    void makeForm();
    void showUsers();
    void showArguments();
    void showState();
    void showRunning();

    PageContext &m_context;
    TryPresenter m_presenter;
    bool m_showing = false; // editors are filled by us and not by the user

    ComboField *m_users = nullptr;
    Segments *m_kind = nullptr;
    QStackedWidget *m_input = nullptr;
    ScrollArea *m_formArea = nullptr;
    SchemaForm *m_form = nullptr;
    Label *m_noFields = nullptr;
    CodeEditor *m_json = nullptr;
    Label *m_problem = nullptr;
    Button *m_run = nullptr;
    Button *m_cancel = nullptr;
    QStackedWidget *m_output = nullptr;
    EmptyState *m_empty = nullptr;
    WorkingView *m_working = nullptr;
    ErrorState *m_error = nullptr;
    QVBoxLayout *m_ended = nullptr;
    TrialView *m_trial = nullptr;
    AskView *m_ask = nullptr;
};

} // namespace provost::ui
