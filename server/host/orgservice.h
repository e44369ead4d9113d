// OrgService: the org directory in force: its repository, the revision that is served, and the way to another one.
// INVARIANT: what is served is a revision in the repository's history, or nothing.
// Thread: the control thread.
#pragma once

#include "server/control/types.h"
#include "server/host/administration.h"
#include "server/host/serverholds.h"
#include "server/tenancy/tenancy.h"

#include "server/org/orgrepository.h"

#include <memory>

namespace provost::host {

class OrgService
{
public:
    OrgService(std::unique_ptr<org::OrgRepository> repository, tenancy::Tenancy &tenancy,
               Administration &administration, ServerHolds &holds);

    // Reads the org directory as it is on disk and serves it. Errors: InvalidInput with the diagnostics; what was
    // served stays.
    [[nodiscard]] Result<void> reload(const QByteArray &author);
    // True when the directory or its history moved since it was last read.
    [[nodiscard]] bool hasMoved() const;

    // Writes, commits, records and serves. The new revision. Errors: InvalidInput, Conflict, Storage.
    [[nodiscard]] Result<QByteArray> apply(const control::ChangeRequest &change);
    [[nodiscard]] Result<QByteArray> rollBack(const QByteArray &revision, const QByteArray &reason,
                                              const QByteArray &author);

    [[nodiscard]] const QByteArray &revision() const { return m_revision; }
    [[nodiscard]] const std::vector<control::OrgFile> &files() const { return m_files; }
    [[nodiscard]] const QByteArray &problem() const
    {
        return m_problem;
    } // of the last reload; empty if none
    [[nodiscard]] const org::OrgRepository &repository() const { return *m_repository; }
    [[nodiscard]] tenancy::Tenancy &tenancy() const { return m_tenancy; }

private:
    [[nodiscard]] Result<void> serve(QByteArray revision, std::vector<control::OrgFile> files);

    std::unique_ptr<org::OrgRepository> m_repository;
    tenancy::Tenancy &m_tenancy;
    Administration &m_administration;
    ServerHolds &m_holds;
    QByteArray m_revision;
    std::vector<control::OrgFile> m_files;
    QByteArray m_problem;
};

} // namespace provost::host
