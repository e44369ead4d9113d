#include "ui/policies/policiespage.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/confirmdialog.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/words.h"
#include "ui/policies/editingview.h"
#include "ui/policies/historyview.h"
#include "ui/policies/reviewview.h"

#include <QBoxLayout>
#include <QStackedLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QString shortRevision(const QByteArray &revision)
{
    return QString::fromUtf8(revision.left(12));
}

} // namespace

PoliciesPage::PoliciesPage(control::ControlPlane &control, PageContext &context, QWidget *parent)
    : PoliciesPage(control, context, DraftStore(), parent)
{
}

PoliciesPage::PoliciesPage(control::ControlPlane &control, PageContext &context, DraftStore drafts,
                           QWidget *parent)
    : Page(context, parent)
    , m_control(control)
    , m_presenter(control, std::move(drafts))
    , m_history(control)
{
    m_states = new QStackedLayout;
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(14, 14, 14, 14);
    column->addLayout(m_states);
    m_loading = new EmptyState(Icon::Shield, tr("Reading the policies…"), this);
    m_empty = new EmptyState(Icon::Shield, tr("No policies yet. A tenant comes first."), this);
    m_empty->setDetail(tr("A new tenant starts from a template; nothing is allowed until a policy "
                          "allows it."));
    m_empty->setAction(tr("New tenant"));
    m_error = new ErrorState(this);
    m_error->setRetry(true);
    m_review = new ReviewView(m_presenter, this);
    m_historyView = new HistoryView(m_history, this);
    for (QWidget *const view : std::initializer_list<QWidget *>{
             m_loading, m_empty, m_error, makeWork(), m_review, m_historyView}) {
        m_states->addWidget(view);
    }
    m_states->setCurrentWidget(m_loading);
    connect(m_empty, &EmptyState::actionTriggered, this,
            [this] { this->context().open({.page = u"tenants"_s}); });
    connect(m_error, &ErrorState::retry, &m_presenter, &PoliciesPresenter::refresh);
    connectPresenters();
}

QWidget *PoliciesPage::makeWork()
{
    m_work = new QWidget(this);
    auto *const column = new QVBoxLayout(m_work);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(metrics::Gap);

    auto *const head = new QHBoxLayout;
    head->setSpacing(metrics::Gap);
    m_title = new Label({}, TextRole::Title, m_work);
    m_subject = new Label({}, TextRole::Caption, m_work);
    m_show = new Segments(m_work);
    m_show->setObjectName(u"policies.show"_s);
    m_show->setAccessibleName(tr("Show"));
    m_show->add(u"source"_s, tr("Source"));
    m_show->add(u"form"_s, tr("Form"));
    m_show->add(u"both"_s, tr("Both"));
    m_show->setCurrent(u"both"_s);
    m_add = new Button(tr("Add policy"), ButtonKind::Outlined, m_work);
    m_add->setObjectName(u"policies.add"_s);
    auto *const history = new Button(tr("History"), ButtonKind::Outlined, m_work);
    history->setObjectName(u"policies.openHistory"_s);
    head->addWidget(m_title);
    head->addWidget(m_subject);
    head->addStretch(1);
    head->addWidget(m_show);
    head->addWidget(m_add);
    head->addWidget(history);
    column->addLayout(head);

    m_recovered = new Banner(m_work);
    m_recovered->setObjectName(u"policies.recovered"_s);
    Button *const keep = m_recovered->addButton(tr("Go on with it"));
    Button *const drop = m_recovered->addButton(tr("Discard…"));
    m_revisionBanner = new Banner(m_work);
    m_revisionBanner->setObjectName(u"policies.revisionBanner"_s);
    Button *const live = m_revisionBanner->addButton(tr("Go to live"));
    live->setObjectName(u"policies.goToLive"_s);
    m_moved = new Banner(m_work);
    m_moved->setObjectName(u"policies.moved"_s);
    Button *const compare = m_moved->addButton(tr("Compare"));
    for (Banner *const banner : {m_recovered, m_revisionBanner, m_moved}) {
        column->addWidget(banner);
    }
    m_editing = new EditingView(m_presenter, m_control, m_work);
    column->addWidget(m_editing, 1);
    column->addWidget(makeDraftBar());

    connect(m_show, &Segments::chosen, this, [this](const QString &what) {
        m_editing->setShow(what == u"source" ? EditingView::Show::Source
                           : what == u"form" ? EditingView::Show::Form
                                             : EditingView::Show::Both);
    });
    connect(m_add, &Button::clicked, m_editing, &EditingView::addPolicy);
    connect(history, &Button::clicked, this, &PoliciesPage::openHistory);
    connect(keep, &Button::clicked, this, [this] {
        m_presenter.forgetRecovery();
        m_recovered->set(Tone::Neutral, {});
    });
    connect(drop, &Button::clicked, this, &PoliciesPage::askDiscard);
    connect(live, &Button::clicked, this, &PoliciesPage::leaveRevision);
    connect(compare, &Button::clicked, this, &PoliciesPage::openReview);
    return m_work;
}

