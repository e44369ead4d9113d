#include "ui/tools/addserverdialog.h"

#include "ui/kit/button.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/scrollarea.h"
#include "ui/kit/states.h"
#include "ui/tools/commandview.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QScreen>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds readDelay{250}; // while somebody types
constexpr int dialogWidth = 760;
constexpr int dialogHeight = 720;
constexpr int screenMargin = 80; // for the frame of the window
constexpr int previewHeight = 420;

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

} // namespace

AddServerDialog::AddServerDialog(ControlPlane &control, QByteArray author, TenantId tenant,
                                 QWidget *parent)
    : QDialog(parent)
    , m_control(control)
    , m_author(std::move(author))
    , m_tenant(std::move(tenant))
{
    setObjectName(u"addServer"_s);
    setWindowTitle(tr("Add a tool server"));
    setAttribute(Qt::WA_DeleteOnClose);
    setModal(true);
    setMinimumWidth(dialogWidth);
    // Large enough for what is read later: a window that grows may grow beyond the screen.
    resize(dialogWidth,
           std::min(dialogHeight, screen()->availableGeometry().height() - screenMargin));
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(20, 18, 20, 16);
    column->setSpacing(10);
    column->addWidget(new Label(tr("Add a tool server"), TextRole::Title, this));
    auto *const about = new Label(
        m_tenant.isEmpty()
            ? tr("Paste a command line, a URL, or the JSON of an MCP client. The server serves "
                 "every tenant.")
            : tr("Paste a command line, a URL, or the JSON of an MCP client. The server serves %1.")
                  .arg(text(m_tenant.value)),
        TextRole::Body, this);
    about->setWordWrap(true);
    column->addWidget(about);
    m_text = new CodeEditor(u"addServer.text"_s, tr("Command line, URL or JSON"),
                            CodeLanguage::Plain, this);
    m_text->setHeightToLines(3, 8);
    column->addWidget(m_text);
    m_understood = new Label({}, TextRole::Caption, this);
    m_understood->setObjectName(u"addServer.understood"_s);
    m_understood->setWordWrap(true);
    column->addWidget(m_understood);
    m_nothing = new EmptyState(Icon::Tools, tr("Nothing is read yet"), this);
    m_nothing->setDetail(tr("The file that would be written, and the command that would run, are "
                            "shown here before anything happens."));
    column->addWidget(m_nothing, 1);
    column->addWidget(buildPreview(), 1);

    auto *const form = new Form(this);
    m_reason = new LineField(u"addServer.reason"_s, tr("Reason"), form);
    m_reason->setPlaceholderText(tr("for the history: why it is needed"));
    form->addRow(tr("Reason"), m_reason);
    column->addWidget(form);
    m_trouble = new Label({}, TextRole::Body, this);
    m_trouble->setObjectName(u"addServer.trouble"_s);
    m_trouble->setTone(Tone::Deny);
    m_trouble->setWordWrap(true);
    m_trouble->hide();
    column->addWidget(m_trouble);
    auto *const buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    auto *const cancel = new Button(tr("Cancel"), ButtonKind::Outlined, this);
    cancel->setObjectName(u"addServer.cancel"_s);
    m_add = new Button(tr("Add server"), ButtonKind::Primary, this);
    m_add->setObjectName(u"addServer.add"_s);
    m_add->setDefault(true);
    buttons->addStretch(1);
    buttons->addWidget(cancel);
    buttons->addWidget(m_add);
    column->addLayout(buttons);

    m_readSoon.setSingleShot(true);
    m_readSoon.setInterval(readDelay);
    connect(&m_readSoon, &QTimer::timeout, this, &AddServerDialog::read);
    const auto soon = [this] {
        ++m_asked; // what was read of the former text no longer holds
        m_draft = {};
        m_readSoon.start();
        check();
    };
    connect(m_text, &CodeEditor::textChanged, this, soon);
    connect(m_id, &QLineEdit::textEdited, this, soon);
    connect(m_reason, &QLineEdit::textChanged, this, &AddServerDialog::check);
    connect(cancel, &Button::clicked, this, &QDialog::reject);
    connect(m_add, &Button::clicked, this, &AddServerDialog::submit);
    check();
}

