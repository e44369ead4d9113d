#include "ui/simulator/simulatorpage.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/simulator/requestform.h"
#include "ui/simulator/resultview.h"

#include <QBoxLayout>
#include <QScopedValueRollback>
#include <QScrollArea>
#include <QStackedLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

SimulatorPage::SimulatorPage(control::ControlPlane &control, PageContext &context, QWidget *parent)
    : SimulatorPage(control, context, DraftStore(), parent)
{
}

SimulatorPage::SimulatorPage(control::ControlPlane &control, PageContext &context,
                             DraftStore drafts, QWidget *parent)
    : Page(context, parent)
    , m_presenter(control, std::move(drafts))
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(14, 14, 14, 14);
    column->setSpacing(metrics::Gap);
    column->addWidget(makeHead());
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    row->addWidget(makeRequest(), 5);
    row->addWidget(makeAnswer(), 9);
    column->addLayout(row, 1);

    connect(&m_presenter, &SimulatorPresenter::requestChanged, this, &SimulatorPage::showRequest);
    connect(&m_presenter, &SimulatorPresenter::resultChanged, this, &SimulatorPage::showResult);
    connect(&m_presenter, &SimulatorPresenter::againstChanged, this, &SimulatorPage::showAgainst);
    connect(&m_presenter, &SimulatorPresenter::vocabularyChanged, this, [this] {
        m_form->setVocabulary(m_presenter.vocabulary());
        showExamples();
    });
    connect(&control, &control::ControlPlane::configurationChanged, this,
            [this] { m_presenter.setTenant(this->context().scope().tenant); });
    showRequest();
    showAgainst();
    showExamples();
}

QWidget *SimulatorPage::makeHead()
{
    auto *const head = new QWidget(this);
    auto *const row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(metrics::Gap);
    m_source = new Label({}, TextRole::Caption, head);
    m_source->setObjectName(u"simulator.source"_s);
    m_against = new Segments(head);
    m_against->setObjectName(u"simulator.against"_s);
    m_against->setAccessibleName(tr("Decided by"));
    m_against->add(u"live"_s, tr("Live revision"));
    m_draft = m_against->add(u"draft"_s, tr("Draft"));
    auto *const clear = new Button(tr("Clear"), ButtonKind::Outlined, head);
    clear->setObjectName(u"simulator.clear"_s);
    m_run = new Button(tr("Run"), ButtonKind::Primary, head);
    m_run->setObjectName(u"simulator.run"_s);
    m_run->setKeyHint(u"Ctrl ↵"_s);
    row->addWidget(new Label(tr("Simulator"), TextRole::Title, head));
    row->addWidget(m_source);
    row->addStretch(1);
    row->addWidget(new Label(tr("Decided by"), TextRole::Caption, head));
    row->addWidget(m_against);
    row->addWidget(clear);
    row->addWidget(m_run);
    connect(m_against, &Segments::chosen, this, [this](const QString &id) {
        m_presenter.setAgainst(id == u"draft" ? SimulatorPresenter::Against::Draft
                                              : SimulatorPresenter::Against::Live);
        m_presenter.run();
    });
    connect(clear, &Button::clicked, &m_presenter, &SimulatorPresenter::clear);
    connect(m_run, &Button::clicked, &m_presenter, &SimulatorPresenter::run);
    return head;
}

QWidget *SimulatorPage::makeRequest()
{
    auto *const card = new Card(tr("Request"), this);
    card->setFlush();
    card->setSeparated();
    card->setMinimumWidth(400);
    m_kind = new Segments(card);
    m_kind->setObjectName(u"simulator.kind"_s);
    m_kind->setAccessibleName(tr("Edit the request as"));
    m_kind->add(u"form"_s, tr("Form"));
    m_kind->add(u"json"_s, tr("JSON"));
    m_kind->setCurrent(u"form"_s);
    card->addToHeader(m_kind);
    m_requestStack = new QStackedLayout;
    card->body()->addLayout(m_requestStack, 1);

    m_form = new RequestForm;
    m_form->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                               metrics::CardPadding);
    auto *const scroll = new QScrollArea(card);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_form);
    scroll->viewport()->setAutoFillBackground(false);
    m_form->setAutoFillBackground(false);
    m_requestStack->addWidget(scroll);

    m_jsonPart = new QWidget(card);
    auto *const column = new QVBoxLayout(m_jsonPart);
    column->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                               metrics::CardPadding);
    m_json =
        new CodeEditor(u"simulator.json"_s, tr("Request as JSON"), CodeLanguage::Json, m_jsonPart);
    m_jsonError = new Label({}, TextRole::Caption, m_jsonPart);
    m_jsonError->setObjectName(u"simulator.jsonError"_s);
    m_jsonError->setTone(Tone::Deny);
    m_jsonError->setWordWrap(true);
    column->addWidget(m_json, 1);
    column->addWidget(m_jsonError);
    m_requestStack->addWidget(m_jsonPart);

    connect(m_kind, &Segments::chosen, this,
            [this](const QString &id) { m_requestStack->setCurrentIndex(id == u"json" ? 1 : 0); });
    connect(m_form, &RequestForm::edited, this,
            [this](const Json &request) { m_presenter.setRequest(request); });
    connect(m_form, &RequestForm::argumentsRefused, &m_presenter,
            &SimulatorPresenter::setFormError);
    connect(m_json, &CodeEditor::textChanged, this, [this] {
        if (!m_showing) {
            m_presenter.setText(m_json->text().toUtf8());
        }
    });
    return card;
}

