#include "server/org/orgrepository.h"

#include "server/org/gitobject.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

#include <algorithm>

namespace provost::org {

namespace {

constexpr int revisionSymbols = 12;

QByteArray shortened(const git_oid *oid)
{
    char text[GIT_OID_HEXSZ + 1];
    git_oid_tostr(text, sizeof text, oid);
    return {text, revisionSymbols};
}

WallTime timeOf(const git_signature *signature)
{
    return WallTime(std::chrono::seconds(signature->when.time));
}

GitCommit headCommit(git_repository *repository)
{
    git_oid head;
    int status = git_reference_name_to_id(&head, repository, "HEAD");
    if (status != 0)
        return nullptr;
    return take<GitCommit>(status, git_commit_lookup, repository, &head);
}

std::vector<QByteArray> changedFiles(git_repository *repository, git_commit *commit)
{
    int status = 0;
    const auto tree = take<GitTree>(status, git_commit_tree, commit);
    GitTree parentTree;
    if (git_commit_parentcount(commit) > 0) {
        const auto parent = take<GitCommit>(status, git_commit_parent, commit, 0U);
        if (parent)
            parentTree = take<GitTree>(status, git_commit_tree, parent.get());
    }
    const auto diff = take<GitDiff>(status, git_diff_tree_to_tree, repository, parentTree.get(),
                                    tree.get(), nullptr);
    std::vector<QByteArray> files;
    for (std::size_t i = 0; diff && i < git_diff_num_deltas(diff.get()); ++i)
        files.emplace_back(git_diff_get_delta(diff.get(), i)->new_file.path);
    return files;
}

// A link below the org directory could lead a write out of it.
bool passesThroughLink(const std::filesystem::path &top, const QByteArray &name)
{
    std::filesystem::path at = top;
    for (const QByteArray &part : name.split('/')) {
        at /= part.toStdString();
        std::error_code error;
        if (std::filesystem::is_symlink(std::filesystem::symlink_status(at, error)))
            return true;
    }
    return false;
}

Result<void> writeFile(const QString &path, const QByteArray &text)
{
    QDir().mkpath(QFileInfo(path).path());
    QSaveFile file(path); // replaces the file whole or not at all
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit())
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot write `%1`: %2").arg(path, file.errorString()));
    return {};
}

// Stages exactly the org's files: what decides is in history, whatever .gitignore says, and nothing else is.
Result<void> stageFiles(git_repository *repository, const std::vector<File> &files)
{
    int status = 0;
    const auto index = take<GitIndex>(status, git_repository_index, repository);
    if (!index)
        return gitFailure(QStringLiteral("cannot read the index of the org directory"));
    const auto isThere = [&](const char *path) {
        return std::any_of(files.begin(), files.end(),
                           [&](const File &file) { return file.name == path; });
    };
    std::vector<QByteArray> gone;
    for (std::size_t i = 0; i < git_index_entrycount(index.get()); ++i) {
        const char *path = git_index_get_byindex(index.get(), i)->path;
        if (isOrgFileName(path) && !isThere(path))
            gone.emplace_back(path);
    }
    for (const QByteArray &path : gone)
        git_index_remove_bypath(index.get(), path.constData());
    for (const File &file : files) {
        if (git_index_add_bypath(index.get(), file.name.constData()) != 0)
            return gitFailure(
                QStringLiteral("cannot stage `%1`").arg(QString::fromUtf8(file.name)));
    }
    if (git_index_write(index.get()) != 0)
        return gitFailure(QStringLiteral("cannot write the index of the org directory"));
    return {};
}

} // namespace

Result<std::unique_ptr<OrgRepository>> OrgRepository::open(std::filesystem::path directory,
                                                           const Clock &clock)
{
    git_libgit2_init();
    // The administrator named this directory; who owns it is the operating system's matter.
    git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1);
    // What a user's or the system's git configuration says must not change what a commit means.
    for (const int level : {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL,
                            GIT_CONFIG_LEVEL_PROGRAMDATA})
        git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, "");
    std::error_code error;
    std::filesystem::create_directories(directory, error);
    git_repository *repository = nullptr;
    int status = git_repository_open_ext(&repository, directory.c_str(),
                                         GIT_REPOSITORY_OPEN_NO_SEARCH, nullptr);
    if (status != 0) {
        git_repository_init_options options = GIT_REPOSITORY_INIT_OPTIONS_INIT;
        options.flags = GIT_REPOSITORY_INIT_NO_REINIT | GIT_REPOSITORY_INIT_MKPATH;
        options.initial_head = "main";
        status = git_repository_init_ext(&repository, directory.c_str(), &options);
    }
    if (status != 0) {
        const auto failure =
            gitFailure(QStringLiteral("cannot open the org directory `%1` as a git repository")
                           .arg(QString::fromStdString(directory.string())));
        git_libgit2_shutdown();
        return failure;
    }
    return std::unique_ptr<OrgRepository>(
        new OrgRepository(std::move(directory), clock, repository));
}

