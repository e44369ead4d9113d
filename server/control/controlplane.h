// ControlPlane: everything that the console can ask and do, and all that it knows of the server. Every function
// returns at once; the answer comes later on the ui thread. Long questions return a stop source; a stopped question
// is answered with ErrorCode::Cancelled.
// Two implementations: server/host in this process, and a test double.
// Thread: called and answered on the thread of the object (the ui thread).
#pragma once

#include "server/control/answer.h"
#include "server/control/types.h"

#include <QObject>

#include <stop_token>

namespace provost::control {

class ControlPlane : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;
    ~ControlPlane() override;

    virtual void status(Answer<ServerStatus> answer) = 0;
    virtual std::stop_source overview(TenantId tenant, TimeRange range,
                                      Answer<Overview> answer) = 0;

    // --- audit ---
    virtual std::stop_source auditPage(AuditPageRequest request, Answer<AuditPage> answer) = 0;
    virtual std::stop_source auditCount(AuditQuery query, Answer<AuditCount> answer) = 0;
    // `buckets` bars over the range; an open end is the first or last record.
    virtual std::stop_source auditHistogram(AuditQuery query, int buckets,
                                            Answer<std::vector<HistogramBucket>> answer) = 0;
    virtual std::stop_source auditFacets(AuditQuery query, Answer<std::vector<Facet>> answer) = 0;
    virtual void auditDetail(RecordId id, Answer<AuditDetail> answer) = 0;
    virtual void why(RecordId id, Answer<Why> answer) = 0;
    // Streams the raw outcome records that match into a JSON lines file; the answer is their count. Recorded.
    virtual std::stop_source auditExport(AuditQuery query, QString path, QByteArray author,
                                         Answer<std::int64_t> answer) = 0;
    // Quick and pure, so they answer at once.
    [[nodiscard]] virtual FilterCheck checkFilter(QByteArrayView filter) const = 0;
    [[nodiscard]] virtual std::vector<FilterCandidate> completeFilter(QByteArrayView filter,
                                                                      int cursor) const = 0;

    // --- policies ---
    virtual void orgState(Answer<OrgState> answer) = 0;
    // `draft` replaces files of the live revision.
    virtual void checkDraft(std::vector<OrgFile> draft, Answer<DraftCheck> answer) = 0;
    // The text with the edit made, or why it cannot be made.
    virtual void editPolicy(QByteArray text, PolicyEdit edit, Answer<QByteArray> answer) = 0;
    // The new revision. Errors: InvalidInput (diagnostics in words), Conflict.
    virtual void apply(ChangeRequest change, Answer<QByteArray> answer) = 0;
    virtual void history(int revisionsMax, Answer<std::vector<Revision>> answer) = 0;
    virtual void orgAt(QByteArray revision, Answer<OrgState> answer) = 0;
    virtual void rollBack(QByteArray revision, QByteArray reason, QByteArray author,
                          Answer<QByteArray> answer) = 0;
    virtual void vocabulary(TenantId tenant, Answer<Vocabulary> answer) = 0;

    // --- simulator ---
    virtual void simulate(Simulation simulation, Answer<SimulationResult> answer) = 0;

    // --- tenants, users, keys, tools ---
    virtual void tenants(Answer<std::vector<TenantRow>> answer) = 0;
    virtual void templates(Answer<std::vector<QByteArray>> answer) = 0;
    virtual void createTenant(NewTenant tenant, Answer<QByteArray> answer) = 0; // the file's name
    virtual void users(TenantId tenant, Answer<std::vector<UserRow>> answer) = 0;
    virtual void putUser(UserRow user, QByteArray author, Answer<UserRow> answer) = 0;
    virtual void keys(TenantId tenant, Answer<std::vector<KeyRow>> answer) = 0;
    virtual void createKey(NewKeyRequest request, Answer<CreatedKey> answer) = 0;
    virtual void revokeKey(CredentialId id, QByteArray author, Answer<KeyRow> answer) = 0;
    virtual void tools(TenantId tenant, Answer<std::vector<ToolRow>> answer) = 0;
    virtual void servers(TenantId tenant, Answer<std::vector<ServerRow>> answer) = 0;
    // Recorded. Errors: NotFound, Conflict (it is in that state already), Storage.
    virtual void changeServer(ServerCommand command, Answer<ServerRow> answer) = 0;
    virtual void confirmServer(ServerConfirmation confirmation, Answer<ServerRow> answer) = 0;
    // Nothing is written. Errors: InvalidInput (what is wrong with the text).
    virtual void draftServer(ServerSource source, Answer<ServerDraft> answer) = 0;
    // The new revision, as apply() makes it. A command that is not confirmed is held back.
    virtual void addServers(NewServers servers, Answer<QByteArray> answer) = 0;
    // Stopping cancels the call. Errors: NotFound (tenant, user).
    virtual std::stop_source tryTool(ToolTrial trial, Answer<TrialResult> answer) = 0;

    // --- sessions ---
    virtual void sessions(TenantId tenant, Answer<std::vector<SessionRow>> answer) = 0;
    // Recorded. Errors: NotFound (it has ended), InvalidInput (the modern era has no sessions).
    virtual void endSession(SessionEnd end, Answer<SessionRow> answer) = 0;
    // Messages are kept only while somebody asks for them, at least every ten seconds; the first question is recorded.
    virtual void sessionMessages(MessagesRequest request, Answer<SessionMessages> answer) = 0;

Q_SIGNALS:
    void recordsAppended();      // at most ten times a second
    void configurationChanged(); // the org moved to another revision, or identities changed
    void statusChanged();
    // Of a trial that was given an id and runs. What follows too quickly is left out, the last one never.
    void trialProgressed(const QByteArray &id, const provost::control::TrialProgress &progress);
};

} // namespace provost::control