QWidget *PoliciesPage::makeDraftBar()
{
    m_draftBar = new Card(m_work);
    m_draftBar->setObjectName(u"policies.draftBar"_s);
    m_draftBar->setBorderTone(Tone::Ask);
    m_draftBar->body()->setContentsMargins(metrics::CardPadding, 8, metrics::CardPadding, 8);
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    m_draftBadge = new Badge(BadgeKind::Warning, tr("draft"), m_draftBar);
    m_draftText = new Label({}, TextRole::Body, m_draftBar);
    m_draftText->setObjectName(u"policies.draftText"_s);
    auto *const discard = new Button(tr("Discard"), ButtonKind::Outlined, m_draftBar);
    discard->setObjectName(u"policies.discard"_s);
    auto *const review = new Button(tr("Review difference"), ButtonKind::Outlined, m_draftBar);
    review->setObjectName(u"policies.openReview"_s);
    review->setKeyHint(u"Ctrl D"_s);
    row->addWidget(m_draftBadge);
    row->addWidget(m_draftText);
    row->addStretch(1);
    row->addWidget(discard);
    row->addWidget(review);
    m_draftBar->body()->addLayout(row);
    m_draftBar->hide();
    connect(discard, &Button::clicked, this, &PoliciesPage::askDiscard);
    connect(review, &Button::clicked, this, &PoliciesPage::openReview);
    return m_draftBar;
}

