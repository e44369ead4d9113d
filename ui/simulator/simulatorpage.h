// SimulatorPage: what would happen: one request, written as a form or as JSON, decided by the live revision or by the draft.
// `simulator/record?tenant=T&sequence=N` takes the request of a recorded call.
// Thread: ui thread.
#pragma once

#include "ui/kit/page.h"
#include "ui/simulator/simulatorpresenter.h"

class QStackedLayout;
class QVBoxLayout;

namespace provost::ui {

class Button;
class Card;
class CodeEditor;
class EmptyState;
class ErrorState;
class Label;
class RequestForm;
class ResultView;
class Segments;

class SimulatorPage : public Page
{
    Q_OBJECT

public:
    SimulatorPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);
    // `drafts`: where the draft of the page on policies is kept.
    SimulatorPage(control::ControlPlane &control, PageContext &context, DraftStore drafts,
                  QWidget *parent = nullptr);

    void setScope(const Scope &scope) override;
    void activate() override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    QWidget *makeHead();
    QWidget *makeRequest();
    QWidget *makeAnswer();
    void showRequest();
    void showExamples();
    void showResult();
    void showAgainst();

    SimulatorPresenter m_presenter;
    Label *m_source = nullptr;
    Segments *m_against = nullptr;
    Button *m_draft = nullptr;
    Button *m_run = nullptr;
    Segments *m_kind = nullptr;
    QStackedLayout *m_requestStack = nullptr;
    RequestForm *m_form = nullptr;
    QWidget *m_jsonPart = nullptr;
    CodeEditor *m_json = nullptr;
    Label *m_jsonError = nullptr;
    QStackedLayout *m_answers = nullptr;
    EmptyState *m_empty = nullptr;
    QWidget *m_examples = nullptr;
    QVBoxLayout *m_examplesColumn = nullptr;
    ErrorState *m_error = nullptr;
    ResultView *m_result = nullptr;
    bool m_showing = false;
};

} // namespace provost::ui
