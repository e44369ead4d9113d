// FakeControlPlane: a control plane whose answers a test sets. Every question is answered from the event loop, as the
// real one does; an error that is set for a question is answered instead of its data.
// Thread: the ui thread.
#pragma once

#include "server/control/controlplane.h"

#include <QTimer>

#include <map>

namespace provost::testing {

class FakeControlPlane : public control::ControlPlane
{
public:
    // What is answered. Tests change it at will.
    control::ServerStatus serverStatus{.endpoint = "http://127.0.0.1:7777",
                                       .admin = "http://127.0.0.1:7778",
                                       .listening = true,
                                       .agents = 3,
                                       .callsPerSecond = 12.5,
                                       .p99Us = 2900,
                                       .orgRevision = "3f9c2ab01d77",
                                       .version = "0.1.0"};
    control::Overview overviewAnswer;
    std::vector<control::AuditRow>
        auditRows; // newest first; pages, counts and details are made from them
    std::vector<control::HistogramBucket> histogramAnswer;
    std::vector<control::Facet> facetsAnswer;
    control::AuditDetail detailAnswer; // its row is replaced by the one asked for
    control::Why whyAnswer;            // as above
    control::FilterCheck filterAnswer; // for texts that contain "!!"
    std::vector<control::FilterCandidate> candidates;
    control::OrgState org;
    control::DraftCheck draftAnswer;
    QByteArray editedText;
    std::vector<control::Revision> revisions;
    std::map<QByteArray, control::OrgState> orgByRevision;
    control::Vocabulary vocabularyAnswer;
    control::SimulationResult simulationAnswer;
    std::vector<control::TenantRow> tenantRows;
    std::vector<QByteArray> templateNames{"empty", "read-only-analysts"};
    std::vector<control::UserRow> userRows;
    std::vector<control::KeyRow> keyRows;
    std::vector<control::ToolRow> toolRows;
    std::vector<control::ServerRow> serverRows;

    // By the name of the function: what it answers instead. REQUIRES: the name of a member function.
    std::map<QByteArray, Error> errors;
    // Every question in order, by the name of the function; commands with what they were asked to do.
    std::vector<QByteArray> asked;
    int unanswered = 0; // questions whose answer has not been delivered yet
    std::vector<control::ChangeRequest> applied;
    std::vector<control::PolicyEdit> edits;
    std::vector<control::AuditPageRequest> pageRequests;
    std::vector<control::Simulation> simulations;
    std::vector<control::NewKeyRequest> keyRequests;
    std::vector<control::NewTenant> newTenants;
    std::vector<control::ServerCommand> serverCommands;
    std::vector<control::ServerConfirmation> serverConfirmations;
    std::vector<control::ToolTrial> trials;
    std::vector<control::TrialResult>
        trialAnswers;        // one for each trial in turn; the last one stays
    bool trialsWait = false; // until endTrial()
    std::stop_source lastTrial;
    control::ServerDraft serverDraft;
    std::vector<control::ServerSource> serverSources;
    std::vector<control::NewServers> newServers;
    std::vector<control::SessionRow> sessionRows;
    std::vector<control::SessionEnd> sessionEnds;
    control::SessionMessages messagesAnswer; // what is later than asked for
    std::vector<control::MessagesRequest> messagesRequests;

    void endTrial();

    // `count` believable rows, one every 700 ms before `newest`, of three tenants.
    static std::vector<control::AuditRow> makeAuditRows(int count, WallTime newest);

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
    // Notes the question and answers it from the event loop with the error set for it, or with `value`.
    template <class T>
    void answerLater(const char *question, const control::Answer<T> &answer, Result<T> value)
    {
        asked.emplace_back(question);
        if (const auto error = errors.find(question); error != errors.end())
            value = fail(error->second);
        ++unanswered;
        QTimer::singleShot(0, this, [this, answer, value = std::move(value)] {
            --unanswered;
            answer.deliver(value);
        });
    }

    [[nodiscard]] control::ServerRow serverNamed(const TenantId &tenant,
                                                 const ServerId &server) const;
    [[nodiscard]] std::vector<control::AuditRow> matching(const control::AuditQuery &query) const;

    std::function<void()> m_endTrial;
};

} // namespace provost::testing