OrgRepository::OrgRepository(std::filesystem::path directory, const Clock &clock,
                             git_repository *repository)
    : m_directory(std::move(directory))
    , m_clock(clock)
    , m_repository(repository)
{
}

OrgRepository::~OrgRepository()
{
    git_repository_free(m_repository);
    git_libgit2_shutdown();
}

Result<std::vector<File>> OrgRepository::workingFiles() const
{
    return readOrgFiles(m_directory);
}

QByteArray OrgRepository::revision() const
{
    const auto head = headCommit(m_repository);
    return head ? shortened(git_commit_id(head.get())) : QByteArray();
}

bool OrgRepository::hasOutsideEdits() const
{
    const auto working = workingFiles();
    const auto committed = filesAt(revision());
    // What cannot be read now counts as edited: reading it again will tell what is wrong.
    return !working || !committed || *working != *committed;
}

Result<QByteArray> OrgRepository::commitOutsideEdits(const QByteArray &author,
                                                     const QByteArray &reason)
{
    if (!revision().isEmpty() && !hasOutsideEdits())
        return revision();
    TRY_LET(const std::vector<File> files, workingFiles());
    TRY_DO(stageFiles(m_repository, files));
    return commit(author, reason);
}

Result<QByteArray> OrgRepository::commit(const QByteArray &author, const QByteArray &reason)
{
    int status = 0;
    const auto index = take<GitIndex>(status, git_repository_index, m_repository);
    git_oid treeId;
    if (!index || git_index_write_tree(&treeId, index.get()) != 0)
        return gitFailure(QStringLiteral("cannot write the org directory's tree"));
    const auto tree = take<GitTree>(status, git_tree_lookup, m_repository, &treeId);
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(m_clock.now().time_since_epoch()).count();
    const QByteArray name = author.isEmpty() ? QByteArray("provost") : author;
    const auto signature = take<GitSignature>(status, git_signature_new, name.constData(),
                                              "provost@localhost", git_time_t(seconds), 0);
    const auto parent = headCommit(m_repository);
    const git_commit *parents[] = {parent.get()};
    git_oid commitId;
    if (!tree || !signature
        || git_commit_create(&commitId, m_repository, "HEAD", signature.get(), signature.get(),
                             "UTF-8", reason.constData(), tree.get(), parent ? 1 : 0, parents)
               != 0)
        return gitFailure(QStringLiteral("cannot commit to the org directory"));
    return shortened(&commitId);
}

Result<QByteArray> OrgRepository::apply(const Change &change)
{
    if (change.reason.trimmed().isEmpty())
        return fail(ErrorCode::InvalidInput, QStringLiteral("a change needs a reason"));
    for (const File &file : change.files) {
        if (!isOrgFileName(file.name))
            return fail(
                ErrorCode::InvalidInput,
                QStringLiteral(
                    "`%1` is not the name of a file of an org directory, such as tenants/acme.yaml")
                    .arg(QString::fromUtf8(file.name)));
    }
    TRY_DO(commitOutsideEdits("outside", "Edited outside Provost"));
    if (!change.expectedRevision.isEmpty() && change.expectedRevision != revision())
        return fail(ErrorCode::Conflict,
                    QStringLiteral("the policies have changed since you opened them (now at "
                                   "revision %1); compare and apply again")
                        .arg(QString::fromUtf8(revision())));
    TRY_LET(const std::vector<File> before, workingFiles());
    auto applied = [&]() -> Result<QByteArray> {
        TRY_DO(writeFiles(change.files));
        TRY_LET(const std::vector<File> after, workingFiles());
        TRY_DO(stageFiles(m_repository, after));
        return commit(change.author, change.reason);
    }();
    if (!applied)
        restore(before, change.files);
    return applied;
}

