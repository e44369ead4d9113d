// CodeEditor: YAML and JSON as the console shows and edits them: themed lexers, line numbers, change bars, problems at line
// and column with their words below the line, one highlighted rule, find. Its undo stack is the only truth for a text
// that a form edits too: forms hand in the whole new text and applyText() makes it the smallest edit.
// Lines and columns count from 1, columns in characters.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QWidget>

#include <optional>
#include <vector>

class QsciScintilla;

namespace provost::ui {

class Label;
class LineField;

enum class CodeLanguage { Plain, Yaml, Json };

struct CodeProblem
{
    enum class Severity { Error, Warning, Info };

    int line = 1;
    int column = 1;
    int length = 0; // characters; 0: to the end of the word, or of the line
    Severity severity = Severity::Error;
    QString message;
    bool operator==(const CodeProblem &) const = default;
};

enum class LineChange { None, Added, Modified, RemovedBelow };

class CodeEditor : public QWidget
{
    Q_OBJECT

public:
    CodeEditor(const QString &name, const QString &accessible, CodeLanguage language,
               QWidget *parent = nullptr);

    // Replaces everything and forgets the undo history.
    void setText(const QString &text);
    [[nodiscard]] QString text() const;
    // The smallest edit that turns the text into `text`, as one undo step; keeps cursor and scroll position.
    void applyText(const QString &text);
    void setReadOnly(bool readOnly);
    [[nodiscard]] bool isReadOnly() const;
    [[nodiscard]] bool canUndo() const;
    [[nodiscard]] bool canRedo() const;

    // Underlines, a mark in the margin, the words below the line. Replaces the former ones.
    void setProblems(const std::vector<CodeProblem> &problems);
    // A bar beside each line that differs from `base` (the live revision); kept up to date while typing.
    void setBase(const std::optional<QString> &base);
    // A note below a line that is no problem: "Replay, 30 days: 41 calls newly allowed".
    void setNote(int line, const QString &text, Tone tone);
    void clearNotes();
    // Marks whole lines in the selection colour: the rule that decided. 0: none.
    void highlightLines(int from, int to);

    void goTo(int line, int column = 1);
    [[nodiscard]] int cursorLine() const;
    [[nodiscard]] int cursorColumn() const;
    // Shows the find field (Ctrl+F in the editor does too).
    void openFind();
    // Grows with its text up to `linesMax` lines; for snippets and requests.
    void setHeightToLines(int linesMin, int linesMax);

public Q_SLOTS:
    void undo();
    void redo();

Q_SIGNALS:
    void textChanged();
    void cursorMoved(int line, int column);
    void undoAvailable();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void setUp(CodeLanguage language);
    void applyTheme();
    void showAnnotations();
    void showChanges();
    void fitHeight();
    void findNext(bool backward);
    void closeFind();
    void updateMargins();

    QsciScintilla *m_code = nullptr;
    QWidget *m_findBar = nullptr;
    LineField *m_find = nullptr;
    Label *m_found = nullptr;
    CodeLanguage m_language;
    std::vector<CodeProblem> m_problems;
    struct Note
    {
        int line = 1;
        QString text;
        Tone tone = Tone::Neutral;
    };
    std::vector<Note> m_notes;
    std::optional<QString> m_base;
    int m_linesMin = 0;
    int m_linesMax = 0;
};

} // namespace provost::ui
