// SessionsPage: who is connected now, and of one agent who it is, what it says, and the end of its session. Links:
// "sessions", "sessions/session/3f2a…".
// INVARIANT: the detail shows the selected agent or nothing.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"

#include <QTimer>

class QStackedLayout;

namespace provost::ui {

class Banner;
class Button;
class Card;
class CellModel;
class EmptyState;
class ErrorState;
class Facts;
class InspectorView;
class Label;
class TableView;

class SessionsPage : public Page
{
    Q_OBJECT

public:
    // Both outlive the page.
    SessionsPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);

    void setScope(const Scope &scope) override;
    void activate() override;
    void deactivate() override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    QWidget *buildContent();
    Card *buildList();
    Card *buildDetail();

    void refresh();
    void showSessions(const Result<std::vector<control::SessionRow>> &answer);
    void select(const QByteArray &key);
    void showSelected();
    [[nodiscard]] QString endBlocked() const;
    void confirmEnd();
    void end(const QByteArray &key, const QByteArray &reason);
    [[nodiscard]] const control::SessionRow *selected() const;

    control::ControlPlane &m_control;
    Scope m_scope;
    std::vector<control::SessionRow> m_sessions;
    QByteArray m_selected; // key
    int m_asked = 0;
    bool m_inFront = false;
    bool m_selecting = false; // the selection is moved by us and not by the user
    QTimer m_refresh;         // while in front

    QStackedLayout *m_states = nullptr;
    EmptyState *m_empty = nullptr;
    ErrorState *m_error = nullptr;
    Banner *m_banner = nullptr;
    CellModel *m_model = nullptr;
    TableView *m_table = nullptr;
    Label *m_summary = nullptr;
    Card *m_detail = nullptr;
    Facts *m_facts = nullptr;
    Button *m_calls = nullptr;
    Button *m_end = nullptr;
    InspectorView *m_inspector = nullptr;
};

} // namespace provost::ui
