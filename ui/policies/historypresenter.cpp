#include "ui/policies/historypresenter.h"

#include <algorithm>
#include <map>

namespace provost::ui {

HistoryPresenter::HistoryPresenter(control::ControlPlane &control, QObject *parent)
    : QObject(parent)
    , m_control(control)
{
}

void HistoryPresenter::refresh()
{
    m_control.history(RevisionsMax, {this, [this](Result<std::vector<control::Revision>> answer) {
                                         if (!answer) {
                                             Q_EMIT failed(tr("The history could not be read"),
                                                           answer.error());
                                             return;
                                         }
                                         m_revisions = *std::move(answer);
                                         Q_EMIT refreshed();
                                     }});
}

void HistoryPresenter::select(const QByteArray &revision)
{
    m_selected = revision;
    m_changes.clear();
    Q_EMIT compared();
    const auto it = std::find_if(m_revisions.begin(), m_revisions.end(),
                                 [&](const control::Revision &one) { return one.id == revision; });
    if (it == m_revisions.end()) {
        return;
    }
    // The first revision of all stands against nothing.
    const QByteArray former = it + 1 != m_revisions.end() ? (it + 1)->id : QByteArray();
    m_control.orgAt(
        revision,
        {this, [this, revision, former](Result<control::OrgState> after) {
             if (m_selected != revision) {
                 return;
             }
             if (!after) {
                 Q_EMIT failed(tr("The revision could not be read"), after.error());
                 return;
             }
             if (former.isEmpty()) {
                 compare({}, *after);
                 return;
             }
             m_control.orgAt(
                 former, {this, [this, revision, after = *after](Result<control::OrgState> before) {
                              if (m_selected != revision) {
                                  return;
                              }
                              if (!before) {
                                  Q_EMIT failed(tr("The revision before it could not be read"),
                                                before.error());
                                  return;
                              }
                              compare(*before, after);
                          }});
         }});
}

void HistoryPresenter::compare(const control::OrgState &before, const control::OrgState &after)
{
    std::map<QByteArray, Change> files;
    for (const control::OrgFile &file : before.files) {
        files[file.name] = {file.name, file.bytes, {}};
    }
    for (const control::OrgFile &file : after.files) {
        Change &change = files[file.name];
        change.name = file.name;
        change.after = file.bytes;
    }
    m_changes.clear();
    for (const auto &[name, change] : files) {
        if (change.before != change.after) {
            m_changes.push_back(change);
        }
    }
    Q_EMIT compared();
}

void HistoryPresenter::rollBack(const QByteArray &revision, const QString &reason,
                                const QByteArray &author)
{
    m_control.rollBack(revision, reason.trimmed().toUtf8(), author,
                       {this, [this](Result<QByteArray> answer) {
                            if (!answer) {
                                Q_EMIT failed(tr("The roll back was refused"), answer.error());
                                return;
                            }
                            Q_EMIT rolledBack(*answer);
                            refresh();
                        }});
}

} // namespace provost::ui
