// LocalControl: the control plane of the server in this process. It only carries: a question goes to the desk that
// knows, on that desk's thread, and the answer comes back through a mailbox.
// Thread: the main thread.
#pragma once

#include "server/base/eventthread.h"
#include "server/base/workerpool.h"
#include "server/control/controlplane.h"

#include <QTimer>

namespace provost::host {

class PolicyDesk;
class TenantDesk;
class ToolDesk;
class SessionDesk;
class AuditDesk;

struct Desks
{
    const EventThread &controlThread; // of policy, tenants and tools
    PolicyDesk &policy;
    TenantDesk &tenants;
    ToolDesk &tools;
    SessionDesk &sessions;
    WorkerPool &queries; // runs audit's
    AuditDesk &audit;
};

class LocalControl final : public control::ControlPlane
{
    Q_OBJECT

public:
    explicit LocalControl(Desks desks);
    ~LocalControl() override;

    // Safe from any thread: tell the console that something moved.
    enum class News { Records, Configuration, Status };
    [[nodiscard]] std::function<void(News)> newsSender() const;

    void status(control::Answer<control::ServerStatus> answer) override;
    std::stop_source overview(TenantId tenant, control::TimeRange range,
                              control::Answer<control::Overview> answer) override;
    std::stop_source auditPage(control::AuditPageRequest request,
                               control::Answer<control::AuditPage> answer) override;
    std::stop_source auditCount(control::AuditQuery query,
                                control::Answer<control::AuditCount> answer) override;
    std::stop_source
    auditHistogram(control::AuditQuery query, int buckets,
                   control::Answer<std::vector<control::HistogramBucket>> answer) override;
    std::stop_source auditFacets(control::AuditQuery query,
                                 control::Answer<std::vector<control::Facet>> answer) override;
    void auditDetail(control::RecordId id, control::Answer<control::AuditDetail> answer) override;
    void why(control::RecordId id, control::Answer<control::Why> answer) override;
    std::stop_source auditExport(control::AuditQuery query, QString path, QByteArray author,
                                 control::Answer<std::int64_t> answer) override;
    [[nodiscard]] control::FilterCheck checkFilter(QByteArrayView filter) const override;
    [[nodiscard]] std::vector<control::FilterCandidate> completeFilter(QByteArrayView filter,
                                                                       int cursor) const override;

    void orgState(control::Answer<control::OrgState> answer) override;
    void checkDraft(std::vector<control::OrgFile> draft,
                    control::Answer<control::DraftCheck> answer) override;
    void editPolicy(QByteArray text, control::PolicyEdit edit,
                    control::Answer<QByteArray> answer) override;
    void apply(control::ChangeRequest change, control::Answer<QByteArray> answer) override;
    void history(int revisionsMax, control::Answer<std::vector<control::Revision>> answer) override;
    void orgAt(QByteArray revision, control::Answer<control::OrgState> answer) override;
    void rollBack(QByteArray revision, QByteArray reason, QByteArray author,
                  control::Answer<QByteArray> answer) override;
    void vocabulary(TenantId tenant, control::Answer<control::Vocabulary> answer) override;
    void simulate(control::Simulation simulation,
                  control::Answer<control::SimulationResult> answer) override;

    void tenants(control::Answer<std::vector<control::TenantRow>> answer) override;
    void templates(control::Answer<std::vector<QByteArray>> answer) override;
    void createTenant(control::NewTenant tenant, control::Answer<QByteArray> answer) override;
    void users(TenantId tenant, control::Answer<std::vector<control::UserRow>> answer) override;
    void putUser(control::UserRow user, QByteArray author,
                 control::Answer<control::UserRow> answer) override;
    void keys(TenantId tenant, control::Answer<std::vector<control::KeyRow>> answer) override;
    void createKey(control::NewKeyRequest request,
                   control::Answer<control::CreatedKey> answer) override;
    void revokeKey(CredentialId id, QByteArray author,
                   control::Answer<control::KeyRow> answer) override;
    void tools(TenantId tenant, control::Answer<std::vector<control::ToolRow>> answer) override;
    void servers(TenantId tenant, control::Answer<std::vector<control::ServerRow>> answer) override;
    void changeServer(control::ServerCommand command,
                      control::Answer<control::ServerRow> answer) override;
    void confirmServer(control::ServerConfirmation confirmation,
                       control::Answer<control::ServerRow> answer) override;
    void draftServer(control::ServerSource source,
                     control::Answer<control::ServerDraft> answer) override;
    void addServers(control::NewServers servers, control::Answer<QByteArray> answer) override;
    std::stop_source tryTool(control::ToolTrial trial,
                             control::Answer<control::TrialResult> answer) override;

    void sessions(TenantId tenant,
                  control::Answer<std::vector<control::SessionRow>> answer) override;
    void endSession(control::SessionEnd end, control::Answer<control::SessionRow> answer) override;
    void sessionMessages(control::MessagesRequest request,
                         control::Answer<control::SessionMessages> answer) override;

private:
    // Asks on the control thread.
    template <class T, class Question>
    void onControl(control::Answer<T> answer, Question question);
    // The same for what changes users or keys, of which the console is told.
    template <class T, class Question>
    void changeIdentities(control::Answer<T> answer, Question question);
    // Asks on the query pool; the question gets a stop token.
    template <class T, class Question>
    std::stop_source onQueries(control::Answer<T> answer, Question question);

    void take(News news);

    const Desks m_desks;
    // Carries what a trial tells to this thread.
    [[nodiscard]] std::function<void(control::TrialProgress)> newsOfTrial(const QByteArray &id);

    Mailbox<std::function<void()>> m_answers;
    Mailbox<News> m_news;
    QTimer m_recordsTimer; // runs while records were announced within the last tenth of a second
    bool m_recordsWaiting = false;
};

} // namespace provost::host
