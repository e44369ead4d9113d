// OrgRepository: the org directory as a git repository, so that every revision that ever decided is in history with who,
// when and why. Usable with plain git at the same time: edits made outside are committed as such when they are read.
// INVARIANT: history is only appended to; rolling back is a new commit with old content.
// Thread: the control thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/result.h"
#include "server/org/orgfiles.h"

#include <filesystem>
#include <memory>
#include <vector>

struct git_repository;

namespace provost::org {

struct Commit
{
    QByteArray revision; // abbreviated hash, 12 symbols
    WallTime when;
    QByteArray author;
    QByteArray reason;
    std::vector<QByteArray> files; // that it changed
};

struct Change
{
    std::vector<File> files; // new content of those that change; no bytes removes the file
    QByteArray author;
    QByteArray reason;
    QByteArray expectedRevision; // Conflict if the repository has moved on; empty: do not check
};

class OrgRepository
{
public:
    // Opens `directory`, and makes it a repository if it is none. No git configuration of a user is read or needed.
    // Errors: Storage with path and need.
    [[nodiscard]] static Result<std::unique_ptr<OrgRepository>>
    open(std::filesystem::path directory, const Clock &clock);
    ~OrgRepository();

    // The YAML files as they are on disk, by name. Files in dot-folders and symbolic links are not part of an org.
    [[nodiscard]] Result<std::vector<File>> workingFiles() const;
    // The revision of the working files; commits what was edited outside first.
    [[nodiscard]] Result<QByteArray> commitOutsideEdits(const QByteArray &author,
                                                        const QByteArray &reason);
    // The last commit; empty if there is none yet.
    [[nodiscard]] QByteArray revision() const;
    // True when files on disk differ from the last commit. Reads them all.
    [[nodiscard]] bool hasOutsideEdits() const;

    // Writes the files and commits them. The new revision.
    // Errors: InvalidInput (a name outside the org directory, no reason), Conflict, Storage (nothing is changed).
    [[nodiscard]] Result<QByteArray> apply(const Change &change);

    // Newest first.
    [[nodiscard]] Result<std::vector<Commit>> history(int commitsMax) const;
    // Errors: NotFound.
    [[nodiscard]] Result<std::vector<File>> filesAt(const QByteArray &revision) const;

    [[nodiscard]] const std::filesystem::path &directory() const { return m_directory; }

    OrgRepository(const OrgRepository &) = delete;
    OrgRepository &operator=(const OrgRepository &) = delete;

private:
    OrgRepository(std::filesystem::path directory, const Clock &clock, git_repository *repository);

    [[nodiscard]] Result<QByteArray> commit(const QByteArray &author, const QByteArray &reason);
    [[nodiscard]] Result<void> writeFiles(const std::vector<File> &files) const;
    void restore(const std::vector<File> &before, const std::vector<File> &touched) const;

    const std::filesystem::path m_directory;
    const Clock &m_clock;
    git_repository *m_repository; // owned
};

} // namespace provost::org
