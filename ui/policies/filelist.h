// FileList: the files of the org directory in groups (tenants, tool servers, tests, settings); a dot and a word tell
// which were changed.
// Thread: ui thread.
#pragma once

#include "ui/policies/policiespresenter.h"

#include <QListWidget>

namespace provost::ui {

class FileList : public QListWidget
{
    Q_OBJECT

public:
    explicit FileList(QWidget *parent = nullptr);

    void setFiles(const std::vector<PoliciesPresenter::File> &files);
    // Does not emit.
    void setCurrentFile(const QByteArray &name);
    [[nodiscard]] QByteArray currentFile() const;

Q_SIGNALS:
    // By the user.
    void fileChosen(const QByteArray &name);

private:
    std::vector<PoliciesPresenter::File> m_files;
};

} // namespace provost::ui