void PoliciesPage::connectPresenters()
{
    connect(&m_control, &control::ControlPlane::configurationChanged, this, [this] {
        if (m_presenter.isLoaded()) {
            m_presenter.refresh();
        }
    });
    connect(&m_presenter, &PoliciesPresenter::loaded, this, &PoliciesPage::showState);
    connect(&m_presenter, &PoliciesPresenter::filesChanged, this, [this] {
        showDraftBar();
        showHead();
        Q_EMIT countChanged(static_cast<int>(m_presenter.draft().files.size()));
    });
    connect(&m_presenter, &PoliciesPresenter::checked, this, &PoliciesPage::showDraftBar);
    connect(&m_presenter, &PoliciesPresenter::movedOn, this, [this](bool inTheWay) {
        const QString text =
            inTheWay ? tr("Others applied revision %1, with changes in files that you changed "
                          "too. Compare their text with yours and decide for each file.")
                           .arg(shortRevision(m_presenter.revision()))
                     : tr("Others applied revision %1. It does not touch the files that you "
                          "changed: your draft goes on from it.")
                           .arg(shortRevision(m_presenter.revision()));
        m_tellsConflict = inTheWay;
        m_moved->set(inTheWay ? Tone::Deny : Tone::Accent, text);
        if (!inTheWay) { // else the review tells it for as long as it is so
            m_review->showNotice(Tone::Accent, text);
        }
    });
    connect(&m_presenter, &PoliciesPresenter::applied, this, [this](const QByteArray &revision) {
        m_moved->set(Tone::Neutral, {});
        m_recovered->set(Tone::Neutral, {});
        showView(m_work);
        context().notify({.tone = Tone::Allow,
                          .text = tr("Applied as revision %1").arg(shortRevision(revision))});
    });
    connect(&m_presenter, &PoliciesPresenter::applyRefused, this, [this](const Error &error) {
        m_review->showNotice(Tone::Deny, tr("It was not applied: %1").arg(error.message));
    });
    connect(&m_presenter, &PoliciesPresenter::saveFailed, this, [this](const Error &error) {
        context().notify({.tone = Tone::Deny,
                          .text = tr("The draft is not kept on disk: %1").arg(error.message)});
    });
    connect(m_review, &ReviewView::left, this, [this] { showView(m_work); });
    connect(m_review, &ReviewView::applyAsked, this,
            [this](const QString &reason) { m_presenter.apply(reason, context().author()); });
    connect(m_historyView, &HistoryView::left, this, [this] { showView(m_work); });
    connect(m_historyView, &HistoryView::openAsked, this,
            [this](const QByteArray &revision) { openRevision(revision, m_editing->file(), 0); });
    connect(m_historyView, &HistoryView::rollBackAsked, this,
            [this](const QByteArray &revision, const QString &reason) {
                m_history.rollBack(revision, reason, context().author());
            });
    connect(&m_history, &HistoryPresenter::rolledBack, this, [this](const QByteArray &revision) {
        m_presenter.refresh();
        context().notify({.tone = Tone::Allow,
                          .text = tr("Rolled back: live is %1").arg(shortRevision(revision))});
    });
    connect(&m_history, &HistoryPresenter::failed, this,
            [this](const QString &what, const Error &error) {
                context().notify(
                    {.tone = Tone::Deny, .text = tr("%1: %2").arg(what, error.message)});
            });
    connect(m_editing, &EditingView::fileChanged, this, [this] {
        showHead();
        Q_EMIT placeChanged();
    });
    connect(m_editing, &EditingView::policyChanged, this, &PoliciesPage::showHead);
    connect(
        m_editing, &EditingView::refused, this, [this](const QString &what, const Error &error) {
            context().notify({.tone = Tone::Deny, .text = tr("%1: %2").arg(what, error.message)});
        });
    connect(m_editing, &EditingView::removed, this, [this](const QString &policy) {
        context().notify(
            {.tone = Tone::Neutral,
             .text = tr("%1 is taken out of the draft; Ctrl+Z brings it back").arg(policy)});
    });
}

// --- what is shown ---

void PoliciesPage::showView(QWidget *view)
{
    m_states->setCurrentWidget(view);
}

void PoliciesPage::showState()
{
    if (!m_presenter.isLoaded()) {
        m_error->setTrouble(troubleOf(tr("The policies could not be read"), *m_presenter.error()));
        showView(m_error);
        return;
    }
    if (m_presenter.files().empty()) {
        showView(m_empty);
        return;
    }
    const QWidget *const current = m_states->currentWidget();
    if (current == m_loading || current == m_error || current == m_empty) {
        showView(m_work);
    }
    if (m_presenter.wasRecovered()) {
        m_recovered->set(Tone::Ask, tr("A draft of an earlier session was kept: %1 changed.")
                                        .arg(counted(qint64(m_presenter.draft().files.size()),
                                                     tr("file"), tr("files"))));
    }
    m_editing->refreshFiles();
    showDraftBar();
    if (m_pendingLink) {
        openLink(*std::exchange(m_pendingLink, std::nullopt));
    }
}

void PoliciesPage::showDraftBar()
{
    const auto count = static_cast<int>(m_presenter.draft().files.size());
    m_draftBar->setVisible(count > 0 && !m_editing->showsRevision());
    if (count == 0) {
        m_recovered->set(Tone::Neutral, {});
    }
    if (count == 0 || (m_tellsConflict && m_presenter.conflicts().empty())) {
        m_tellsConflict = false;
        m_moved->set(Tone::Neutral, {});
    }
    QString text = tr("%1 changed").arg(counted(count, tr("file"), tr("files")));
    if (m_presenter.checkError()) {
        text += tr(" · could not be checked: %1").arg(m_presenter.checkError()->message);
    } else if (!m_presenter.isChecking()) {
        const int errors = m_presenter.errorCount();
        const int warnings = m_presenter.warningCount();
        text +=
            u" · "_s + (errors > 0 ? counted(errors, tr("error"), tr("errors")) : tr("no errors"));
        if (warnings > 0) {
            text += u", "_s + counted(warnings, tr("warning"), tr("warnings"));
        }
    }
    m_draftText->setText(text);
}

