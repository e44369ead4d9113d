// RAII for libgit2's handles, and its errors as ours.
// Thread: as the handle.
#pragma once

#include "server/base/result.h"

#include <git2.h>

#include <memory>

namespace provost::org {

template <auto Free>
struct GitFree
{
    template <class T>
    void operator()(T *object) const
    {
        Free(object);
    }
};

template <class T, auto Free>
using GitObject = std::unique_ptr<T, GitFree<Free>>;

using GitCommit = GitObject<git_commit, git_commit_free>;
using GitTree = GitObject<git_tree, git_tree_free>;
using GitIndex = GitObject<git_index, git_index_free>;
using GitSignature = GitObject<git_signature, git_signature_free>;
using GitDiff = GitObject<git_diff, git_diff_free>;
using GitRevwalk = GitObject<git_revwalk, git_revwalk_free>;
using GitBlob = GitObject<git_blob, git_blob_free>;

// Calls a function that fills a handle: take<GitTree>(git_commit_tree, commit).
template <class Object, class Function, class... Arguments>
[[nodiscard]] Object take(int &status, Function function, Arguments... arguments)
{
    typename Object::pointer raw = nullptr;
    status = function(&raw, arguments...);
    return Object(raw);
}

[[nodiscard]] inline tl::unexpected<Error> gitFailure(const QString &what)
{
    const git_error *last = git_error_last();
    const QString cause = last != nullptr && last->message != nullptr
                              ? QString::fromUtf8(last->message)
                              : QStringLiteral("unknown");
    return fail(ErrorCode::Storage, what + QStringLiteral(": ") + cause);
}

} // namespace provost::org
