// WhyDrawer: the panel that explains one record: who decided, why, what would have allowed it; and the record itself.
// It asks nothing: it shows its presenter.
// Thread: ui thread.
#pragma once

#include "ui/audit/whypresenter.h"
#include "ui/kit/drawer.h"

class QVBoxLayout;

namespace provost::ui {

class Button;
class CopyField;
class JsonTree;
class Segments;
struct WhyWords;

class WhyDrawer : public Drawer
{
    Q_OBJECT

public:
    explicit WhyDrawer(WhyPresenter &presenter, QWidget *parent = nullptr); // borrowed

Q_SIGNALS:
    void ruleRequested();
    void simulationRequested();
    void workflowRequested();
    void linkCopyRequested();
    // A value of the record, to look for.
    void valueChosen(const QString &value);

private:
    QWidget *makeRecordTab();
    QWidget *makeButtons();
    void showTab(const QString &tab);
    void showRecord();
    void showWhy();
    void showDetail();
    void updateButtons();

    WhyPresenter &m_presenter;
    Segments *m_tabs = nullptr;
    QVBoxLayout *m_column = nullptr;
    QWidget *m_why = nullptr; // made anew for each record
    QWidget *m_record = nullptr;
    JsonTree *m_tree = nullptr;
    CopyField *m_rawIntent = nullptr;
    CopyField *m_rawOutcome = nullptr;
    Button *m_rule = nullptr;
    Button *m_simulate = nullptr;
    Button *m_workflow = nullptr;
    Button *m_copyLink = nullptr;
};

} // namespace provost::ui