void PoliciesPage::showHead()
{
    m_title->setText(QString::fromUtf8(m_editing->file()));
    const bool changed = m_presenter.draft().find(m_editing->file()) != nullptr;
    m_subject->setText(
        m_viewed.isEmpty()
            ? tr("live revision %1%2")
                  .arg(shortRevision(m_presenter.revision()), changed ? tr(" · draft") : QString())
            : tr("revision %1, read only").arg(shortRevision(m_viewed)));
    setBlocked(*m_add, m_editing->addBlocked());
    m_show->setEnabled(m_viewed.isEmpty());
}

// --- what can be done ---

void PoliciesPage::openReview()
{
    if (m_presenter.draft().isEmpty()) {
        return;
    }
    leaveRevision();
    m_presenter.forgetRecovery();
    m_recovered->set(Tone::Neutral, {});
    showView(m_review);
    m_review->begin();
}

void PoliciesPage::openHistory()
{
    m_history.refresh();
    showView(m_historyView);
}

void PoliciesPage::openRevision(const QByteArray &revision, const QByteArray &file, int line)
{
    m_control.orgAt(
        revision, {this, [this, revision, file, line](Result<control::OrgState> answer) {
                       if (!answer) {
                           context().notify(
                               {.tone = Tone::Deny,
                                .text = tr("Revision %1 could not be read: %2")
                                            .arg(shortRevision(revision), answer.error().message)});
                           return;
                       }
                       m_viewed = revision;
                       m_editing->openRevision(*answer, file, line);
                       m_revisionBanner->set(Tone::Ask,
                                             tr("You are viewing revision %1; live is %2.")
                                                 .arg(shortRevision(revision),
                                                      shortRevision(m_presenter.revision())));
                       showView(m_work);
                       showHead();
                       showDraftBar();
                   }});
}

void PoliciesPage::leaveRevision()
{
    if (m_viewed.isEmpty()) {
        return;
    }
    m_viewed.clear();
    m_revisionBanner->set(Tone::Neutral, {});
    m_editing->closeRevision();
    const QString what = m_show->current();
    m_editing->setShow(what == u"source" ? EditingView::Show::Source
                       : what == u"form" ? EditingView::Show::Form
                                         : EditingView::Show::Both);
    showHead();
    showDraftBar();
}

void PoliciesPage::askDiscard()
{
    QStringList names;
    for (const DraftFile &file : m_presenter.draft().files) {
        names.append(tr("%1 becomes the live text again").arg(QString::fromUtf8(file.name)));
    }
    auto *const dialog = new ConfirmDialog({.title = tr("Discard the draft?"),
                                            .text = tr("What was written and not applied is lost."),
                                            .consequences = names,
                                            .confirmText = tr("Discard draft"),
                                            .dangerous = true},
                                           this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &QDialog::accepted, &m_presenter, &PoliciesPresenter::discard);
    dialog->open();
}

// --- page ---

void PoliciesPage::setScope(const Scope &scope)
{
    const bool another = scope.tenant != m_scopeTenant;
    m_scopeTenant = scope.tenant;
    if (another && !scope.tenant.isEmpty() && m_viewed.isEmpty()) {
        m_editing->openFile("tenants/" + scope.tenant.value + ".yaml");
    }
}

void PoliciesPage::activate()
{
    m_presenter.refresh();
}

void PoliciesPage::deactivate()
{
    m_presenter.saveNow();
}

// Links name files as the org directory does; a tenant's file may also be named alone.
QByteArray PoliciesPage::fileOf(const QString &name) const
{
    const QByteArray file = name.toUtf8();
    const QByteArray ofTenant = "tenants/" + file;
    return !m_presenter.hasFile(file) && m_presenter.hasFile(ofTenant) ? ofTenant : file;
}

