// ProblemsList: what the check found in a draft; click or Enter goes to the place.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QListWidget>

namespace provost::ui {

class ProblemsList : public QListWidget
{
    Q_OBJECT

public:
    explicit ProblemsList(QWidget *parent = nullptr);

    // Those of `file` come first.
    void setProblems(const std::vector<policy::Diagnostic> &problems, const QByteArray &file);

Q_SIGNALS:
    void chosen(const provost::policy::SourceLocation &where);

private:
    void choose(int row);

    std::vector<policy::Diagnostic> m_problems;
};

} // namespace provost::ui
