// FakeControlPlane: a control plane for tests of the console. Every question is answered at once: what a test has put into
// the public members is given, everything else is "unavailable". Subclass it to answer by the question.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"

namespace provost::testing {

class FakeControlPlane : public control::ControlPlane
{
public:
    template <class T>
    using Given = std::optional<T>;

    Given<control::ServerStatus> givenStatus;
    Given<control::Overview> givenOverview;
    Given<control::OrgState> givenOrg;
    Given<std::vector<control::TenantRow>> givenTenants;
    Given<control::Vocabulary> givenVocabulary;
    QStringList asked; // names of the questions, in order

    void status(control::Answer<control::ServerStatus> answer) override
    {
        give("status", givenStatus, answer);
    }
    std::stop_source overview(TenantId, control::TimeRange,
                              control::Answer<control::Overview> answer) override
    {
        return give("overview", givenOverview, answer);
    }
    std::stop_source auditPage(control::AuditPageRequest,
                               control::Answer<control::AuditPage> answer) override
    {
        return refuse("auditPage", answer);
    }
    std::stop_source auditCount(control::AuditQuery,
                                control::Answer<control::AuditCount> answer) override
    {
        return refuse("auditCount", answer);
    }
    std::stop_source
    auditHistogram(control::AuditQuery, int,
                   control::Answer<std::vector<control::HistogramBucket>> answer) override
    {
        return refuse("auditHistogram", answer);
    }
    std::stop_source auditFacets(control::AuditQuery,
                                 control::Answer<std::vector<control::Facet>> answer) override
    {
        return refuse("auditFacets", answer);
    }
    void auditDetail(control::RecordId, control::Answer<control::AuditDetail> answer) override
    {
        refuse("auditDetail", answer);
    }
    void why(control::RecordId, control::Answer<control::Why> answer) override
    {
        refuse("why", answer);
    }
    std::stop_source auditExport(control::AuditQuery, QString, QByteArray,
                                 control::Answer<std::int64_t> answer) override
    {
        return refuse("auditExport", answer);
    }
    [[nodiscard]] control::FilterCheck checkFilter(QByteArrayView) const override { return {}; }
    [[nodiscard]] std::vector<control::FilterCandidate> completeFilter(QByteArrayView,
                                                                       int) const override
    {
        return {};
    }
    void orgState(control::Answer<control::OrgState> answer) override
    {
        give("orgState", givenOrg, answer);
    }
    void checkDraft(std::vector<control::OrgFile>,
                    control::Answer<control::DraftCheck> answer) override
    {
        refuse("checkDraft", answer);
    }
    void editPolicy(QByteArray, control::PolicyEdit, control::Answer<QByteArray> answer) override
    {
        refuse("editPolicy", answer);
    }
    void apply(control::ChangeRequest, control::Answer<QByteArray> answer) override
    {
        refuse("apply", answer);
    }
    void history(int, control::Answer<std::vector<control::Revision>> answer) override
    {
        refuse("history", answer);
    }
    void orgAt(QByteArray, control::Answer<control::OrgState> answer) override
    {
        refuse("orgAt", answer);
    }
    void rollBack(QByteArray, QByteArray, QByteArray, control::Answer<QByteArray> answer) override
    {
        refuse("rollBack", answer);
    }
    void vocabulary(TenantId, control::Answer<control::Vocabulary> answer) override
    {
        give("vocabulary", givenVocabulary, answer);
    }
    void simulate(control::Simulation, control::Answer<control::SimulationResult> answer) override
    {
        refuse("simulate", answer);
    }
    void tenants(control::Answer<std::vector<control::TenantRow>> answer) override
    {
        give("tenants", givenTenants, answer);
    }
    void templates(control::Answer<std::vector<QByteArray>> answer) override
    {
        refuse("templates", answer);
    }
    void createTenant(control::NewTenant, control::Answer<QByteArray> answer) override
    {
        refuse("createTenant", answer);
    }
    void users(TenantId, control::Answer<std::vector<control::UserRow>> answer) override
    {
        refuse("users", answer);
    }
    void putUser(control::UserRow, QByteArray, control::Answer<control::UserRow> answer) override
    {
        refuse("putUser", answer);
    }
    void keys(TenantId, control::Answer<std::vector<control::KeyRow>> answer) override
    {
        refuse("keys", answer);
    }
    void createKey(control::NewKeyRequest, control::Answer<control::CreatedKey> answer) override
    {
        refuse("createKey", answer);
    }
    void revokeKey(CredentialId, QByteArray, control::Answer<control::KeyRow> answer) override
    {
        refuse("revokeKey", answer);
    }
    void tools(TenantId, control::Answer<std::vector<control::ToolRow>> answer) override
    {
        refuse("tools", answer);
    }
    void servers(TenantId, control::Answer<std::vector<control::ServerRow>> answer) override
    {
        refuse("servers", answer);
    }

protected:
    template <class T>
    std::stop_source give(const char *question, const std::optional<T> &given,
                          const control::Answer<T> &answer)
    {
        if (!given) {
            return refuse(question, answer);
        }
        asked << QString::fromLatin1(question);
        answer.deliver(*given);
        return {};
    }

    template <class T>
    std::stop_source refuse(const char *question, const control::Answer<T> &answer)
    {
        asked << QString::fromLatin1(question);
        answer.deliver(fail(ErrorCode::Unavailable, QStringLiteral("not given by this test")));
        return {};
    }
};

} // namespace provost::testing
