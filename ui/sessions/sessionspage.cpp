#include "ui/sessions/sessionspage.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/celltable.h"
#include "ui/kit/confirmdialog.h"
#include "ui/kit/facts.h"
#include "ui/kit/states.h"
#include "ui/kit/words.h"
#include "ui/sessions/inspectorview.h"
#include "ui/sessions/sessionwords.h"

#include <QBoxLayout>

#include <algorithm>
#include <tuple>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int sessionRowsMax = 8;
constexpr int detailWidth = 330;
constexpr std::chrono::seconds refreshInterval{2};

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

} // namespace

SessionsPage::SessionsPage(ControlPlane &control, PageContext &context, QWidget *parent)
    : ListPage(u"sessions"_s, Icon::Sessions, tr("No agent is connected"), context, parent)
    , m_control(control)
    , m_scope(context.scope())
{
    content()->addWidget(buildList());
    auto *const row = new QHBoxLayout;
    row->setSpacing(metrics::Gap);
    row->addWidget(buildDetail());
    auto *const messages = new Card(tr("Messages"), this);
    messages->setFlush();
    m_inspector = new InspectorView(m_control, context.author(), messages);
    messages->body()->addWidget(m_inspector, 1);
    row->addWidget(messages, 1);
    content()->addLayout(row, 1);
    empty()->setDetail(tr("An agent appears here with its first request. It needs the address of "
                          "this server and a key of one of the tenant's users."));
    empty()->setAction(tr("Create a key"));
    connect(empty(), &EmptyState::actionTriggered, this, [this] {
        this->context().open({u"tenants"_s, text(m_scope.tenant.value), {}});
    });
    refreshEvery(refreshInterval);
}

Card *SessionsPage::buildList()
{
    auto *const card = new Card(tr("Connected agents"), this);
    card->setFlush();
    m_summary = new Label({}, TextRole::Caption, card);
    m_summary->setObjectName(u"sessions.summary"_s);
    card->addToHeader(m_summary);
    const auto right = Qt::AlignRight;
    m_table = new CellTable(u"sessions.table"_s, tr("Connected agents"),
                            {{tr("User"), 260},
                             {tr("Agent, as it says")},
                             {tr("Era"), 90},
                             {tr("Transport"), 100},
                             {tr("Now"), 110},
                             {tr("Stream"), 90},
                             {tr("Since"), 90, right},
                             {tr("Last seen"), 90, right}},
                            card);
    m_table->setHeightToRows(sessionRowsMax);
    card->body()->addWidget(m_table);
    connect(m_table, &CellTable::chosen, this, [this](const QByteArray &key) {
        Q_EMIT placeChanged();
        tell({});
        m_selected = key;
        showSelected();
    });
    return card;
}

Card *SessionsPage::buildDetail()
{
    m_detail = new Card(u" "_s, this);
    m_detail->setObjectName(u"sessions.detail"_s);
    m_detail->setFixedWidth(detailWidth);
    m_facts = new Facts(u"sessions.facts"_s, m_detail);
    m_detail->body()->addWidget(m_facts);
    auto *const row = new QHBoxLayout;
    row->setSpacing(8);
    m_calls = new Button(tr("Its calls"), ButtonKind::Outlined, m_detail);
    m_calls->setObjectName(u"sessions.calls"_s);
    m_calls->setIconOf(Icon::Audit);
    m_end = new Button(tr("End session…"), ButtonKind::Danger, m_detail);
    m_end->setObjectName(u"sessions.end"_s);
    row->addWidget(m_calls);
    row->addWidget(m_end);
    row->addStretch(1);
    m_detail->body()->addLayout(row);
    m_detail->body()->addStretch(1);
    connect(m_end, &Button::clicked, this, &SessionsPage::confirmEnd);
    connect(m_calls, &Button::clicked, this, [this] {
        const SessionRow *const session = selected();
        if (session == nullptr)
            return;
        const QString filter = session->id.isEmpty()
                                   ? QString(u"user:\""_s + text(session->user.value) + u'"')
                                   : QString(u"session:"_s + text(session->id));
        context().open({u"audit"_s, {}, {{u"filter"_s, filter}}});
    });
    return m_detail;
}

// --- page ---

void SessionsPage::setScope(const Scope &scope)
{
    m_scope = scope;
    refreshInFront();
}

// Nobody looks any more, so the server need not keep messages.
void SessionsPage::deactivate()
{
    ListPage::deactivate();
    m_inspector->stop();
}

void SessionsPage::openLink(const Link &link)
{
    tell({});
    if (link.target.isEmpty())
        return;
    m_selected = link.target.toUtf8();
    refreshInFront();
}

Link SessionsPage::place() const
{
    return {u"sessions"_s, text(m_selected), {}};
}

