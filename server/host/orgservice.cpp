#include "server/host/orgservice.h"

namespace provost::host {

using tenancy::CheckedOrg;
using tenancy::checkOrg;
using tenancy::errorsOf;

OrgService::OrgService(std::unique_ptr<org::OrgRepository> repository, tenancy::Tenancy &tenancy,
                       Administration &administration, ServerHolds &holds)
    : m_repository(std::move(repository))
    , m_tenancy(tenancy)
    , m_administration(administration)
    , m_holds(holds)
{
}

bool OrgService::hasMoved() const
{
    return m_repository->revision() != m_revision || m_repository->hasOutsideEdits();
}

Result<void> OrgService::reload(const QByteArray &author)
{
    auto outcome = [&]() -> Result<void> {
        TRY_LET(auto files, m_repository->workingFiles());
        // What has errors is neither served nor committed, so that every commit is a revision that could decide.
        if (const QByteArray errors = errorsOf(checkOrg(files, {}).diagnostics); !errors.isEmpty())
            return fail(ErrorCode::InvalidInput,
                        QStringLiteral("the org directory has errors%1:\n%2")
                            .arg(m_revision.isEmpty() ? QString() // nothing was served yet
                                                      : QStringLiteral("; what was served stays"),
                                 QString::fromUtf8(errors)));
        TRY_LET(auto revision, m_repository->commitOutsideEdits(author, "Edited outside Provost"));
        if (revision == m_revision)
            return {};
        TRY_DO(m_administration.record(
            {.action = "policy_change",
             .author = author,
             .reason = "read from the org directory",
             .details = Json::object({{"revision", revision}, {"before", m_revision}})}));
        return serve(std::move(revision), std::move(files));
    }();
    m_problem = outcome ? QByteArray() : outcome.error().message.toUtf8();
    return outcome;
}

Result<void> OrgService::serve(QByteArray revision, std::vector<control::OrgFile> files)
{
    const CheckedOrg checked = checkOrg(files, revision);
    TRY_DO(m_holds.acceptServed(checked.revision.servers));
    TRY_DO(m_tenancy.adopt(checked.revision));
    m_revision = std::move(revision);
    m_files = std::move(files);
    return {};
}

Result<QByteArray> OrgService::apply(const control::ChangeRequest &change)
{
    if (m_repository->hasOutsideEdits())
        TRY_DO(reload("outside"));
    std::vector<control::OrgFile> next = m_files;
    for (const control::OrgFile &changed : change.files) {
        const auto known =
            std::find_if(next.begin(), next.end(),
                         [&](const control::OrgFile &file) { return file.name == changed.name; });
        if (known == next.end())
            next.push_back(changed);
        else
            known->bytes = changed.bytes;
    }
    const CheckedOrg checked = checkOrg(next, {});
    if (const QByteArray errors = errorsOf(checked.diagnostics); !errors.isEmpty())
        return fail(ErrorCode::InvalidInput, QString::fromUtf8(errors));
    TRY_DO(m_holds.holdNew(checked.revision.servers));
    const QByteArray before = m_revision;
    TRY_LET(
        const QByteArray revision,
        m_repository->apply({change.files, change.author, change.reason, change.expectedRevision}));
    TRY_DO(m_administration.record(
        {.action = "policy_change",
         .author = change.author,
         .reason = change.reason,
         .details = Json::object({{"revision", revision}, {"before", before}})}));
    TRY_LET(auto files, m_repository->workingFiles());
    TRY_DO(serve(revision, std::move(files)));
    return revision;
}

Result<QByteArray> OrgService::rollBack(const QByteArray &revision, const QByteArray &reason,
                                        const QByteArray &author)
{
    TRY_LET(std::vector<control::OrgFile> old, m_repository->filesAt(revision));
    // A file that did not exist then is removed; no bytes says so.
    for (const control::OrgFile &file : m_files) {
        const auto existed = std::any_of(old.begin(), old.end(), [&](const control::OrgFile &then) {
            return then.name == file.name;
        });
        if (!existed)
            old.push_back({file.name, {}});
    }
    return apply({.files = std::move(old),
                  .reason = reason,
                  .author = author,
                  .expectedRevision = m_revision});
}

} // namespace provost::host
