#include "ui/tools/serverpanel.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/confirmdialog.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/facts.h"
#include "ui/kit/scrollarea.h"
#include "ui/kit/states.h"
#include "ui/kit/words.h"
#include "ui/tools/commandview.h"
#include "ui/tools/toolwords.h"
#include "ui/tools/webpage.h"

#include <QVBoxLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

} // namespace

ServerPanel::ServerPanel(ControlPlane &control, PageContext &context, QWidget *parent)
    : QWidget(parent)
    , m_control(control)
    , m_context(context)
{
    setObjectName(u"tools.server"_s);
    auto *const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    m_waits = new Banner(this);
    m_waits->setObjectName(u"server.waits"_s);
    Button *const look = m_waits->addButton(tr("Look and confirm…"));
    look->setObjectName(u"server.confirm"_s);
    connect(look, &Button::clicked, this, &ServerPanel::confirmCommand);
    outer->addWidget(m_waits);
    m_wantsAccess = new Banner(this);
    m_wantsAccess->setObjectName(u"server.wantsAccess"_s);
    Button *const grant = m_wantsAccess->addButton(tr("Authorise…"));
    grant->setObjectName(u"server.authorize"_s);
    connect(grant, &Button::clicked, this, &ServerPanel::authorize);
    outer->addWidget(m_wantsAccess);

    auto *const content = new QWidget;
    auto *const column = new QVBoxLayout(content);
    column->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                               metrics::CardPadding);
    column->setSpacing(metrics::Gap);
    column->addWidget(buildHead());
    m_target = new CopyField(u"server.target"_s, tr("Command or address"), content);
    column->addWidget(m_target);
    m_facts = new Facts(u"server.facts"_s, content);
    column->addWidget(m_facts);
    m_failuresTitle = new Label(tr("Last failures"), TextRole::Heading, content);
    column->addWidget(m_failuresTitle);
    m_failures = new Facts(u"server.failures"_s, content);
    m_failures->setNameWidth(140);
    column->addWidget(m_failures);
    column->addStretch(1);
    auto *const scroll = new ScrollArea(this);
    scroll->setContent(content);
    outer->addWidget(scroll, 1);
    connect(m_facts, &Facts::linkActivated, this, [this](const QString &link) {
        if (const auto place = Link::parse(link))
            m_context.open(*place);
    });
}

QWidget *ServerPanel::buildHead()
{
    auto *const head = new QWidget(this);
    auto *const row = new QHBoxLayout(head);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_state = new Badge(BadgeKind::Neutral, {}, head);
    m_sentence = new Label({}, TextRole::Body, head);
    m_sentence->setObjectName(u"server.sentence"_s);
    m_sentence->setWordWrap(true);
    m_sentence->setSelectable();
    m_restart = new Button(tr("Restart"), ButtonKind::Outlined, head);
    m_restart->setObjectName(u"server.restart"_s);
    m_restart->setIconOf(Icon::Refresh);
    m_disable = new Button(tr("Disable…"), ButtonKind::Danger, head);
    m_disable->setObjectName(u"server.disable"_s);
    row->addWidget(m_state);
    row->addWidget(m_sentence, 1);
    row->addWidget(m_restart);
    row->addWidget(m_disable);
    connect(m_restart, &Button::clicked, this, &ServerPanel::restart);
    connect(m_disable, &Button::clicked, this, &ServerPanel::disableOrEnable);
    return head;
}

void ServerPanel::setServer(const ServerRow &server, WallTime now)
{
    m_server = server;
    const BadgeLook state = serverState(server.state);
    m_state->set(state.kind, state.text);
    m_sentence->setText(server.state == "unconfirmed" ? QString() : serverSentence(server, now));
    m_waits->set(Tone::Ask, server.state == "unconfirmed"
                                ? tr("The command below was written in the console. It runs once "
                                     "somebody has looked at it and confirmed it.")
                                : QString());
    m_wantsAccess->set(
        Tone::Ask, server.authorizeAt.isEmpty()
                       ? QString()
                       : tr("The server wants an administrator to grant Provost access. The button "
                            "opens its page in the browser of this machine."));
    m_target->setText(text(server.target));
    m_target->setVisible(!server.target.isEmpty());
    m_disable->setText(isDisabled() ? tr("Enable") : tr("Disable…"));
    m_disable->setKind(isDisabled() ? ButtonKind::Outlined : ButtonKind::Danger);
    setBlocked(*m_restart, restartBlocked());

    const QString place = text(server.file) + u':' + QString::number(server.line);
    const CallFigures &figures = server.figures;
    std::vector<Fact> facts{{tr("Declared in"), server.file.isEmpty() ? QString() : place,
                             TextRole::Mono, Tone::Neutral,
                             server.file.isEmpty() ? QString() : u"policies/"_s + place},
                            {tr("Tenant"), text(server.tenant.value)},
                            {tr("Kind"), text(server.kind)},
                            {tr("Says of itself"), text(server.version)},
                            {tr("Transport"), transportText(server)}};
    for (const auto &[name, value] : commandParts(server))
        facts.push_back({name, value, TextRole::Mono});
    facts.push_back({tr("Since"), server.since ? momentText(*server.since) : QString()});
    facts.push_back({tr("Restarts"), numberText(server.restarts)});
    facts.push_back(
        {tr("Calls"), tr("%1 · %2 refused · %3 failed · %4 in flight")
                          .arg(numberText(figures.calls), numberText(figures.denied),
                               numberText(figures.errors), numberText(server.callsInFlight))});
    if (figures.calls > 0)
        facts.push_back(
            {tr("Latency"),
             tr("p50 %1 · p95 %2").arg(durationText(figures.p50Us), durationText(figures.p95Us))});
    m_facts->setFacts(facts);
    showFailures();
}