std::vector<ActionSpec> SessionsPage::actions()
{
    const auto needsAgent = [this] {
        return selected() == nullptr ? tr("Select an agent first") : QString();
    };
    return {{.id = u"sessions.messages"_s,
             .text = tr("Look at the messages of the selected agent, or stop"),
             .category = tr("Sessions"),
             .shortcut = {},
             .icon = Icon::Eye,
             .run = [this] { m_inspector->toggle(); },
             .blocked = needsAgent},
            {.id = u"sessions.end"_s,
             .text = tr("End the selected session…"),
             .category = tr("Sessions"),
             .shortcut = {},
             .icon = Icon::Stop,
             .run = [this] { confirmEnd(); },
             .blocked = [this] { return endBlocked(); }}};
}

// --- what is shown ---

void SessionsPage::refresh()
{
    m_control.sessions(m_scope.tenant, {this, [this, asked = ++m_asked](const auto &answer) {
                                            if (asked == m_asked)
                                                showSessions(answer);
                                        }});
}

void SessionsPage::showSessions(const Result<std::vector<SessionRow>> &answer)
{
    if (!answer) {
        showError(tr("Who is connected could not be read"), answer.error());
        return;
    }
    m_sessions = *answer;
    // Not by when they were seen: rows would move while somebody reaches for them.
    const auto place = [](const SessionRow &row) {
        return std::tie(row.tenant.value, row.user.value, row.agent, row.since, row.key);
    };
    std::sort(m_sessions.begin(), m_sessions.end(),
              [&](const SessionRow &a, const SessionRow &b) { return place(a) < place(b); });
    showList(!m_sessions.empty());
    m_table->setRows(sessionRows(m_sessions, SystemClock().now()));
    const auto busy = std::count_if(m_sessions.begin(), m_sessions.end(),
                                    [](const SessionRow &row) { return row.callsInFlight > 0; });
    m_summary->setText(
        tr("%1 · %2 working")
            .arg(counted(qint64(m_sessions.size()), tr("agent"), tr("agents")), numberText(busy)));
    if (m_sessions.empty())
        m_inspector->setSession({});
    else
        select(m_selected);
}

void SessionsPage::select(const QByteArray &key)
{
    m_selected = selectIn(*m_table, key, tr("The agent that was shown is not connected any more."));
    showSelected();
}

void SessionsPage::showSelected()
{
    const SessionRow *const session = selected();
    if (session == nullptr)
        return;
    const WallTime now = SystemClock().now();
    m_detail->setTitle(agentText(*session));
    m_facts->setFacts({{tr("User"), text(session->user.value)},
                       {tr("Tenant"), text(session->tenant.value), TextRole::Body, Tone::Neutral,
                        u"tenants/"_s + text(session->tenant.value)},
                       {tr("Speaks"), eraText(*session)},
                       {tr("Session"), text(session->id), TextRole::Mono},
                       {tr("Transport"), text(session->transport)},
                       {tr("Connected"), tr("%1 ago").arg(spanText(now - session->since))},
                       {tr("Last seen"), tr("%1 ago").arg(spanText(now - session->lastSeen))},
                       {tr("In flight"), counted(session->callsInFlight, tr("call"), tr("calls"))},
                       {tr("Stream"), session->streaming ? tr("open: it hears of changes at once")
                                                         : tr("none")}});
    setBlocked(*m_end, endBlocked());
    m_inspector->setSession(session->key);
}

QString SessionsPage::endBlocked() const
{
    const SessionRow *const session = selected();
    if (session == nullptr)
        return tr("Select an agent first");
    if (session->id.isEmpty())
        return tr("The modern era has no sessions: each request stands alone. To keep the agent "
                  "out, revoke its key on the page Tenants");
    return {};
}

void SessionsPage::confirmEnd()
{
    const SessionRow *const session = selected();
    if (session == nullptr)
        return;
    auto *const dialog = new ConfirmDialog(
        {.title = tr("End the session of %1?").arg(agentText(*session)),
         .text = tr("It belongs to %1 of %2.")
                     .arg(text(session->user.value), text(session->tenant.value)),
         .consequences =
             {tr("%1 in flight will be cancelled.")
                  .arg(counted(session->callsInFlight, tr("call"), tr("calls"))),
              tr("The agent may open a new session with the same key. Revoke the key to keep it "
                 "out.")},
         .confirmText = tr("End session"),
         .dangerous = true,
         .asksReason = true},
        this);
    dialog->setObjectName(u"sessions.endDialog"_s);
    connect(dialog, &QDialog::accepted, this,
            [this, dialog, key = session->key] { end(key, dialog->reason().toUtf8()); });
    dialog->open();
}

void SessionsPage::end(const QByteArray &key, const QByteArray &reason)
{
    m_control.endSession(
        {.key = key, .reason = reason, .author = context().author()},
        {this, [this](const Result<SessionRow> &answer) {
             context().notify(answer
                                  ? Notice{.tone = Tone::Allow, .text = tr("The session was ended")}
                                  : Notice{.tone = Tone::Deny, .text = answer.error().message});
             if (answer)
                 m_selected.clear();
             refresh();
         }});
}

const SessionRow *SessionsPage::selected() const
{
    const auto found = std::find_if(m_sessions.begin(), m_sessions.end(),
                                    [&](const SessionRow &row) { return row.key == m_selected; });
    return found == m_sessions.end() ? nullptr : &*found;
}

} // namespace provost::ui
