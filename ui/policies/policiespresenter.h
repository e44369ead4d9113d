// PoliciesPresenter: what the page on policies knows and decides: the live files, the draft over them, its check, and
// how it becomes a revision. Knows no widget.
// INVARIANT: every file of the draft differs from the live one. A file whose live text is no longer the one that the
// draft began with is in conflict, and nothing is applied until somebody has decided.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/draftstore.h"

#include <QObject>
#include <QTimer>

#include <optional>

namespace provost::ui {

class PoliciesPresenter : public QObject
{
    Q_OBJECT

public:
    struct File
    {
        QByteArray name;
        bool changed = false;
        bool conflicted = false;
        bool operator==(const File &) const = default;
    };

    PoliciesPresenter(control::ControlPlane &control, DraftStore store, QObject *parent = nullptr);

    // Asks for the live files; the first time also takes up a draft that was kept on disk.
    void refresh();
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    // Of the last question that failed; none after a success.
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }

    [[nodiscard]] QByteArray revision() const { return m_live.revision; }
    [[nodiscard]] std::vector<File> files() const;
    [[nodiscard]] bool hasFile(const QByteArray &name) const;
    // The draft's text, or the live one.
    [[nodiscard]] QByteArray text(const QByteArray &name) const;
    [[nodiscard]] QByteArray liveText(const QByteArray &name) const;

    // --- the draft ---
    [[nodiscard]] const Draft &draft() const { return m_draft; }
    [[nodiscard]] bool wasRecovered() const { return m_recovered; }
    void forgetRecovery() { m_recovered = false; }
    void setText(const QByteArray &name, const QByteArray &text);
    void edit(const QByteArray &name, const control::PolicyEdit &edit);
    void discard();
    // Writes the draft to disk now; happens by itself 5 s after a change.
    void saveNow();

    // --- its check ---
    [[nodiscard]] const control::DraftCheck &check() const { return m_check; }
    [[nodiscard]] bool isChecking() const { return m_checking; }
    // Without a check nothing is known to be right, and nothing is applied.
    [[nodiscard]] const std::optional<Error> &checkError() const { return m_checkError; }
    [[nodiscard]] int errorCount() const;
    [[nodiscard]] int warningCount() const;

    // --- how it becomes a revision ---
    [[nodiscard]] std::vector<QByteArray> conflicts() const;
    void keepMine(const QByteArray &name);
    void takeTheirs(const QByteArray &name);
    // Why apply() would do nothing, in words; empty: it would.
    [[nodiscard]] QString applyBlocked(const QString &reason) const;
    void apply(const QString &reason, const QByteArray &author);

Q_SIGNALS:
    void loaded();
    void filesChanged();
    void checked();
    // Not by setText(): editors must show it. `undoable`: as one step behind what was typed.
    void textReplaced(const QByteArray &name, const QByteArray &text, bool undoable);
    void editRefused(const provost::control::PolicyEdit &edit, const provost::Error &error);
    void applied(const QByteArray &revision);
    // The org has moved on; `inTheWay`: in files that the draft changes too.
    void movedOn(bool inTheWay);
    void applyRefused(const provost::Error &error);
    void saveFailed(const provost::Error &error);

private:
    void adopt(control::OrgState state);
    void recover();
    void rebase();
    void startCheck();
    void touch();
    [[nodiscard]] std::vector<control::OrgFile> draftFiles() const;

    control::ControlPlane &m_control;
    DraftStore m_store;
    control::OrgState m_live;
    Draft m_draft;
    control::DraftCheck m_check;
    std::optional<Error> m_error;
    std::optional<Error> m_checkError;
    QTimer m_checkTimer;
    QTimer m_saveTimer;
    quint64 m_asked = 0; // the newest check; answers to older ones are dropped
    bool m_loaded = false;
    bool m_recovered = false;
    bool m_checking = false;
    bool m_applying = false;
};

} // namespace provost::ui
