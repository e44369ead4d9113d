#include "ui/sessions/inspectorpresenter.h"

namespace provost::ui {

using namespace control;

namespace {

constexpr std::chrono::seconds interval{1};

} // namespace

InspectorPresenter::InspectorPresenter(ControlPlane &control, QByteArray author, QObject *parent)
    : QObject(parent)
    , m_control(control)
    , m_author(std::move(author))
{
    m_timer.setInterval(interval);
    connect(&m_timer, &QTimer::timeout, this, &InspectorPresenter::ask);
}

void InspectorPresenter::start(const QByteArray &key)
{
    if (key != m_key)
        clear();
    m_key = key;
    m_error.reset();
    m_timer.start();
    ask();
    Q_EMIT changed();
}

void InspectorPresenter::stop()
{
    m_timer.stop();
    ++m_asked;
    m_waiting = false;
    Q_EMIT changed();
}

void InspectorPresenter::clear()
{
    m_key.clear();
    m_last = 0;
    m_dropped = 0;
    m_messages.clear();
    m_error.reset();
    stop();
}

void InspectorPresenter::ask()
{
    if (m_waiting)
        return;
    m_waiting = true;
    m_control.sessionMessages({.key = m_key, .after = m_last, .author = m_author},
                              {this, [this, asked = ++m_asked](const auto &answer) {
                                   if (asked == m_asked)
                                       take(answer);
                               }});
}

void InspectorPresenter::take(const Result<SessionMessages> &answer)
{
    m_waiting = false;
    if (!answer) {
        m_error = answer.error();
        stop(); // it has gone, or may not be looked at: asking again would tell the same
        return;
    }
    m_dropped = answer->dropped;
    if (answer->messages.empty())
        return;
    m_messages.insert(m_messages.end(), answer->messages.begin(), answer->messages.end());
    m_last = m_messages.back().sequence;
    if (m_messages.size() > messagesMax)
        m_messages.erase(m_messages.begin(),
                         m_messages.end() - static_cast<std::ptrdiff_t>(messagesMax));
    Q_EMIT changed();
}

} // namespace provost::ui