void PoliciesPage::openLink(const Link &link)
{
    if (!m_presenter.isLoaded()) {
        m_pendingLink = link;
        return;
    }
    const qsizetype colon = link.target.indexOf(u':');
    const QByteArray file = fileOf(link.target.left(colon < 0 ? link.target.size() : colon));
    const int line = colon < 0 ? 0 : link.target.mid(colon + 1).section(u':', 0, 0).toInt();
    const auto revision = link.parameters.find(u"revision"_s);
    if (revision != link.parameters.end() && !revision->second.isEmpty()
        && revision->second.toUtf8() != m_presenter.revision()) {
        openRevision(revision->second.toUtf8(), file, line);
        return;
    }
    leaveRevision();
    if (link.target.isEmpty()) {
        return;
    }
    if (!m_presenter.hasFile(file)) {
        context().notify(
            {.tone = Tone::Ask, .text = tr("There is no file %1").arg(QString::fromUtf8(file))});
        return;
    }
    showView(m_work);
    m_editing->openFile(file, line);
}

Link PoliciesPage::place() const
{
    if (m_editing->file().isEmpty()) {
        return m_pendingLink.value_or(Link());
    }
    Link link{u"policies"_s,
              QString::fromUtf8(m_editing->file()) + u':' + QString::number(m_editing->line()),
              {}};
    if (!m_viewed.isEmpty()) {
        link.parameters[u"revision"_s] = QString::fromUtf8(m_viewed);
    }
    return link;
}

QString PoliciesPage::unsavedChanges() const
{
    const auto count = qint64(m_presenter.draft().files.size());
    return count == 0 ? QString()
                      : tr("A draft of %1 was not applied; it is kept on this machine")
                            .arg(counted(count, tr("policy file"), tr("policy files")));
}

std::vector<ActionSpec> PoliciesPage::actions()
{
    const QString category = tr("Policies");
    const auto noDraft = [this] {
        return m_presenter.draft().isEmpty() ? tr("Nothing was changed") : QString();
    };
    return {{.id = u"policies.review"_s,
             .text = tr("Review difference"),
             .category = category,
             .shortcut = QKeySequence(u"Ctrl+D"_s),
             .icon = Icon::Changes,
             .run = [this] { openReview(); },
             .blocked = noDraft},
            {.id = u"policies.discard"_s,
             .text = tr("Discard the draft…"),
             .category = category,
             .shortcut = {},
             .icon = Icon::Trash,
             .run = [this] { askDiscard(); },
             .blocked = noDraft},
            {.id = u"policies.addPolicy"_s,
             .text = tr("Add policy"),
             .category = category,
             .shortcut = {},
             .icon = Icon::Plus,
             .run = [this] { m_editing->addPolicy(); },
             .blocked = [this] { return m_editing->addBlocked(); }},
            {.id = u"policies.renamePolicy"_s,
             .text = tr("Rename policy…"),
             .category = category,
             .shortcut = {},
             .icon = Icon::Edit,
             .run = [this] { m_editing->renamePolicy(); },
             .blocked = [this] { return m_editing->policyBlocked(); }},
            {.id = u"policies.removePolicy"_s,
             .text = tr("Remove policy"),
             .category = category,
             .shortcut = {},
             .icon = Icon::Trash,
             .run = [this] { m_editing->removePolicy(); },
             .blocked = [this] { return m_editing->policyBlocked(); }},
            {.id = u"policies.find"_s,
             .text = tr("Find in the text"),
             .category = category,
             .shortcut = QKeySequence(QKeySequence::Find),
             .icon = Icon::Search,
             .run = [this] { m_editing->find(); },
             .blocked = {}},
            {.id = u"policies.undo"_s,
             .text = tr("Undo in the text"),
             .category = category,
             .shortcut = {},
             .icon = Icon::Undo,
             .run = [this] { m_editing->undo(); },
             .blocked = {}},
            {.id = u"policies.redo"_s,
             .text = tr("Redo in the text"),
             .category = category,
             .shortcut = {},
             .icon = {},
             .run = [this] { m_editing->redo(); },
             .blocked = {}},
            {.id = u"policies.history"_s,
             .text = tr("History of the policies"),
             .category = category,
             .shortcut = {},
             .icon = Icon::History,
             .run = [this] { openHistory(); },
             .blocked = {}}};
}

} // namespace provost::ui
