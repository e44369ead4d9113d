#include "ui/policies/editingview.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/confirmdialog.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/policies/filelist.h"
#include "ui/policies/policyform.h"
#include "ui/policies/problemslist.h"

#include <QBoxLayout>
#include <QScrollArea>
#include <QStackedWidget>

namespace provost::ui {

using namespace Qt::StringLiterals;

using Kind = control::PolicyEdit::Kind;

EditingView::EditingView(PoliciesPresenter &presenter, control::ControlPlane &control,
                         QWidget *parent)
    : QWidget(parent)
    , m_presenter(presenter)
    , m_control(control)
{
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(metrics::Gap);

    auto *const files = new Card(this);
    files->setFlush();
    files->setFixedWidth(168);
    m_files = new FileList(files);
    files->body()->addWidget(m_files);
    row->addWidget(files);

    m_source = new QWidget(this);
    auto *const column = new QVBoxLayout(m_source);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::Gap);
    m_stack = new QStackedWidget(m_source);
    m_frozen = new CodeEditor(u"policies.revision"_s, tr("Text of an earlier revision"),
                              CodeLanguage::Yaml, m_stack);
    m_frozen->setReadOnly(true);
    m_stack->addWidget(m_frozen);
    column->addWidget(m_stack, 1);
    m_problemsCard = new Card(tr("Problems"), m_source);
    m_problemsCard->setFlush();
    m_problems = new ProblemsList(m_problemsCard);
    m_problemsCard->body()->addWidget(m_problems);
    m_problemsCard->hide();
    column->addWidget(m_problemsCard);
    row->addWidget(m_source, 6);
    row->addWidget(makeFormCard(), 5);

    connect(m_files, &FileList::fileChosen, this, [this](const QByteArray &file) {
        if (m_frozenState) {
            openRevision(*m_frozenState, file, 0);
        } else {
            openFile(file);
        }
    });
    connect(m_problems, &ProblemsList::chosen, this, [this](const policy::SourceLocation &where) {
        openFile(where.file, where.line, where.column);
        editor()->setFocus();
    });
    connect(&m_presenter, &PoliciesPresenter::filesChanged, this, &EditingView::refreshFiles);
    connect(&m_presenter, &PoliciesPresenter::checked, this, &EditingView::showCheck);
    connect(&m_presenter, &PoliciesPresenter::textReplaced, this, &EditingView::replaceText);
    connect(&m_presenter, &PoliciesPresenter::editRefused, this, &EditingView::editRefused);
}

QWidget *EditingView::makeFormCard()
{
    m_formCard = new Card(this);
    m_formCard->setFlush();
    m_formHead = new QWidget(m_formCard);
    auto *const head = new QHBoxLayout(m_formHead);
    head->setContentsMargins(metrics::CardPadding, 8, 8, 8);
    head->setSpacing(8);
    m_name = new Label({}, TextRole::Strong, m_formHead);
    m_name->setObjectName(u"policies.policyName"_s);
    m_name->setElided();
    m_effect = new Badge(BadgeKind::Neutral, {}, m_formHead);
    m_rename = new Button(Icon::Edit, tr("Rename policy"), m_formHead);
    m_rename->setObjectName(u"policies.rename"_s);
    m_remove = new Button(Icon::Trash, tr("Remove policy"), m_formHead);
    m_remove->setObjectName(u"policies.remove"_s);
    head->addWidget(m_name);
    head->addWidget(m_effect);
    head->addStretch(1);
    head->addWidget(m_rename);
    head->addWidget(m_remove);
    m_form = new PolicyForm;
    auto *const padded = new QWidget;
    auto *const padding = new QVBoxLayout(padded);
    padding->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                                metrics::CardPadding);
    padding->addWidget(m_form);
    padding->addStretch(1);
    m_formScroll = new QScrollArea(m_formCard);
    m_formScroll->setFrameShape(QFrame::NoFrame);
    m_formScroll->setWidgetResizable(true);
    m_formScroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_formScroll->setWidget(padded);
    m_formScroll->viewport()->setAutoFillBackground(false);
    padded->setAutoFillBackground(false);
    m_noPolicy = new EmptyState(Icon::Shield, tr("No policy at the cursor"), m_formCard);
    auto *const body = m_formCard->body();
    body->setSpacing(0);
    body->addWidget(m_formHead);
    body->addWidget(new Hairline(Qt::Horizontal, m_formCard));
    body->addWidget(m_formScroll, 1);
    body->addWidget(m_noPolicy, 1);

    connect(m_rename, &Button::clicked, this, &EditingView::renamePolicy);
    connect(m_remove, &Button::clicked, this, &EditingView::removePolicy);
    connect(m_noPolicy, &EmptyState::actionTriggered, this, &EditingView::addPolicy);
    m_noPolicy->setAction(tr("Add policy"));
    connect(m_form, &PolicyForm::edited, this, [this](const QByteArray &field, const Json &value) {
        if (m_place) {
            edit({Kind::SetField, m_place->tenant, m_place->policy.name.text, field, value});
        }
    });
    return m_formCard;
}

