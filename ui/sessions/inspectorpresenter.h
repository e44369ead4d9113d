// InspectorPresenter: the last messages of one agent while somebody looks: fetched once a second, kept in a bounded list.
// INVARIANT: nothing is asked while it is off, so that the server keeps nothing; at most messagesMax messages are held.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace provost::ui {

class InspectorPresenter : public QObject
{
    Q_OBJECT

public:
    static constexpr std::size_t messagesMax = 500;

    // `control` outlives the presenter.
    InspectorPresenter(control::ControlPlane &control, QByteArray author,
                       QObject *parent = nullptr);

    // Looks at another agent's messages; forgets the former ones.
    void start(const QByteArray &key);
    void stop(); // keeps what there is
    // Forgets everything and is off.
    void clear();
    [[nodiscard]] bool isOn() const { return m_timer.isActive(); }
    [[nodiscard]] const QByteArray &key() const { return m_key; }

    [[nodiscard]] const std::vector<control::SessionMessage> &messages() const
    {
        return m_messages;
    }
    [[nodiscard]] std::int64_t dropped() const { return m_dropped; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }

Q_SIGNALS:
    void changed();

private:
    void ask();
    void take(const Result<control::SessionMessages> &answer);

    control::ControlPlane &m_control;
    const QByteArray m_author;
    QTimer m_timer;
    QByteArray m_key;
    int m_asked = 0;
    bool m_waiting = false; // for an answer
    std::int64_t m_last = 0;
    std::vector<control::SessionMessage> m_messages; // oldest first
    std::int64_t m_dropped = 0;
    std::optional<Error> m_error;
};

} // namespace provost::ui
