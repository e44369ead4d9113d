// ToolPanel: one tool as its server describes it and as policy sees it. What a server says of itself is marked as its
// claim; its description is text, whatever it holds.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QWidget>

class QHBoxLayout;

namespace provost::ui {

class Badge;
class Facts;
class JsonTree;
class Label;
class Segments;

class ToolPanel : public QWidget
{
    Q_OBJECT

public:
    explicit ToolPanel(QWidget *parent);

    void setTool(const control::ToolRow &tool);

private:
    void showClaims();
    void showSchema();

    control::ToolRow m_tool;
    Label *m_title = nullptr;
    Label *m_description = nullptr;
    QWidget *m_claims = nullptr;
    QHBoxLayout *m_claimsRow = nullptr;
    Facts *m_facts = nullptr;
    Segments *m_which = nullptr;
    Label *m_noSchema = nullptr;
    JsonTree *m_schema = nullptr;
};

} // namespace provost::ui
