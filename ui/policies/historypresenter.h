// HistoryPresenter: the revisions of the org directory, what each changed, and the way back to one.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"

#include <QObject>

namespace provost::ui {

class HistoryPresenter : public QObject
{
    Q_OBJECT

public:
    static constexpr int RevisionsMax = 500;

    struct Change
    {
        QByteArray name;
        QByteArray before;
        QByteArray after;
        bool operator==(const Change &) const = default;
    };

    explicit HistoryPresenter(control::ControlPlane &control, QObject *parent = nullptr);

    void refresh();
    [[nodiscard]] const std::vector<control::Revision> &revisions() const { return m_revisions; }
    // Asks what the revision changed against its predecessor; compared() follows.
    void select(const QByteArray &revision);
    [[nodiscard]] QByteArray selected() const { return m_selected; }
    [[nodiscard]] const std::vector<Change> &changes() const { return m_changes; }
    // Makes a new revision with the old one's files. REQUIRES: a reason.
    void rollBack(const QByteArray &revision, const QString &reason, const QByteArray &author);

Q_SIGNALS:
    void refreshed();
    void compared();
    void rolledBack(const QByteArray &revision);
    void failed(const QString &what, const provost::Error &error);

private:
    void compare(const control::OrgState &before, const control::OrgState &after);

    control::ControlPlane &m_control;
    std::vector<control::Revision> m_revisions; // newest first
    QByteArray m_selected;
    std::vector<Change> m_changes;
};

} // namespace provost::ui
