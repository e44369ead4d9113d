#include "ui/shell/statusbar.h"

#include "ui/kit/button.h"
#include "ui/kit/label.h"
#include "ui/kit/theme.h"
#include "ui/kit/words.h"

#include <QBoxLayout>
#include <QLocale>
#include <QPainter>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int Height = 26;
constexpr int LightX = 14;

} // namespace

StatusBar::StatusBar(const Clock &clock, QWidget *parent)
    : QWidget(parent)
    , m_clock(clock)
{
    setObjectName(u"statusBar"_s);
    setAccessibleName(tr("Server status"));
    setFixedHeight(Height);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(LightX + 13, 1, 14, 0);
    row->setSpacing(18);
    const auto add = [&](const QString &name) {
        auto *const label = new Label({}, TextRole::Caption, this);
        label->setObjectName(u"status."_s + name);
        row->addWidget(label);
        return label;
    };
    m_address = add(u"address"_s);
    m_agents = add(u"agents"_s);
    m_mode = add(u"mode"_s);
    m_rate = add(u"rate"_s);
    m_journal = add(u"journal"_s);
    m_problems = new Button({}, ButtonKind::Link, this);
    m_problems->setObjectName(u"status.problems"_s);
    m_problems->setSmall();
    m_problems->setInk(Tone::Ask);
    m_problems->hide();
    row->addWidget(m_problems);
    row->addStretch(1);
    m_note = add(u"note"_s);
    m_time = add(u"time"_s);
    m_address->setText(tr("Connecting to the server"));
    connect(m_problems, &Button::clicked, this, &StatusBar::problemsRequested);
    connect(&m_second, &QTimer::timeout, this, &StatusBar::tick);
    m_second.start(std::chrono::seconds(1));
    tick();
}

void StatusBar::show(const control::ServerStatus &status)
{
    m_light = status.listening ? (status.problems.empty() ? Tone::Allow : Tone::Ask) : Tone::Deny;
    QString address = QString::fromUtf8(status.endpoint);
    address.remove(u"http://"_s).remove(u"https://"_s);
    m_address->setText(status.listening ? tr("MCP %1").arg(address)
                                        : tr("MCP %1 not listening").arg(address));
    m_agents->setText(counted(status.agents, tr("agent"), tr("agents")));
    m_mode->setText(status.listening ? tr("Enforcing") : tr("No calls are let in"));
    m_mode->setTone(status.listening ? Tone::Allow : Tone::Deny);
    m_rate->setText(
        tr("%1 decisions/s · p99 %2")
            .arg(QLocale().toString(status.callsPerSecond, 'f', status.callsPerSecond < 10 ? 1 : 0),
                 durationText(status.p99Us)));
    const bool journalFails =
        std::any_of(status.problems.begin(), status.problems.end(),
                    [](const QByteArray &problem) { return problem.contains("journal"); });
    m_journal->setText(journalFails ? tr("✕ Journal refuses records") : tr("Journal writing"));
    m_journal->setTone(journalFails ? Tone::Deny : Tone::Muted);
    QStringList problems;
    for (const QByteArray &problem : status.problems) {
        problems << QString::fromUtf8(problem);
    }
    m_problems->setText(u"! "_s + counted(problems.size(), tr("problem"), tr("problems")));
    m_problems->setToolTip(plainToolTip(problems.join(u'\n')));
    m_problems->setAccessibleDescription(problems.join(u"; "_s));
    m_problems->setVisible(!problems.isEmpty());
    update();
}

void StatusBar::showError(const Error &error)
{
    m_light = Tone::Deny;
    m_address->setText(tr("The server does not answer: %1").arg(error.message));
    for (Label *const label : {m_agents, m_mode, m_rate, m_journal}) {
        label->setText({});
    }
    m_problems->hide();
    update();
}

void StatusBar::setNote(const QString &note)
{
    m_note->setText(note);
}

void StatusBar::tick()
{
    // "2026-01-15T14:23:45.000123Z"
    m_time->setText(QString::fromLatin1(toRfc3339(m_clock.now()).mid(11, 8)) + u" UTC"_s);
}

void StatusBar::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    painter.fillRect(rect(), t.surface);
    painter.fillRect(QRect(0, 0, width(), 1), t.line);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(m_light == Tone::Muted ? t.faint : inkOf(t, m_light));
    painter.drawEllipse(QPointF(LightX + 3.5, height() / 2.0 + 0.5), 3.5, 3.5);
}

} // namespace provost::ui
