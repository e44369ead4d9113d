#include "ui/policies/policiespresenter.h"

#include "ui/kit/words.h"

#include <algorithm>

namespace provost::ui {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

// What the editor can hold and the draft file can keep: bytes that are no UTF-8 become replacement characters.
QByteArray asUtf8(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes).toUtf8();
}

int countOf(const std::vector<policy::Diagnostic> &diagnostics,
            policy::Diagnostic::Severity severity)
{
    return static_cast<int>(
        std::count_if(diagnostics.begin(), diagnostics.end(),
                      [&](const policy::Diagnostic &one) { return one.severity == severity; }));
}

} // namespace

PoliciesPresenter::PoliciesPresenter(control::ControlPlane &control, DraftStore store,
                                     QObject *parent)
    : QObject(parent)
    , m_control(control)
    , m_store(std::move(store))
{
    m_checkTimer.setSingleShot(true);
    m_checkTimer.setInterval(300ms);
    connect(&m_checkTimer, &QTimer::timeout, this, &PoliciesPresenter::startCheck);
    m_saveTimer.setSingleShot(true);
    m_saveTimer.setInterval(5s);
    connect(&m_saveTimer, &QTimer::timeout, this, &PoliciesPresenter::saveNow);
}

// --- the live files ---

void PoliciesPresenter::refresh()
{
    m_control.orgState({this, [this](Result<control::OrgState> answer) {
                            if (answer) {
                                adopt(*std::move(answer));
                            } else {
                                m_error = answer.error();
                                Q_EMIT loaded();
                            }
                        }});
}

void PoliciesPresenter::adopt(control::OrgState state)
{
    m_error.reset();
    const bool first = !m_loaded;
    for (control::OrgFile &file : state.files) {
        file.bytes = asUtf8(file.bytes);
    }
    if (!first && state.revision == m_live.revision && state.files == m_live.files) {
        Q_EMIT loaded();
        return;
    }
    const control::OrgState former = std::exchange(m_live, std::move(state));
    m_loaded = true;
    if (first) {
        recover();
    }
    const Draft before = m_draft;
    rebase();
    for (const control::OrgFile &file : m_live.files) {
        const bool same =
            std::find(former.files.begin(), former.files.end(), file) != former.files.end();
        if (!first && !same && m_draft.find(file.name) == nullptr) {
            Q_EMIT textReplaced(file.name, file.bytes, false);
        }
    }
    if (m_draft != before) {
        m_saveTimer.start();
    }
    Q_EMIT loaded();
    Q_EMIT filesChanged();
    if (!first && former.revision != m_live.revision && !m_draft.isEmpty()) {
        Q_EMIT movedOn(!conflicts().empty());
    }
    startCheck();
}

void PoliciesPresenter::recover()
{
    Result<Draft> kept = m_store.load();
    if (!kept) {
        Q_EMIT saveFailed(kept.error());
        return;
    }
    m_draft = *std::move(kept);
    m_recovered = !m_draft.isEmpty();
}

void PoliciesPresenter::rebase()
{
    std::erase_if(m_draft.files,
                  [this](const DraftFile &file) { return file.text == liveText(file.name); });
    if (conflicts().empty()) {
        m_draft.revision = m_live.revision;
    }
}

std::vector<PoliciesPresenter::File> PoliciesPresenter::files() const
{
    std::vector<File> files;
    for (const control::OrgFile &file : m_live.files) {
        const DraftFile *const mine = m_draft.find(file.name);
        files.push_back({file.name, mine != nullptr, mine != nullptr && mine->base != file.bytes});
    }
    for (const DraftFile &file : m_draft.files) { // removed by others meanwhile
        const bool live = std::any_of(files.begin(), files.end(),
                                      [&](const File &one) { return one.name == file.name; });
        if (!live) {
            files.push_back({file.name, true, !file.base.isEmpty()});
        }
    }
    std::sort(files.begin(), files.end(),
              [](const File &a, const File &b) { return a.name < b.name; });
    return files;
}

bool PoliciesPresenter::hasFile(const QByteArray &name) const
{
    return m_draft.find(name) != nullptr
           || std::any_of(m_live.files.begin(), m_live.files.end(),
                          [&](const control::OrgFile &file) { return file.name == name; });
}

QByteArray PoliciesPresenter::liveText(const QByteArray &name) const
{
    const auto it = std::find_if(m_live.files.begin(), m_live.files.end(),
                                 [&](const control::OrgFile &file) { return file.name == name; });
    return it == m_live.files.end() ? QByteArray() : it->bytes;
}

QByteArray PoliciesPresenter::text(const QByteArray &name) const
{
    const DraftFile *const mine = m_draft.find(name);
    return mine != nullptr ? mine->text : liveText(name);
}

// --- the draft ---

void PoliciesPresenter::setText(const QByteArray &name, const QByteArray &text)
{
    if (text == this->text(name)) {
        return;
    }
    const QByteArray live = liveText(name);
    if (text == live) {
        m_draft.remove(name);
        rebase();
    } else if (DraftFile *const mine = m_draft.find(name)) {
        mine->text = text;
    } else {
        m_draft.files.push_back({name, live, text});
    }
    touch();
}