void EditingView::setShow(Show show)
{
    m_source->setVisible(show != Show::Form);
    m_formCard->setVisible(show != Show::Source && !m_frozenState);
}

// --- files ---

void EditingView::refreshFiles()
{
    if (m_frozenState) {
        return;
    }
    m_files->setFiles(m_presenter.files());
    if (m_presenter.hasFile(m_file)) {
        m_files->setCurrentFile(m_file);
    } else if (const auto files = m_presenter.files(); !files.empty()) {
        const auto tenant = std::find_if(files.begin(), files.end(), [](const auto &file) {
            return file.name.startsWith("tenants/");
        });
        openFile(tenant != files.end() ? tenant->name : files.front().name);
    }
    for (const auto &[name, editor] : m_editors) {
        editor->setBase(QString::fromUtf8(m_presenter.liveText(name)));
    }
}

CodeEditor *EditingView::editorOf(const QByteArray &file)
{
    if (const auto known = m_editors.find(file); known != m_editors.end()) {
        return known->second;
    }
    const QString name = QString::fromUtf8(file);
    auto *const editor = new CodeEditor(u"policies.editor."_s + name, tr("Text of %1").arg(name),
                                        CodeLanguage::Yaml, m_stack);
    editor->setText(QString::fromUtf8(m_presenter.text(file)));
    editor->setBase(QString::fromUtf8(m_presenter.liveText(file)));
    m_editors[file] = editor;
    m_stack->addWidget(editor);
    connect(editor, &CodeEditor::textChanged, this,
            [this, file, editor] { m_presenter.setText(file, editor->text().toUtf8()); });
    connect(editor, &CodeEditor::cursorMoved, this, &EditingView::showPolicy);
    return editor;
}

CodeEditor *EditingView::editor() const
{
    const auto known = m_editors.find(m_file);
    return m_frozenState || known == m_editors.end() ? m_frozen : known->second;
}

void EditingView::openFile(const QByteArray &file, int line, int column)
{
    if (!m_presenter.hasFile(file)) {
        return;
    }
    const bool another = file != m_file;
    if (another && !m_file.isEmpty()) {
        m_presenter.saveNow();
    }
    m_file = file;
    CodeEditor *const shown = editorOf(file);
    m_stack->setCurrentWidget(shown);
    m_files->setCurrentFile(file);
    if (line > 0) {
        shown->goTo(line, column);
    }
    showCheck();
    askVocabulary();
    if (another) {
        Q_EMIT fileChanged();
    }
}

int EditingView::line() const
{
    return editor()->cursorLine();
}

void EditingView::openRevision(const control::OrgState &state, const QByteArray &file, int line)
{
    m_frozenState = state;
    std::vector<PoliciesPresenter::File> files;
    QByteArray text;
    for (const control::OrgFile &one : state.files) {
        files.push_back({one.name, false, false});
        if (one.name == file) {
            text = one.bytes;
        }
    }
    m_files->setFiles(files);
    m_files->setCurrentFile(file);
    m_file = file;
    m_frozen->setText(QString::fromUtf8(text));
    m_frozen->highlightLines(line, line);
    m_frozen->goTo(std::max(line, 1));
    m_stack->setCurrentWidget(m_frozen);
    m_formCard->hide();
    m_problemsCard->hide();
    m_source->show();
    Q_EMIT fileChanged();
}

void EditingView::closeRevision()
{
    const int line = m_frozen->cursorLine();
    const QByteArray file = std::exchange(m_file, {});
    m_frozenState.reset();
    refreshFiles();
    openFile(file, line);
}

void EditingView::replaceText(const QByteArray &file, const QByteArray &text, bool undoable)
{
    const auto known = m_editors.find(file);
    if (known == m_editors.end()) {
        return;
    }
    CodeEditor *const editor = known->second;
    if (undoable) {
        editor->applyText(QString::fromUtf8(text));
    } else {
        editor->setText(QString::fromUtf8(text));
    }
    editor->setBase(QString::fromUtf8(m_presenter.liveText(file)));
}

// --- the check and the policy at the cursor ---

void EditingView::showCheck()
{
    if (m_frozenState) {
        return;
    }
    const auto &diagnostics = m_presenter.check().diagnostics;
    for (const auto &[name, editor] : m_editors) {
        std::vector<CodeProblem> problems;
        for (const policy::Diagnostic &one : diagnostics) {
            if (one.where.file == name) {
                problems.push_back({std::max(one.where.line, 1), std::max(one.where.column, 1), 0,
                                    one.severity == policy::Diagnostic::Severity::Error
                                        ? CodeProblem::Severity::Error
                                        : CodeProblem::Severity::Warning,
                                    QString::fromUtf8(one.message)});
            }
        }
        editor->setProblems(problems);
    }
    m_problems->setProblems(diagnostics, m_file);
    m_problemsCard->setVisible(!diagnostics.empty());
    if (!m_goTo.isEmpty()) {
        const auto place = policyNamed(m_presenter.check().org, m_file, m_presenter.text(m_file),
                                       std::exchange(m_goTo, {}));
        if (place) {
            editor()->goTo(place->lineFrom, place->policy.where.column);
        }
    }
    askVocabulary();
    showPolicy();
}

