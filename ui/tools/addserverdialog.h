// AddServerDialog: a tool server from whatever one has at hand: a command line, a URL, the JSON of an MCP client. Shows the
// file that will be written and each command to the letter; only what is agreed to here runs at once, the rest waits.
// INVARIANT: what is written is what is shown; a change of the text takes agreements back.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"

#include <QDialog>
#include <QTimer>

class QCheckBox;
class QVBoxLayout;

namespace provost::ui {

class Button;
class CodeEditor;
class EmptyState;
class Label;
class LineField;

class AddServerDialog : public QDialog
{
    Q_OBJECT

public:
    // `control` outlives the dialog. `tenant` is served by it; empty: every tenant.
    AddServerDialog(control::ControlPlane &control, QByteArray author, TenantId tenant,
                    QWidget *parent);

    // Of the first server that was added: "acme-corp/memory"; valid once accepted.
    [[nodiscard]] QByteArray addedKey() const;

private:
    QWidget *buildPreview();
    void read();
    void showDraft(const Result<control::ServerDraft> &answer);
    void showRead(bool some);
    void showCommands();
    void check();
    void submit();

    control::ControlPlane &m_control;
    const QByteArray m_author;
    const TenantId m_tenant;
    control::ServerDraft m_draft; // without servers: there is none
    int m_asked = 0;
    bool m_waiting = false;
    QTimer m_readSoon;

    CodeEditor *m_text = nullptr;
    LineField *m_id = nullptr;
    Label *m_understood = nullptr;
    Label *m_notes = nullptr;
    EmptyState *m_nothing = nullptr;
    QWidget *m_preview = nullptr;
    Label *m_file = nullptr;
    CodeEditor *m_yaml = nullptr;
    QWidget *m_commands = nullptr;
    QVBoxLayout *m_commandsColumn = nullptr;
    std::vector<std::pair<QCheckBox *, QByteArray>> m_agreed; // and the digests
    LineField *m_reason = nullptr;
    Label *m_trouble = nullptr;
    Button *m_add = nullptr;
};

} // namespace provost::ui