void PoliciesPresenter::edit(const QByteArray &name, const control::PolicyEdit &edit)
{
    const QByteArray before = text(name);
    m_control.editPolicy(before, edit,
                         {this, [this, name, edit, before](Result<QByteArray> answer) {
                              if (!answer) {
                                  Q_EMIT editRefused(edit, answer.error());
                                  return;
                              }
                              // Somebody typed while the question was under way: ask again for the text as it is now.
                              if (text(name) != before) {
                                  this->edit(name, edit);
                                  return;
                              }
                              const QByteArray after = asUtf8(*answer);
                              setText(name, after);
                              Q_EMIT textReplaced(name, after, true);
                              startCheck();
                          }});
}

void PoliciesPresenter::discard()
{
    const Draft former = std::exchange(m_draft, Draft{m_live.revision, {}});
    m_recovered = false;
    for (const DraftFile &file : former.files) {
        Q_EMIT textReplaced(file.name, liveText(file.name), true);
    }
    touch();
    saveNow();
}

// A change of the draft: list, disk and check follow.
void PoliciesPresenter::touch()
{
    m_checking = true; // what is known is about another text
    m_checkTimer.start();
    if (!m_saveTimer.isActive()) {
        m_saveTimer.start();
    }
    Q_EMIT filesChanged();
}

void PoliciesPresenter::saveNow()
{
    m_saveTimer.stop();
    if (!m_loaded) {
        return; // the draft on disk has not been read yet
    }
    if (const Result<void> saved = m_store.save(m_draft); !saved) {
        Q_EMIT saveFailed(saved.error());
    }
}

// --- its check ---

std::vector<control::OrgFile> PoliciesPresenter::draftFiles() const
{
    std::vector<control::OrgFile> files;
    for (const DraftFile &file : m_draft.files) {
        files.push_back({file.name, file.text});
    }
    return files;
}

void PoliciesPresenter::startCheck()
{
    m_checkTimer.stop();
    m_checking = true;
    const quint64 asked = ++m_asked;
    m_control.checkDraft(draftFiles(), {this, [this, asked](Result<control::DraftCheck> answer) {
                                            if (asked != m_asked || m_checkTimer.isActive()) {
                                                return; // about a text that has changed since
                                            }
                                            m_checking = false;
                                            m_checkError.reset();
                                            if (answer) {
                                                m_check = *std::move(answer);
                                            } else {
                                                m_checkError = answer.error();
                                            }
                                            Q_EMIT checked();
                                        }});
}

int PoliciesPresenter::errorCount() const
{
    return countOf(m_check.diagnostics, policy::Diagnostic::Severity::Error);
}

int PoliciesPresenter::warningCount() const
{
    return countOf(m_check.diagnostics, policy::Diagnostic::Severity::Warning);
}

// --- how it becomes a revision ---

std::vector<QByteArray> PoliciesPresenter::conflicts() const
{
    std::vector<QByteArray> names;
    for (const DraftFile &file : m_draft.files) {
        if (file.base != liveText(file.name)) {
            names.push_back(file.name);
        }
    }
    return names;
}

void PoliciesPresenter::keepMine(const QByteArray &name)
{
    if (DraftFile *const mine = m_draft.find(name)) {
        mine->base = liveText(name);
        rebase();
        touch();
    }
}

void PoliciesPresenter::takeTheirs(const QByteArray &name)
{
    m_draft.remove(name);
    rebase();
    Q_EMIT textReplaced(name, liveText(name), true);
    touch();
}

QString PoliciesPresenter::applyBlocked(const QString &reason) const
{
    if (m_applying) {
        return tr("It is being applied");
    }
    if (m_draft.isEmpty()) {
        return tr("Nothing was changed");
    }
    if (!conflicts().empty()) {
        return tr("Decide first which text stays in the files that others changed");
    }
    if (m_checking) {
        return tr("The draft is being checked");
    }
    if (m_checkError) {
        return tr("The draft could not be checked: %1").arg(m_checkError->message);
    }
    if (const int errors = errorCount(); errors > 0) {
        return tr("%1 must be mended first").arg(counted(errors, tr("error"), tr("errors")));
    }
    if (reason.trimmed().isEmpty()) {
        return tr("Give a reason; it is kept with the revision");
    }
    return {};
}

void PoliciesPresenter::apply(const QString &reason, const QByteArray &author)
{
    if (!applyBlocked(reason).isEmpty()) {
        return;
    }
    m_applying = true;
    Q_EMIT filesChanged();
    const std::vector<control::OrgFile> files = draftFiles();
    m_control.apply({files, reason.trimmed().toUtf8(), author, m_draft.revision},
                    {this, [this, files](Result<QByteArray> answer) {
                         m_applying = false;
                         if (answer) {
                             // What was typed meanwhile is a draft over what was applied.
                             for (const control::OrgFile &file : files) {
                                 if (DraftFile *const mine = m_draft.find(file.name)) {
                                     mine->base = file.bytes;
                                 }
                                 const auto live =
                                     std::find_if(m_live.files.begin(), m_live.files.end(),
                                                  [&](const control::OrgFile &o) {
                                                      return o.name == file.name;
                                                  });
                                 if (live != m_live.files.end()) {
                                     live->bytes = file.bytes;
                                 } else {
                                     m_live.files.push_back(file);
                                 }
                             }
                             m_live.revision = *answer;
                             m_recovered = false;
                             rebase();
                             saveNow();
                             Q_EMIT applied(*answer);
                         }
                         if (!answer && answer.error().code != ErrorCode::Conflict) {
                             Q_EMIT applyRefused(answer.error());
                         }
                         Q_EMIT filesChanged();
                         refresh(); // after a conflict it tells what others changed
                     }});
}

} // namespace provost::ui
