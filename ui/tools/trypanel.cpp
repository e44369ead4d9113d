#include "ui/tools/trypanel.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/scrollarea.h"
#include "ui/kit/states.h"
#include "ui/tools/askview.h"
#include "ui/tools/schemaform.h"
#include "ui/tools/trialview.h"
#include "ui/tools/workingview.h"

#include <QScopedValueRollback>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

TryPanel::TryPanel(ControlPlane &control, PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_context(context)
    , m_presenter(control, context.author())
{
    setObjectName(u"tools.try"_s);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    QWidget *const input = buildInput();
    QWidget *const output = buildOutput();
    row->addWidget(input, 1);
    row->addWidget(new Hairline(Qt::Vertical, this));
    row->addWidget(output, 1);
    // Both halves stay as wide as each other, whatever stands in them.
    for (QWidget *const half : {input, output}) {
        half->setMinimumWidth(1);
        half->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    }
    setFocusProxy(m_run);
    connect(&m_presenter, &TryPresenter::toolChanged, this, &TryPanel::makeForm);
    connect(&m_presenter, &TryPresenter::usersChanged, this, &TryPanel::showUsers);
    connect(&m_presenter, &TryPresenter::argumentsChanged, this, &TryPanel::showArguments);
    connect(&m_presenter, &TryPresenter::stateChanged, this, &TryPanel::showState);
    connect(&m_presenter, &TryPresenter::progressed, this,
            [this] { m_working->setProgress(*m_presenter.progress()); });
    showState();
}

QWidget *TryPanel::buildInput()
{
    auto *const input = new QWidget(this);
    auto *const column = new QVBoxLayout(input);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *const head = new QHBoxLayout;
    head->setContentsMargins(metrics::CardPadding, 10, metrics::CardPadding, 6);
    head->setSpacing(8);
    m_users = new ComboField(u"try.user"_s, tr("Call as"), input);
    m_users->setPrefix(tr("As"));
    m_users->setPlaceholderText(tr("no user"));
    m_users->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    m_kind = new Segments(input);
    m_kind->setObjectName(u"try.kind"_s);
    m_kind->setAccessibleName(tr("Edit the arguments as"));
    m_kind->add(u"form"_s, tr("Form"));
    m_kind->add(u"json"_s, tr("JSON"));
    m_kind->setCurrent(u"form"_s);
    head->addWidget(m_users, 1);
    head->addWidget(m_kind);
    column->addLayout(head);

    m_input = new QStackedWidget(input);
    m_formArea = new ScrollArea(m_input);
    m_json = new CodeEditor(u"try.json"_s, tr("Arguments as JSON"), CodeLanguage::Json, m_input);
    m_input->addWidget(m_formArea);
    m_input->addWidget(m_json);
    column->addWidget(m_input, 1);

    auto *const foot = new QHBoxLayout;
    foot->setContentsMargins(metrics::CardPadding, 8, metrics::CardPadding, metrics::CardPadding);
    foot->setSpacing(8);
    m_problem = new Label({}, TextRole::Caption, input);
    m_problem->setObjectName(u"try.problem"_s);
    m_problem->setWordWrap(true);
    m_cancel = new Button(tr("Cancel"), ButtonKind::Outlined, input);
    m_cancel->setObjectName(u"try.cancel"_s);
    m_run = new Button(tr("Run"), ButtonKind::Primary, input);
    m_run->setObjectName(u"try.run"_s);
    m_run->setKeyHint(u"Ctrl ↵"_s);
    foot->addWidget(m_problem, 1);
    foot->addWidget(m_cancel);
    foot->addWidget(m_run);
    column->addLayout(foot);

    connect(m_users, &QComboBox::activated, this,
            [this] { m_presenter.setUser(UserId(m_users->chosen().toUtf8())); });
    connect(m_kind, &Segments::chosen, this,
            [this](const QString &kind) { m_input->setCurrentIndex(kind == u"json" ? 1 : 0); });
    connect(m_json, &CodeEditor::textChanged, this, [this] {
        if (!m_showing)
            m_presenter.setText(m_json->text().toUtf8());
    });
    connect(m_run, &Button::clicked, &m_presenter, &TryPresenter::run);
    connect(m_cancel, &Button::clicked, &m_presenter, &TryPresenter::cancel);
    return input;
}

QWidget *TryPanel::buildOutput()
{
    m_output = new QStackedWidget(this);
    m_empty = new EmptyState(Icon::Play, tr("Fill in the arguments and run the tool"), m_output);
    m_empty->setDetail(tr("A real call, recorded with your name."));
    m_working = new WorkingView(m_output);
    m_error = new ErrorState(m_output);
    auto *const ended = new QWidget(m_output);
    m_ended = new QVBoxLayout(ended);
    m_ended->setContentsMargins(0, 0, 0, 0);
    m_ended->setSpacing(0);
    m_trial = new TrialView(ended);
    m_ask = new AskView(m_presenter, ended);
    m_ended->addWidget(m_trial, 1);
    m_ended->addWidget(m_ask, 1);
    for (QWidget *const part : std::initializer_list<QWidget *>{m_empty, m_working, m_error, ended})
        m_output->addWidget(part);
    connect(m_trial, &TrialView::linkActivated, this,
            [this](const Link &link) { m_context.open(link); });
    return m_output;
}

void TryPanel::setTool(const ToolRow &tool)
{
    m_presenter.setTool(tool);
}

void TryPanel::makeForm()
{
    const SchemaField &schema = m_presenter.schema();
    auto *const holder = new QWidget;
    auto *const column = new QVBoxLayout(holder);
    column->setContentsMargins(metrics::CardPadding, 6, metrics::CardPadding, 6);
    m_form = nullptr;
    if (schema.kind == SchemaField::Kind::Object && !schema.members.empty()) {
        m_form = new SchemaForm(u"try"_s, schema, holder);
        column->addWidget(m_form);
        connect(m_form, &FieldEditor::edited, this, [this, form = m_form] {
            m_presenter.setArguments(form->value());
            m_presenter.setFormError(form->unreadable());
        });
    } else {
        auto *const none = new Label(schema.kind == SchemaField::Kind::Object
                                         ? tr("The tool takes no arguments.")
                                         : tr("The tool's schema has no form: use JSON."),
                                     TextRole::Caption, holder);
        none->setWordWrap(true);
        column->addWidget(none);
    }
    column->addStretch(1);
    m_formArea->setContent(holder);
    setFocusProxy(m_form != nullptr ? static_cast<QWidget *>(m_form) : m_run);
    showArguments();
    showState();
}

void TryPanel::showUsers()
{
    m_users->clear();
    for (const UserRow &user : m_presenter.users()) {
        const QString id = QString::fromUtf8(user.id.value);
        m_users->addItem(id, id);
    }
    m_users->choose(QString::fromUtf8(m_presenter.user().value));
    showState();
}

void TryPanel::showArguments()
{
    const QScopedValueRollback showing(m_showing, true);
    // What the form itself edited it holds already.
    if (m_form != nullptr && m_form->value() != m_presenter.arguments())
        m_form->setValue(m_presenter.arguments());
    if (const QString text = QString::fromUtf8(m_presenter.text()); m_json->text() != text)
        m_json->applyText(text);
    showState();
}

void TryPanel::showState()
{
    showRunning();
    QString problem;
    if (!m_presenter.textError().isEmpty())
        problem = u"✕ "_s + m_presenter.textError();
    else if (const QString warning = m_presenter.warning(); !warning.isEmpty())
        problem = u"! "_s + warning;
    m_problem->setTone(m_presenter.textError().isEmpty() ? Tone::Ask : Tone::Deny);
    m_problem->setText(problem);
    if (m_presenter.isRunning()) {
        m_output->setCurrentWidget(m_working);
        m_ask->refresh(); // nothing is asked by now
    } else if (m_presenter.error()) {
        m_error->setTrouble(troubleOf(tr("The call could not be made"), *m_presenter.error()));
        m_output->setCurrentWidget(m_error);
    } else if (m_presenter.result()) {
        m_trial->setResult(*m_presenter.result(), m_presenter.round());
        const bool asks = !m_presenter.asks().empty();
        m_ask->setVisible(asks);
        m_ask->refresh();
        m_trial->setMaximumHeight(asks ? m_trial->sizeHint().height() : QWIDGETSIZE_MAX);
        m_output->setCurrentWidget(m_ended->parentWidget());
    } else {
        m_output->setCurrentWidget(m_empty);
    }
}

// The button keeps the keyboard while the call runs: who pressed Run may press Cancel.
void TryPanel::showRunning()
{
    const bool running = m_presenter.isRunning();
    const bool hadFocus = m_run->hasFocus() || m_cancel->hasFocus();
    if (running && m_output->currentWidget() != m_working)
        m_working->begin();
    if (!running)
        m_working->end();
    m_cancel->setVisible(running);
    m_run->setVisible(!running);
    setBlocked(*m_run, m_presenter.runBlocked());
    setBlocked(*m_cancel, m_presenter.isCancelling() ? tr("It is being cancelled") : QString());
    if (m_presenter.isCancelling())
        m_working->setCancelling();
    if (hadFocus)
        (running ? m_cancel : m_run)->setFocus();
}

void TryPanel::go()
{
    const QWidget *const at = focusWidget();
    if (!m_presenter.asks().empty() && at != nullptr && m_ask->isAncestorOf(at))
        m_presenter.reply(TryPresenter::Reply::Accept);
    else
        m_presenter.run();
}

} // namespace provost::ui