Result<void> OrgRepository::writeFiles(const std::vector<File> &files) const
{
    for (const File &file : files) {
        if (passesThroughLink(m_directory, file.name))
            return fail(
                ErrorCode::InvalidInput,
                QStringLiteral(
                    "`%1` is a link or lies behind one; the org directory holds plain files only")
                    .arg(QString::fromUtf8(file.name)));
        const QString path =
            QString::fromStdString((m_directory / file.name.toStdString()).string());
        if (!file.bytes.isEmpty())
            TRY_DO(writeFile(path, file.bytes));
        else if (QFile::exists(path) && !QFile::remove(path))
            return fail(ErrorCode::Storage, QStringLiteral("cannot remove `%1`").arg(path));
    }
    return {};
}

// Puts back what a change that failed half-way has written. What cannot be put back shows as an outside edit.
void OrgRepository::restore(const std::vector<File> &before, const std::vector<File> &touched) const
{
    std::vector<File> old;
    for (const File &file : touched) {
        const auto was = std::find_if(before.begin(), before.end(),
                                      [&](const File &known) { return known.name == file.name; });
        old.push_back(was != before.end() ? *was : File{file.name, {}});
    }
    static_cast<void>(writeFiles(old));
}

Result<std::vector<Commit>> OrgRepository::history(int commitsMax) const
{
    std::vector<Commit> commits;
    int status = 0;
    const auto walk = take<GitRevwalk>(status, git_revwalk_new, m_repository);
    if (!walk || git_revwalk_push_head(walk.get()) != 0)
        return commits; // no commit yet
    git_revwalk_sorting(walk.get(), GIT_SORT_TOPOLOGICAL);
    git_oid id;
    while (static_cast<int>(commits.size()) < commitsMax
           && git_revwalk_next(&id, walk.get()) == 0) {
        const auto commit = take<GitCommit>(status, git_commit_lookup, m_repository, &id);
        if (!commit)
            return gitFailure(QStringLiteral("cannot read the history of the org directory"));
        const git_signature *author = git_commit_author(commit.get());
        commits.push_back({shortened(&id), timeOf(author), author->name,
                           QByteArray(git_commit_message(commit.get())).trimmed(),
                           changedFiles(m_repository, commit.get())});
    }
    return commits;
}

Result<std::vector<File>> OrgRepository::filesAt(const QByteArray &revision) const
{
    const auto unknown = [&] {
        return fail(ErrorCode::NotFound,
                    QStringLiteral("revision `%1` is not in the history of the org directory")
                        .arg(QString::fromUtf8(revision)));
    };
    // Only hashes: revision expressions would let a record's text walk the history.
    const bool isHash =
        revision.size() >= 7 && std::all_of(revision.begin(), revision.end(), [](char c) {
            return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
        });
    int status = 0;
    if (!isHash)
        return unknown();
    git_oid prefix;
    if (git_oid_fromstrn(&prefix, revision.constData(), static_cast<std::size_t>(revision.size()))
        != 0)
        return unknown();
    const auto commit = take<GitCommit>(status, git_commit_lookup_prefix, m_repository, &prefix,
                                        static_cast<std::size_t>(revision.size()));
    if (!commit)
        return unknown();
    const auto tree = take<GitTree>(status, git_commit_tree, commit.get());
    if (!tree)
        return unknown();
    struct Walk
    {
        git_repository *repository;
        std::vector<File> files;
    } walk{m_repository, {}};
    const auto visit = [](const char *folder, const git_tree_entry *entry, void *payload) {
        auto &state = *static_cast<Walk *>(payload);
        const QByteArray name = QByteArray(folder) + git_tree_entry_name(entry);
        if (git_tree_entry_type(entry) != GIT_OBJECT_BLOB || !isOrgFileName(name))
            return 0;
        int found = 0;
        const auto blob =
            take<GitBlob>(found, git_blob_lookup, state.repository, git_tree_entry_id(entry));
        if (blob)
            state.files.push_back(
                {name, QByteArray(static_cast<const char *>(git_blob_rawcontent(blob.get())),
                                  static_cast<qsizetype>(git_blob_rawsize(blob.get())))});
        return 0;
    };
    git_tree_walk(tree.get(), GIT_TREEWALK_PRE, visit, &walk);
    std::sort(walk.files.begin(), walk.files.end(),
              [](const File &a, const File &b) { return a.name < b.name; });
    return std::move(walk.files);
}

} // namespace provost::org
