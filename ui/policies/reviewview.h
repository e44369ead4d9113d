// ReviewView: the draft before it becomes a revision: every difference, what the check says, the reason, Apply. After
// others have changed the same files, their text against the draft's, and the choice.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"
#include "ui/policies/policiespresenter.h"

#include <QWidget>

namespace provost::ui {

class Badge;
class Banner;
class Button;
class DiffStack;
class Label;
class LineField;

class ReviewView : public QWidget
{
    Q_OBJECT

public:
    explicit ReviewView(PoliciesPresenter &presenter, QWidget *parent = nullptr);

    void refresh();
    // With an empty reason.
    void begin();
    [[nodiscard]] QString reason() const;
    void showNotice(Tone tone, const QString &text);

Q_SIGNALS:
    void left();
    void applyAsked(const QString &reason);

private:
    void refreshApply();

    PoliciesPresenter &m_presenter;
    Label *m_subject = nullptr;
    Banner *m_notice = nullptr;
    DiffStack *m_stack = nullptr;
    Badge *m_verdict = nullptr;
    Label *m_summary = nullptr;
    LineField *m_reason = nullptr;
    Label *m_blocked = nullptr;
    Button *m_apply = nullptr;
    bool m_tellsConflict = false;
};

} // namespace provost::ui
