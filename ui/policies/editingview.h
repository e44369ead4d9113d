// EditingView: the text of one file and the policy at its cursor as a form, side by side. The editor of a file holds the
// text and the one undo history; the form asks the presenter for edits of it.
// Thread: ui thread.
#pragma once

#include "ui/policies/policiespresenter.h"
#include "ui/policies/policyplace.h"

#include <QWidget>

#include <map>

class QLabel;
class QScrollArea;
class QStackedWidget;

namespace provost::ui {

class Badge;
class Button;
class Card;
class CodeEditor;
class EmptyState;
class FileList;
class Label;
class PolicyForm;
class ProblemsList;

class EditingView : public QWidget
{
    Q_OBJECT

public:
    EditingView(PoliciesPresenter &presenter, control::ControlPlane &control,
                QWidget *parent = nullptr);

    enum class Show { Source, Form, Both };
    void setShow(Show show);

    // Takes the list and, if the shown file has gone, another file.
    void refreshFiles();
    [[nodiscard]] QByteArray file() const { return m_file; }
    void openFile(const QByteArray &file, int line = 0, int column = 1);
    [[nodiscard]] int line() const;
    // A text that is not live, read only; nothing is edited until closeRevision().
    void openRevision(const control::OrgState &state, const QByteArray &file, int line);
    void closeRevision();
    [[nodiscard]] bool showsRevision() const { return m_frozenState.has_value(); }

    void find();
    void undo();
    void redo();
    // Why the form's own actions cannot run, in words; empty: they can.
    [[nodiscard]] QString addBlocked() const;
    [[nodiscard]] QString policyBlocked() const;
    void addPolicy();
    void removePolicy();
    void renamePolicy();
    [[nodiscard]] CodeEditor *editor() const;

Q_SIGNALS:
    void fileChanged(); // another one is shown
    void policyChanged();
    void refused(const QString &what, const provost::Error &error);
    void removed(const QString &policy);

private:
    QWidget *makeFormCard();
    CodeEditor *editorOf(const QByteArray &file);
    void replaceText(const QByteArray &file, const QByteArray &text, bool undoable);
    void showCheck();
    void showPolicy();
    void askVocabulary();
    void edit(const control::PolicyEdit &edit);
    void editRefused(const control::PolicyEdit &edit, const Error &error);

    PoliciesPresenter &m_presenter;
    control::ControlPlane &m_control;
    FileList *m_files = nullptr;
    QWidget *m_source = nullptr;
    QStackedWidget *m_stack = nullptr;
    CodeEditor *m_frozen = nullptr;
    std::map<QByteArray, CodeEditor *> m_editors;
    Card *m_problemsCard = nullptr;
    ProblemsList *m_problems = nullptr;
    Card *m_formCard = nullptr;
    QWidget *m_formHead = nullptr;
    Label *m_name = nullptr;
    Badge *m_effect = nullptr;
    Button *m_rename = nullptr;
    Button *m_remove = nullptr;
    QScrollArea *m_formScroll = nullptr;
    PolicyForm *m_form = nullptr;
    EmptyState *m_noPolicy = nullptr;

    QByteArray m_file;
    std::optional<PolicyPlace> m_place;
    std::optional<control::OrgState> m_frozenState;
    QByteArray m_goTo; // a policy to show after the next check
    TenantId m_vocabularyOf;
    bool m_hasVocabulary = false;
};

} // namespace provost::ui
