// AskView: what a tool wants to know before it goes on, as forms; and the ways to answer.
// Thread: ui thread.
#pragma once

#include "ui/tools/trypresenter.h"

#include <QWidget>

#include <map>

class QVBoxLayout;

namespace provost::ui {

class Button;
class Label;

class AskView : public QWidget
{
    Q_OBJECT

public:
    // `presenter` outlives the view.
    AskView(TryPresenter &presenter, QWidget *parent);

    // Makes the forms anew if something else is asked.
    void refresh();

private:
    void addForm(const Ask &ask);
    void addPage(const Ask &ask);
    void addTyped(const Ask &ask);
    void check();

    TryPresenter &m_presenter;
    std::vector<Ask> m_shown; // as asked, without answers
    std::map<QByteArray, QString> m_problems;
    QWidget *m_forms = nullptr;
    QVBoxLayout *m_column = nullptr;
    Label *m_problem = nullptr;
    Button *m_accept = nullptr;
};

} // namespace provost::ui