QWidget *SimulatorPage::makeAnswer()
{
    auto *const answer = new QWidget(this);
    m_answers = new QStackedLayout(answer);
    m_empty = new EmptyState(Icon::Simulator,
                             tr("Pick a call from Audit, or start from an example"), answer);
    m_empty->setDetail(tr("Nothing is called, counted or recorded."));
    m_empty->setAction(tr("Open Audit"));
    m_examples = new QWidget(m_empty);
    m_examplesColumn = new QVBoxLayout(m_examples);
    m_empty->addBelow(m_examples);
    m_error = new ErrorState(answer);
    m_error->setRetry(true);
    m_result = new ResultView(answer);
    for (QWidget *const part : std::initializer_list<QWidget *>{m_empty, m_error, m_result}) {
        m_answers->addWidget(part);
    }
    connect(m_empty, &EmptyState::actionTriggered, this,
            [this] { context().open({.page = u"audit"_s}); });
    connect(m_error, &ErrorState::retry, &m_presenter, &SimulatorPresenter::run);
    connect(m_result, &ResultView::linkActivated, this,
            [this](const Link &link) { context().open(link); });
    return answer;
}

// --- what is shown ---

void SimulatorPage::showRequest()
{
    const QScopedValueRollback showing(m_showing, true);
    m_form->setRequest(m_presenter.request());
    if (const QString text = QString::fromUtf8(m_presenter.text()); m_json->text() != text) {
        m_json->applyText(text);
    }
    m_jsonError->setText(m_presenter.textError().isEmpty() ? QString()
                                                           : u"✕ "_s + m_presenter.textError());
    m_jsonError->setVisible(!m_presenter.textError().isEmpty());
    m_source->setText(m_presenter.source().isEmpty() ? tr("Nothing is called, counted or recorded")
                                                     : m_presenter.source());
    showResult();
}

void SimulatorPage::showExamples()
{
    const auto former = m_examples->findChildren<QWidget *>(QString(), Qt::FindDirectChildrenOnly);
    for (QWidget *const button : former) {
        button->hide();
        button->deleteLater();
    }
    int number = 0;
    for (const SimulatorPresenter::Example &example : m_presenter.examples()) {
        auto *const button = new Button(example.title, ButtonKind::Outlined, m_examples);
        button->setObjectName(u"simulator.example.%1"_s.arg(++number));
        m_examplesColumn->addWidget(button, 0, Qt::AlignHCenter);
        connect(button, &Button::clicked, this, [this, request = example.request] {
            m_presenter.setRequest(request);
            m_presenter.run();
        });
    }
}

void SimulatorPage::showResult()
{
    const QString blocked = m_presenter.runBlocked();
    setBlocked(*m_run, blocked);
    if (m_presenter.error()) {
        m_error->setTrouble(
            troubleOf(tr("The request could not be decided"), *m_presenter.error()));
        m_answers->setCurrentWidget(m_error);
    } else if (m_presenter.result()) {
        m_result->setResult(*m_presenter.result());
        m_result->setStale(m_presenter.isRunning() ? tr("deciding…")
                           : m_presenter.isStale() ? tr("! the request was changed: run again")
                                                   : QString());
        m_answers->setCurrentWidget(m_result);
    } else {
        m_answers->setCurrentWidget(m_empty);
    }
}

void SimulatorPage::showAgainst()
{
    m_against->setCurrent(m_presenter.against() == SimulatorPresenter::Against::Draft ? u"draft"_s
                                                                                      : u"live"_s);
    setBlocked(*m_draft,
               m_presenter.hasDraft() ? QString() : tr("No policy is changed: there is no draft"));
}

// --- page ---

void SimulatorPage::setScope(const Scope &scope)
{
    m_presenter.setTenant(scope.tenant);
}

void SimulatorPage::activate()
{
    m_presenter.refreshDraft();
}

void SimulatorPage::openLink(const Link &link)
{
    if (link.target != u"record") {
        return;
    }
    const auto parameter = [&](const QString &name) {
        const auto it = link.parameters.find(name);
        return it == link.parameters.end() ? QString() : it->second;
    };
    bool isNumber = false;
    const qint64 sequence = parameter(u"sequence"_s).toLongLong(&isNumber);
    if (!isNumber) {
        context().notify({.tone = Tone::Ask, .text = tr("The link names no record")});
        return;
    }
    m_presenter.loadRecord({TenantId(parameter(u"tenant"_s).toUtf8()), sequence});
}

Link SimulatorPage::place() const
{
    const auto &record = m_presenter.record();
    if (!record) {
        return {};
    }
    return {u"simulator"_s,
            u"record"_s,
            {{u"tenant"_s, QString::fromUtf8(record->tenant.value)},
             {u"sequence"_s, QString::number(record->sequence)}}};
}

std::vector<ActionSpec> SimulatorPage::actions()
{
    const QString category = tr("Simulator");
    return {{.id = u"simulator.run"_s,
             .text = tr("Run the request"),
             .category = category,
             .shortcut = QKeySequence(u"Ctrl+Return"_s),
             .icon = Icon::Play,
             .run = [this] { m_presenter.run(); },
             .blocked = [this] { return m_presenter.runBlocked(); }},
            {.id = u"simulator.clear"_s,
             .text = tr("Clear the request"),
             .category = category,
             .shortcut = {},
             .icon = Icon::Trash,
             .run = [this] { m_presenter.clear(); },
             .blocked = {}}};
}

} // namespace provost::ui
