// DraftStore: the edited texts of the org directory on disk, so that they survive a crash and so that the simulator can
// decide against them. One JSON file, replaced as a whole: after a crash it holds the former draft or the new one.
// INVARIANT: keeps nothing in memory; whoever writes last wins.
// Thread: ui thread.
#pragma once

#include "server/base/result.h"

#include <QByteArray>
#include <QString>

#include <vector>

namespace provost::ui {

struct DraftFile
{
    QByteArray name; // within the org directory
    QByteArray base; // the text that the draft began with, UTF-8
    QByteArray text; // UTF-8
    bool operator==(const DraftFile &) const = default;
};

struct Draft
{
    QByteArray revision; // that the bases are from
    std::vector<DraftFile> files;

    [[nodiscard]] bool isEmpty() const { return files.empty(); }
    [[nodiscard]] const DraftFile *find(const QByteArray &name) const;
    [[nodiscard]] DraftFile *find(const QByteArray &name);
    void remove(const QByteArray &name);
    bool operator==(const Draft &) const = default;
};

class DraftStore
{
public:
    // `folder` is made when it is needed; empty: "drafts" in the application's data folder.
    explicit DraftStore(QString folder = {});

    // An empty draft where none was kept. Errors: Storage, InvalidInput (the file is not one of ours).
    [[nodiscard]] Result<Draft> load() const;
    // An empty draft takes the file away. Errors: Storage.
    [[nodiscard]] Result<void> save(const Draft &draft) const;

private:
    [[nodiscard]] QString path() const;

    QString m_folder;
};

} // namespace provost::ui
