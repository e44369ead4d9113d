// How a QScintilla looks and marks in the console: the part of CodeEditor that speaks its language of margins, markers,
// indicators and annotations. Lines and columns count from 1.
// Thread: ui thread.
#pragma once

#include "ui/kit/codeeditor.h"

namespace provost::ui {

void setUpCode(QsciScintilla &code, CodeLanguage language);
void themeCode(QsciScintilla &code, CodeLanguage language);
void fitNumberMargin(QsciScintilla &code);

// Annotations, indicators and marks of problems.
void clearMarks(QsciScintilla &code);
void markProblem(QsciScintilla &code, const CodeProblem &problem);
// Below the line, after what is there already.
void addAnnotation(QsciScintilla &code, int line, const QString &text, Tone tone);

void clearChangeBars(QsciScintilla &code);
void setChangeBar(QsciScintilla &code, int line, LineChange change);

// 0: none.
void highlightCodeLines(QsciScintilla &code, int from, int to);

} // namespace provost::ui