QWidget *AddServerDialog::buildPreview()
{
    m_preview = new QWidget(this);
    auto *const outer = new QVBoxLayout(m_preview);
    outer->setContentsMargins(0, 0, 0, 0);
    auto *const scroll = new ScrollArea(m_preview);
    scroll->setMinimumHeight(previewHeight);
    auto *const content = new QWidget;
    auto *const column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(10);
    auto *const form = new Form(content);
    m_id = new LineField(u"addServer.id"_s, tr("Name of the server"), form);
    m_id->setMono();
    form->addRow(tr("Name"), m_id)->setHint(tr("Its tools are called <name>__<tool>"));
    column->addWidget(form);
    m_notes = new Label({}, TextRole::Body, content);
    m_notes->setObjectName(u"addServer.notes"_s);
    m_notes->setTone(Tone::Ask);
    m_notes->setWordWrap(true);
    column->addWidget(m_notes);
    m_file = new Label({}, TextRole::Heading, content);
    column->addWidget(m_file);
    m_yaml = new CodeEditor(u"addServer.yaml"_s, tr("File that is written"), CodeLanguage::Yaml,
                            content);
    m_yaml->setReadOnly(true);
    m_yaml->setHeightToLines(4, 12);
    column->addWidget(m_yaml);
    m_commandsColumn = new QVBoxLayout;
    column->addLayout(m_commandsColumn);
    column->addStretch(1);
    scroll->setContent(content);
    outer->addWidget(scroll);
    m_preview->hide();
    return m_preview;
}

QByteArray AddServerDialog::addedKey() const
{
    return m_draft.servers.empty() || m_tenant.isEmpty()
               ? QByteArray()
               : m_tenant.value + '/' + m_draft.servers.front().id.value;
}

void AddServerDialog::read()
{
    m_control.draftServer({.tenant = m_tenant,
                           .text = m_text->text().toUtf8(),
                           .id = ServerId(m_id->text().toUtf8())},
                          {this, [this, asked = ++m_asked](const auto &answer) {
                               if (asked == m_asked)
                                   showDraft(answer);
                           }});
}

void AddServerDialog::showDraft(const Result<ServerDraft> &answer)
{
    m_understood->setTone(answer ? Tone::Muted : Tone::Deny);
    if (!answer) {
        m_understood->setText(u"✕ "_s + answer.error().message);
        showRead(false); // what was read before is not what stands there now
        check();
        return;
    }
    m_draft = *answer;
    m_understood->setText(tr("Read as %1.").arg(text(m_draft.understoodAs)));
    QStringList notes;
    for (const QByteArray &note : m_draft.notes)
        notes.append(u"! "_s + text(note));
    m_notes->setText(notes.join(u'\n'));
    m_file->setText(tr("Will be written to %1").arg(text(m_draft.file.name)));
    m_yaml->setText(text(m_draft.file.bytes));
    const bool single = m_draft.servers.size() == 1;
    if (single && m_id->text().isEmpty())
        m_id->setPlaceholderText(text(m_draft.servers.front().id.value));
    m_id->setEnabled(single);
    showCommands();
    m_nothing->hide();
    m_preview->show();
    showRead(true);
    check();
}

// The name stays: it may be what is wrong.
void AddServerDialog::showRead(bool some)
{
    m_notes->setVisible(some && !m_draft.notes.empty());
    for (QWidget *const part : std::initializer_list<QWidget *>{m_file, m_yaml, m_commands}) {
        if (part != nullptr)
            part->setVisible(some);
    }
}

void AddServerDialog::showCommands()
{
    m_agreed.clear();
    if (m_commands != nullptr) {
        m_commands->hide();
        m_commands->deleteLater();
    }
    m_commands = new QWidget(m_preview);
    auto *const column = new QVBoxLayout(m_commands);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    for (const ServerRow &server : m_draft.servers) {
        if (server.command.empty())
            continue;
        column->addWidget(new Label(tr("What %1 runs on this machine").arg(text(server.id.value)),
                                    TextRole::Heading, m_commands));
        column->addWidget(new CommandView(server, m_commands));
        auto *const agree =
            new QCheckBox(tr("I have looked at this command: it may run"), m_commands);
        agree->setObjectName(u"addServer.agree."_s + text(server.id.value));
        agree->setToolTip(plainToolTip(tr(
            "Without this the server is added, and waits until somebody confirms its command.")));
        column->addWidget(agree);
        m_agreed.emplace_back(agree, server.commandDigest);
    }
    m_commandsColumn->addWidget(m_commands);
    m_commands->show();
}

void AddServerDialog::check()
{
    QString blocked;
    if (m_waiting)
        blocked = tr("Waiting for the answer");
    else if (m_draft.servers.empty())
        blocked = tr("There is nothing to add yet");
    else if (m_reason->text().trimmed().isEmpty())
        blocked = tr("Give a reason");
    setBlocked(*m_add, blocked);
}

void AddServerDialog::submit()
{
    NewServers added{
        .file = m_draft.file, .reason = m_reason->text().trimmed().toUtf8(), .author = m_author};
    for (const auto &[box, digest] : m_agreed) {
        if (box->isChecked())
            added.confirmedCommands.push_back(digest);
    }
    m_waiting = true;
    m_trouble->hide();
    check();
    m_control.addServers(std::move(added),
                         {this, [this](const Result<QByteArray> &answer) {
                              m_waiting = false;
                              if (answer) {
                                  accept();
                                  return;
                              }
                              m_trouble->setText(u"✕ "_s + answer.error().message);
                              m_trouble->show();
                              check();
                          }});
}

} // namespace provost::ui
