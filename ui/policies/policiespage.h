// PoliciesPage: write policies as text or form, see what is wrong, review the difference, apply it; the history.
// `policies/<file>:<line>`, with `revision=` as it was then, read only.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"
#include "ui/policies/historypresenter.h"
#include "ui/policies/policiespresenter.h"

class QStackedLayout;

namespace provost::ui {

class Badge;
class Banner;
class Button;
class Card;
class EditingView;
class EmptyState;
class ErrorState;
class HistoryView;
class Label;
class ReviewView;
class Segments;

class PoliciesPage : public Page
{
    Q_OBJECT

public:
    PoliciesPage(control::ControlPlane &control, PageContext &context, QWidget *parent = nullptr);
    // `drafts`: where the draft is kept.
    PoliciesPage(control::ControlPlane &control, PageContext &context, DraftStore drafts,
                 QWidget *parent = nullptr);

    void setScope(const Scope &scope) override;
    void activate() override;
    void deactivate() override;
    void openLink(const Link &link) override;
    [[nodiscard]] Link place() const override;
    [[nodiscard]] QString unsavedChanges() const override;
    [[nodiscard]] std::vector<ActionSpec> actions() override;

private:
    QWidget *makeWork();
    QWidget *makeDraftBar();
    void connectPresenters();
    void showState();
    void showDraftBar();
    void showHead();
    void showView(QWidget *view);
    void openReview();
    void openHistory();
    void openRevision(const QByteArray &revision, const QByteArray &file, int line);
    void leaveRevision();
    void askDiscard();
    [[nodiscard]] QByteArray fileOf(const QString &name) const;

    control::ControlPlane &m_control;
    PoliciesPresenter m_presenter;
    HistoryPresenter m_history;
    QStackedLayout *m_states = nullptr;
    EmptyState *m_loading = nullptr;
    EmptyState *m_empty = nullptr;
    ErrorState *m_error = nullptr;
    QWidget *m_work = nullptr;
    Label *m_title = nullptr;
    Label *m_subject = nullptr;
    Segments *m_show = nullptr;
    Button *m_add = nullptr;
    Banner *m_recovered = nullptr;
    Banner *m_revisionBanner = nullptr;
    Banner *m_moved = nullptr;
    EditingView *m_editing = nullptr;
    ReviewView *m_review = nullptr;
    HistoryView *m_historyView = nullptr;
    Card *m_draftBar = nullptr;
    Badge *m_draftBadge = nullptr;
    Label *m_draftText = nullptr;
    std::optional<Link> m_pendingLink; // until the files are there
    bool m_tellsConflict = false;      // the banner does
    QByteArray m_viewed;               // revision shown read only
    TenantId m_scopeTenant;
};

} // namespace provost::ui