void EditingView::showPolicy()
{
    if (m_frozenState) {
        return;
    }
    m_place = policyAt(m_presenter.check().org, m_file, m_presenter.text(m_file), line());
    m_formHead->setVisible(m_place.has_value());
    m_formScroll->setVisible(m_place.has_value());
    m_noPolicy->setVisible(!m_place);
    if (m_place) {
        m_name->setText(QString::fromUtf8(m_place->policy.name.text));
        const policy::Effect effect = m_place->policy.effect;
        m_effect->set(effect == policy::Effect::Allow  ? BadgeKind::Allow
                      : effect == policy::Effect::Deny ? BadgeKind::Deny
                                                       : BadgeKind::Ask,
                      QString::fromLatin1(nameOf(effect)));
        m_form->setPolicy(*m_place);
        editor()->highlightLines(m_place->lineFrom, m_place->lineFrom);
    } else {
        editor()->highlightLines(0, 0);
        const QString blocked = addBlocked();
        m_noPolicy->setDetail(blocked.isEmpty() ? tr("Put the cursor into one, or add one")
                                                : blocked);
        if (auto *const action = m_noPolicy->findChild<Button *>(u"empty.action"_s)) {
            setBlocked(*action, blocked);
        }
    }
    Q_EMIT policyChanged();
}

void EditingView::askVocabulary()
{
    const TenantId tenant = tenantOf(m_presenter.check().org, m_file).value_or(TenantId());
    if (m_hasVocabulary && tenant == m_vocabularyOf) {
        return;
    }
    m_vocabularyOf = tenant;
    m_hasVocabulary = true;
    m_control.vocabulary(tenant, {this, [this, tenant](Result<control::Vocabulary> answer) {
                                      // Without it the form merely offers nothing to choose from.
                                      if (answer && tenant == m_vocabularyOf) {
                                          m_form->setVocabulary(*answer);
                                      }
                                  }});
}

// --- edits ---

void EditingView::edit(const control::PolicyEdit &edit)
{
    m_presenter.edit(m_file, edit);
}

void EditingView::editRefused(const control::PolicyEdit &edit, const Error &error)
{
    if (edit.kind == Kind::SetField && m_place && m_place->policy.name.text == edit.policy) {
        showPolicy(); // the form shows the text as it is
        m_form->setError(edit.field, error.message);
        return;
    }
    m_goTo.clear();
    Q_EMIT refused(tr("`%1` was not changed").arg(QString::fromUtf8(edit.policy)), error);
}

QString EditingView::addBlocked() const
{
    if (m_frozenState) {
        return tr("An earlier revision cannot be changed");
    }
    return tenantOf(m_presenter.check().org, m_file) ? QString() : tr("This file holds no tenant");
}

QString EditingView::policyBlocked() const
{
    return m_place && !m_frozenState ? QString() : tr("No policy at the cursor");
}

void EditingView::addPolicy()
{
    const auto tenant = tenantOf(m_presenter.check().org, m_file);
    if (!tenant || m_frozenState) {
        return;
    }
    const QByteArray name = freeName(m_presenter.check().org, *tenant, "new-policy");
    m_goTo = name;
    edit({Kind::AddPolicy, *tenant, name, {}, {}});
}

void EditingView::removePolicy()
{
    if (!policyBlocked().isEmpty()) {
        return;
    }
    const QByteArray name = m_place->policy.name.text;
    edit({Kind::RemovePolicy, m_place->tenant, name, {}, {}});
    Q_EMIT removed(QString::fromUtf8(name));
}

void EditingView::renamePolicy()
{
    if (!policyBlocked().isEmpty()) {
        return;
    }
    const PolicyPlace place = *m_place;
    const QString name = QString::fromUtf8(place.policy.name.text);
    auto *const dialog =
        new ConfirmDialog({.title = tr("Rename policy %1").arg(name),
                           .text = tr("Audit records keep the name that decided them."),
                           .confirmText = tr("Rename"),
                           .dangerous = false},
                          this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    auto *const field = new LineField(u"policies.newName"_s, tr("New name"), dialog);
    field->setMono();
    field->setText(name);
    field->selectAll();
    dialog->addContent(field);
    connect(dialog, &QDialog::accepted, this, [this, place, field] {
        const QString wanted = field->text().trimmed();
        if (wanted.toUtf8() != place.policy.name.text) {
            edit({Kind::RenamePolicy, place.tenant, place.policy.name.text, {}, Json(wanted)});
        }
    });
    dialog->open();
    field->setFocus();
}

void EditingView::find()
{
    editor()->openFind();
}

void EditingView::undo()
{
    if (!m_frozenState) {
        editor()->undo();
    }
}

void EditingView::redo()
{
    if (!m_frozenState) {
        editor()->redo();
    }
}

} // namespace provost::ui