void ServerPanel::authorize()
{
    if (!openWebPage(m_server.authorizeAt))
        m_context.notify(
            {.tone = Tone::Deny,
             .text = tr("The page could not be opened: %1").arg(text(m_server.authorizeAt))});
}

void ServerPanel::showFailures()
{
    std::vector<Fact> failures;
    for (const ServerFailure &failure : m_server.failures)
        failures.push_back({momentText(failure.when), text(failure.text), TextRole::Mono});
    m_failures->setFacts(failures);
    m_failures->setVisible(!failures.empty());
    m_failuresTitle->setVisible(!failures.empty());
}

QString ServerPanel::restartBlocked() const
{
    if (m_server.id.isEmpty())
        return tr("Select a server first");
    if (isDisabled())
        return tr("The server is disabled");
    if (m_server.state == "unconfirmed")
        return tr("Its command waits for confirmation");
    return {};
}

void ServerPanel::restart()
{
    if (m_server.callsInFlight == 0) {
        ask(ServerCommand::Act::Restart, {});
        return;
    }
    auto *const dialog = new ConfirmDialog(
        {.title = tr("Restart %1?").arg(text(m_server.id.value)),
         .text = tr("The server is stopped and started anew."),
         .consequences = {tr("%1 in flight will fail.")
                              .arg(counted(m_server.callsInFlight, tr("call"), tr("calls")))},
         .confirmText = tr("Restart"),
         .dangerous = true},
        this);
    connect(dialog, &QDialog::accepted, this, [this] { ask(ServerCommand::Act::Restart, {}); });
    dialog->open();
}

void ServerPanel::disableOrEnable()
{
    if (isDisabled()) {
        ask(ServerCommand::Act::Enable, {});
        return;
    }
    auto *const dialog = new ConfirmDialog(
        {.title = tr("Disable %1?").arg(text(m_server.id.value)),
         .text =
             tr("The server is stopped and stays stopped, also after a restart of Provost, until "
                "somebody enables it."),
         .consequences = {tr("Agents of %1 no longer see its %2.")
                              .arg(text(m_server.tenant.value),
                                   counted(m_server.tools, tr("tool"), tr("tools"))),
                          tr("%1 in flight will fail.")
                              .arg(counted(m_server.callsInFlight, tr("call"), tr("calls")))},
         .confirmText = tr("Disable server"),
         .dangerous = true,
         .asksReason = true},
        this);
    dialog->setObjectName(u"server.disableDialog"_s);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog] { ask(ServerCommand::Act::Disable, dialog->reason().toUtf8()); });
    dialog->open();
}

void ServerPanel::confirmCommand()
{
    auto *const dialog = new ConfirmDialog(
        {.title = tr("Run this command?"),
         .text =
             tr("Server %1 of %2 runs it on this machine, with the rights of Provost. Confirm it "
                "only if you know what it does and where it comes from.")
                 .arg(text(m_server.id.value), text(m_server.tenant.value)),
         .consequences = {},
         .confirmText = tr("Confirm and run"),
         .dangerous = true},
        this);
    dialog->setObjectName(u"server.confirmDialog"_s);
    dialog->addContent(new CommandView(m_server, dialog));
    connect(dialog, &QDialog::accepted, this, [this, shown = m_server] {
        m_control.confirmServer({.tenant = shown.tenant,
                                 .server = shown.id,
                                 .commandDigest = shown.commandDigest,
                                 .author = m_context.author()},
                                {this, [this](const Result<ServerRow> &answer) {
                                     tell(tr("The command was confirmed"), answer);
                                 }});
    });
    dialog->open();
}

void ServerPanel::ask(ServerCommand::Act act, const QByteArray &reason)
{
    const QString name = text(m_server.id.value);
    const QString done = act == ServerCommand::Act::Disable  ? tr("%1 is disabled").arg(name)
                         : act == ServerCommand::Act::Enable ? tr("%1 is enabled").arg(name)
                                                             : tr("%1 was restarted").arg(name);
    m_control.changeServer(
        {.act = act,
         .tenant = m_server.tenant,
         .server = m_server.id,
         .reason = reason,
         .author = m_context.author()},
        {this, [this, done](const Result<ServerRow> &answer) { tell(done, answer); }});
}

void ServerPanel::tell(const QString &done, const Result<ServerRow> &answer)
{
    m_context.notify(answer ? Notice{.tone = Tone::Allow, .text = done}
                            : Notice{.tone = Tone::Deny, .text = answer.error().message});
    Q_EMIT changed();
}

} // namespace provost::ui
