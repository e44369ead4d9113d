#include "ui/kit/codeeditor.h"

#include "ui/kit/button.h"
#include "ui/kit/codelook.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/linediff.h"
#include "ui/kit/paint.h"
#include "ui/kit/scintilla.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QScrollBar>

namespace provost::ui {

using namespace Qt::StringLiterals;

CodeEditor::CodeEditor(const QString &name, const QString &accessible, CodeLanguage language,
                       QWidget *parent)
    : QWidget(parent)
    , m_code(new QsciScintilla(this))
    , m_findBar(new QWidget(this))
    , m_language(language)
{
    setObjectName(name);
    setAccessibleName(accessible);
    m_code->setObjectName(name + u".text"_s);
    m_code->setAccessibleName(accessible);
    setFocusProxy(m_code);

    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(0);
    auto *const row = new QHBoxLayout(m_findBar);
    row->setContentsMargins(8, 6, 8, 6);
    row->setSpacing(6);
    m_find = new LineField(name + u".find"_s, tr("Find"), m_findBar);
    m_find->setPlaceholderText(tr("Find"));
    m_found = new Label({}, TextRole::Caption, m_findBar);
    auto *const previous = new Button(Icon::ChevronUp, tr("Find previous"), m_findBar);
    auto *const next = new Button(Icon::ChevronDown, tr("Find next"), m_findBar);
    auto *const shut = new Button(Icon::Close, tr("Close find"), m_findBar);
    row->addWidget(m_find, 1);
    for (QWidget *const part : std::initializer_list<QWidget *>{m_found, previous, next, shut}) {
        row->addWidget(part);
    }
    m_findBar->hide();
    column->addWidget(m_findBar);
    column->addWidget(m_code, 1);

    setUpCode(*m_code, m_language);
    m_code->installEventFilter(this);
    m_find->installEventFilter(this);
    connect(previous, &Button::clicked, this, [this] { findNext(true); });
    connect(next, &Button::clicked, this, [this] { findNext(false); });
    connect(shut, &Button::clicked, this, &CodeEditor::closeFind);
    connect(m_find, &QLineEdit::textEdited, this, [this] {
        m_code->setCursorPosition(cursorLine() - 1, 0);
        findNext(false);
    });
    connect(m_code, &QsciScintilla::textChanged, this, [this] {
        updateMargins();
        showChanges();
        fitHeight();
        Q_EMIT textChanged();
        Q_EMIT undoAvailable();
    });
    connect(m_code, &QsciScintilla::cursorPositionChanged, this,
            [this](int line, int index) { Q_EMIT cursorMoved(line + 1, index + 1); });
    followTheme(this, [this] { applyTheme(); });
}

void CodeEditor::applyTheme()
{
    themeCode(*m_code, m_language);
    updateMargins();
    showAnnotations();
    update();
}

// --- text ---

void CodeEditor::setText(const QString &text)
{
    const bool readOnly = m_code->isReadOnly();
    m_code->setReadOnly(false);
    {
        const QSignalBlocker quiet(m_code);
        m_code->setText(text);
        m_code->SendScintilla(QsciScintilla::SCI_EMPTYUNDOBUFFER);
        m_code->setModified(false);
    }
    m_code->setReadOnly(readOnly);
    updateMargins();
    showChanges();
    fitHeight();
    Q_EMIT textChanged();
    Q_EMIT undoAvailable();
}

QString CodeEditor::text() const
{
    return m_code->text();
}

void CodeEditor::applyText(const QString &text)
{
    const QByteArray before = m_code->text().toUtf8();
    const QByteArray after = text.toUtf8();
    if (before == after) {
        return;
    }
    qsizetype head = 0;
    const qsizetype shorter = std::min(before.size(), after.size());
    while (head < shorter && before[head] == after[head]) {
        ++head;
    }
    qsizetype tail = 0;
    while (tail < shorter - head
           && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
        ++tail;
    }
    // Not within a character: bytes 10xxxxxx continue one.
    const auto continues = [](const QByteArray &bytes, qsizetype at) {
        return at < bytes.size() && (static_cast<unsigned char>(bytes[at]) & 0xC0U) == 0x80U;
    };
    while (head > 0 && (continues(before, head) || continues(after, head))) {
        --head;
    }
    while (tail > 0 && continues(before, before.size() - tail)) {
        --tail;
    }
    const QByteArray middle = after.mid(head, after.size() - tail - head);
    m_code->SendScintilla(QsciScintilla::SCI_SETTARGETSTART, static_cast<unsigned long>(head));
    m_code->SendScintilla(QsciScintilla::SCI_SETTARGETEND,
                          static_cast<unsigned long>(before.size() - tail));
    m_code->SendScintilla(QsciScintilla::SCI_REPLACETARGET,
                          static_cast<unsigned long>(middle.size()), middle.constData());
}

void CodeEditor::setReadOnly(bool readOnly)
{
    m_code->setReadOnly(readOnly);
    m_code->setCaretLineVisible(!readOnly);
}

bool CodeEditor::isReadOnly() const
{
    return m_code->isReadOnly();
}

bool CodeEditor::canUndo() const
{
    return m_code->isUndoAvailable();
}

bool CodeEditor::canRedo() const
{
    return m_code->isRedoAvailable();
}

void CodeEditor::undo()
{
    m_code->undo();
}

void CodeEditor::redo()
{
    m_code->redo();
}

// --- what is shown beside and below the text ---

void CodeEditor::setProblems(const std::vector<CodeProblem> &problems)
{
    m_problems = problems;
    showAnnotations();
}

void CodeEditor::setNote(int line, const QString &text, Tone tone)
{
    m_notes.push_back({line, text, tone});
    showAnnotations();
}

void CodeEditor::clearNotes()
{
    m_notes.clear();
    showAnnotations();
}

void CodeEditor::showAnnotations()
{
    clearMarks(*m_code);
    for (const Note &note : m_notes) {
        addAnnotation(*m_code, note.line, u"  "_s + note.text, note.tone);
    }
    for (const CodeProblem &problem : m_problems) {
        markProblem(*m_code, problem);
    }
}

void CodeEditor::setBase(const std::optional<QString> &base)
{
    m_base = base;
    showChanges();
}

void CodeEditor::showChanges()
{
    clearChangeBars(*m_code);
    if (!m_base) {
        return;
    }
    const std::vector<DiffLine> lines = diffLines(*m_base, text());
    // Added lines that follow removed ones replace them.
    int removed = 0;
    int lastNew = 0;
    const auto closeRemoved = [&] {
        if (removed > 0) {
            setChangeBar(*m_code, std::max(lastNew, 1), LineChange::RemovedBelow);
        }
        removed = 0;
    };
    for (const DiffLine &line : lines) {
        switch (line.kind) {
        case DiffLine::Kind::Removed: ++removed; break;
        case DiffLine::Kind::Added:
            setChangeBar(*m_code, line.newLine,
                         removed > 0 ? LineChange::Modified : LineChange::Added);
            removed = std::max(removed - 1, 0);
            lastNew = line.newLine;
            break;
        case DiffLine::Kind::Same:
            closeRemoved();
            lastNew = line.newLine;
            break;
        }
    }
    closeRemoved();
}

void CodeEditor::highlightLines(int from, int to)
{
    highlightCodeLines(*m_code, from, to);
}

void CodeEditor::goTo(int line, int column)
{
    const int last = std::max(m_code->lines() - 1, 0);
    const int row = std::clamp(line - 1, 0, last);
    m_code->setCursorPosition(row, std::clamp(column - 1, 0, m_code->lineLength(row)));
    m_code->SendScintilla(QsciScintilla::SCI_VERTICALCENTRECARET);
}

int CodeEditor::cursorLine() const
{
    int line = 0;
    int index = 0;
    m_code->getCursorPosition(&line, &index);
    return line + 1;
}

int CodeEditor::cursorColumn() const
{
    int line = 0;
    int index = 0;
    m_code->getCursorPosition(&line, &index);
    return index + 1;
}

void CodeEditor::updateMargins()
{
    fitNumberMargin(*m_code);
}

void CodeEditor::setHeightToLines(int linesMin, int linesMax)
{
    m_linesMin = linesMin;
    m_linesMax = linesMax;
    fitHeight();
}

void CodeEditor::fitHeight()
{
    if (m_linesMax <= 0) {
        return;
    }
    const int lines = std::clamp(m_code->lines(), m_linesMin, m_linesMax);
    setFixedHeight(lines * m_code->textHeight(0) + 14);
}

// --- find ---

void CodeEditor::openFind()
{
    m_findBar->show();
    if (m_code->hasSelectedText() && !m_code->selectedText().contains(u'\n')) {
        m_find->setText(m_code->selectedText());
    }
    m_find->setFocus();
    m_find->selectAll();
}

void CodeEditor::closeFind()
{
    m_findBar->hide();
    m_code->setFocus();
}

void CodeEditor::findNext(bool backward)
{
    const QString wanted = m_find->text();
    if (wanted.isEmpty()) {
        m_found->setText({});
        m_find->setInvalid(false);
        return;
    }
    int line = -1;
    int index = -1;
    if (backward && m_code->hasSelectedText()) {
        int endLine = 0;
        int endIndex = 0;
        m_code->getSelection(&line, &index, &endLine, &endIndex);
    }
    const bool found = m_code->findFirst(wanted, false, false, false, true, !backward, line, index);
    m_find->setInvalid(!found);
    m_found->setText(found ? QString() : tr("not found"));
}

bool CodeEditor::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut) {
        update();
    }
    if (event->type() != QEvent::KeyPress) {
        return QWidget::eventFilter(watched, event);
    }
    const auto *const key = static_cast<QKeyEvent *>(event);
    if (watched == m_find) {
        if (key->key() == Qt::Key_Escape) {
            closeFind();
            return true;
        }
        if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
            findNext(key->modifiers().testFlag(Qt::ShiftModifier));
            return true;
        }
    } else if (watched == m_code) {
        if (key->matches(QKeySequence::Find)) {
            openFind();
            return true;
        }
        if (key->key() == Qt::Key_Escape && !m_findBar->isHidden()) {
            closeFind();
            return true;
        }
        // Tab leaves a text that one only reads; while writing, Ctrl+Tab does.
        const bool tab = key->key() == Qt::Key_Tab || key->key() == Qt::Key_Backtab;
        if (tab && (isReadOnly() || key->modifiers().testFlag(Qt::ControlModifier))) {
            focusNextPrevChild(key->key() == Qt::Key_Tab);
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

void CodeEditor::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    paintBox(painter, rect(),
             {.fill = t.surface,
              .border = m_code->hasFocus() ? t.accent : t.line,
              .radius = metrics::ControlRadius});
}

} // namespace provost::ui
