// SessionsPage: who is connected now, and of one agent who it is, what it says, and the end of its session. Links:
// "sessions", "sessions/session/3f2a…".
// INVARIANT: the detail shows the selected agent or nothing.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/listpage.h"

namespace provost::ui {

class Button;
class Card;
class CellTable;
class Facts;
class InspectorView;
class Label;

class SessionsPage : public ListPage
{
    Q_OBJECT

public:
    // Both outlive the page.
    SessionsPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);

    void setScope(const Scope &scope) override;
    void deactivate() override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    Card *buildList();
    Card *buildDetail();

    void refresh() override;
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

    CellTable *m_table = nullptr;
    Label *m_summary = nullptr;
    Card *m_detail = nullptr;
    Facts *m_facts = nullptr;
    Button *m_calls = nullptr;
    Button *m_end = nullptr;
    InspectorView *m_inspector = nullptr;
};

} // namespace provost::ui
