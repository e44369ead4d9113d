#include "ui/kit/codelook.h"

#include "ui/kit/fonts.h"
#include "ui/kit/icons.h"
#include "ui/kit/scintilla.h"
#include "ui/kit/theme.h"

#include <QFontMetrics>
#include <QScrollBar>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int ChangeMargin = 0;
constexpr int MarkMargin = 1;
constexpr int NumberMargin = 2;
constexpr int ChangeWidth = 5;
constexpr int MarkWidth = 16;

// Markers; a higher number is drawn over a lower one.
constexpr int RuleMarker = 1;
constexpr int AddedMarker = 4;
constexpr int ModifiedMarker = 5;
constexpr int RemovedMarker = 6;
constexpr int WarningMarker = 8;
constexpr int ErrorMarker = 9;

constexpr int ErrorIndicator = 9;
constexpr int WarningIndicator = 10;

// Extra styles for annotations; the lexers' own stay below.
constexpr int FirstToneStyle = 64;
constexpr int Tones = 7;

int styleOf(Tone tone)
{
    return FirstToneStyle + static_cast<int>(tone);
}

Tone toneOf(CodeProblem::Severity severity)
{
    switch (severity) {
    case CodeProblem::Severity::Error: return Tone::Deny;
    case CodeProblem::Severity::Warning: return Tone::Ask;
    case CodeProblem::Severity::Info: return Tone::Accent;
    }
    return Tone::Neutral;
}

// Scintilla's colours: 0xBBGGRR.
long bgr(const QColor &color)
{
    return static_cast<long>(color.red()) | (static_cast<long>(color.green()) << 8)
           | (static_cast<long>(color.blue()) << 16);
}

void themeYaml(QsciLexer &lexer, const Tokens &t)
{
    lexer.setColor(t.text, QsciLexerYAML::Default);
    lexer.setColor(t.muted, QsciLexerYAML::Comment);
    lexer.setColor(t.accent, QsciLexerYAML::Identifier);
    lexer.setColor(t.mask, QsciLexerYAML::Keyword);
    lexer.setColor(t.text, QsciLexerYAML::Number);
    lexer.setColor(t.mask, QsciLexerYAML::Reference);
    lexer.setColor(t.muted, QsciLexerYAML::DocumentDelimiter);
    lexer.setColor(t.allow, QsciLexerYAML::TextBlockMarker);
    lexer.setColor(t.deny, QsciLexerYAML::SyntaxErrorMarker);
    lexer.setColor(t.text, QsciLexerYAML::Operator);
    lexer.setPaper(t.surface, QsciLexerYAML::SyntaxErrorMarker);
}

void themeJson(QsciLexer &lexer, const Tokens &t)
{
    for (int style = 0; style <= QsciLexerJSON::Error; ++style) {
        lexer.setColor(t.text, style);
        lexer.setPaper(t.surface, style);
    }
    lexer.setColor(t.allow, QsciLexerJSON::String);
    lexer.setColor(t.deny, QsciLexerJSON::UnclosedString);
    lexer.setColor(t.accent, QsciLexerJSON::Property);
    lexer.setColor(t.mask, QsciLexerJSON::EscapeSequence);
    lexer.setColor(t.muted, QsciLexerJSON::CommentLine);
    lexer.setColor(t.muted, QsciLexerJSON::CommentBlock);
    lexer.setColor(t.muted, QsciLexerJSON::Operator);
    lexer.setColor(t.ask, QsciLexerJSON::Number);
    lexer.setColor(t.mask, QsciLexerJSON::Keyword);
    lexer.setColor(t.mask, QsciLexerJSON::KeywordLD);
    lexer.setColor(t.text, QsciLexerJSON::Error);
    lexer.setColor(t.accent, QsciLexerJSON::IRI);
    lexer.setColor(t.accent, QsciLexerJSON::IRICompact);
}

void defineToneStyles(QsciScintilla &code, const Tokens &t)
{
    const QByteArray family = uiFont().families().value(0).toUtf8();
    for (int i = 0; i < Tones; ++i) {
        const auto tone = static_cast<Tone>(i);
        const auto style = static_cast<unsigned long>(styleOf(tone));
        code.SendScintilla(QsciScintilla::SCI_STYLESETFORE, style, bgr(inkOf(t, tone)));
        code.SendScintilla(QsciScintilla::SCI_STYLESETBACK, style, bgr(softOf(t, tone)));
        code.SendScintilla(QsciScintilla::SCI_STYLESETFONT, style, family.constData());
        code.SendScintilla(QsciScintilla::SCI_STYLESETSIZE, style, 9L);
    }
}

} // namespace

void setUpCode(QsciScintilla &code, CodeLanguage language)
{
    code.setUtf8(true);
    code.setFrameShape(QFrame::NoFrame);
    code.setEolMode(QsciScintilla::EolUnix);
    code.setIndentationsUseTabs(false);
    code.setTabWidth(2);
    code.setIndentationWidth(2);
    code.setAutoIndent(true);
    code.setBackspaceUnindents(true);
    code.setCaretLineVisible(true);
    code.setBraceMatching(QsciScintilla::SloppyBraceMatch);
    code.setScrollWidth(1);
    code.setScrollWidthTracking(true);
    code.setExtraAscent(2);
    code.setExtraDescent(2);
    code.SendScintilla(QsciScintilla::SCI_SETMARGINLEFT, 0UL, 8L);
    code.SendScintilla(QsciScintilla::SCI_SETENDATLASTLINE, 1UL);
    code.SendScintilla(QsciScintilla::SCI_SETMOUSEDWELLTIME, 500UL);
    code.setAnnotationDisplay(QsciScintilla::AnnotationIndented);
    // Ctrl+K, Ctrl+D, Ctrl+L and others belong to the window.
    for (const unsigned char key : {'K', 'D', 'L', 'T', 'U', 'B', 'M', 'P'}) {
        code.SendScintilla(QsciScintilla::SCI_CLEARCMDKEY,
                           static_cast<unsigned long>(key)
                               + (static_cast<unsigned long>(QsciScintilla::SCMOD_CTRL) << 16));
    }
    code.setMargins(3);
    code.setMarginType(ChangeMargin, QsciScintilla::SymbolMargin);
    code.setMarginWidth(ChangeMargin, ChangeWidth);
    code.setMarginMarkerMask(ChangeMargin,
                             1 << AddedMarker | 1 << ModifiedMarker | 1 << RemovedMarker);
    code.setMarginType(MarkMargin, QsciScintilla::SymbolMargin);
    code.setMarginWidth(MarkMargin, MarkWidth);
    code.setMarginMarkerMask(MarkMargin, 1 << WarningMarker | 1 << ErrorMarker);
    code.setMarginType(NumberMargin, QsciScintilla::NumberMargin);
    code.setMarginMarkerMask(NumberMargin, 0);
    code.markerDefine(QsciScintilla::FullRectangle, AddedMarker);
    code.markerDefine(QsciScintilla::FullRectangle, ModifiedMarker);
    code.markerDefine(QsciScintilla::FullRectangle, RemovedMarker);
    code.markerDefine(QsciScintilla::Background, RuleMarker);
    code.indicatorDefine(QsciScintilla::SquiggleIndicator, ErrorIndicator);
    code.indicatorDefine(QsciScintilla::SquiggleIndicator, WarningIndicator);

    QsciLexer *lexer = nullptr;
    if (language == CodeLanguage::Yaml) {
        lexer = new QsciLexerYAML(&code);
    } else if (language == CodeLanguage::Json) {
        lexer = new QsciLexerJSON(&code);
    }
    code.setLexer(lexer);
}

void themeCode(QsciScintilla &code, CodeLanguage language)
{
    const Tokens &t = tokens();
    QFont font = monoFont();
    // Scintilla counts in whole points.
    font.setPointSize(qRound(font.pixelSize() * 72.0 / code.logicalDpiY()));
    if (QsciLexer *const lexer = code.lexer()) {
        lexer->setDefaultFont(font);
        lexer->setDefaultColor(t.text);
        lexer->setDefaultPaper(t.surface);
        lexer->setFont(font);
        lexer->setPaper(t.surface);
        if (language == CodeLanguage::Yaml) {
            themeYaml(*lexer, t);
        } else {
            themeJson(*lexer, t);
        }
    } else {
        code.setFont(font);
        code.setColor(t.text);
        code.setPaper(t.surface);
    }
    code.setMarginsFont(font);
    code.setMarginsForegroundColor(t.faint);
    code.setMarginsBackgroundColor(t.surface);
    for (const int margin : {ChangeMargin, MarkMargin, NumberMargin}) {
        code.setMarginBackgroundColor(margin, t.surface);
    }
    code.setCaretForegroundColor(t.text);
    code.setCaretWidth(t.id == ThemeId::HighContrast ? 2 : 1);
    code.setCaretLineBackgroundColor(mixed(t.surface, t.hover, 0.7));
    code.setSelectionBackgroundColor(t.selection);
    code.resetSelectionForegroundColor();
    code.setMatchedBraceBackgroundColor(t.accentSoft);
    code.setMatchedBraceForegroundColor(t.accent);
    code.setUnmatchedBraceBackgroundColor(t.surface);
    code.setUnmatchedBraceForegroundColor(t.deny);
    code.setMarkerBackgroundColor(t.allow, AddedMarker);
    code.setMarkerForegroundColor(t.allow, AddedMarker);
    code.setMarkerBackgroundColor(t.ask, ModifiedMarker);
    code.setMarkerForegroundColor(t.ask, ModifiedMarker);
    code.setMarkerBackgroundColor(t.deny, RemovedMarker);
    code.setMarkerForegroundColor(t.deny, RemovedMarker);
    code.setMarkerBackgroundColor(t.selection, RuleMarker);
    const qreal scale = code.devicePixelRatioF();
    code.markerDefine(iconPixmap(Icon::Warning, t.ask, 12, scale), WarningMarker);
    code.markerDefine(iconPixmap(Icon::Error, t.deny, 12, scale), ErrorMarker);
    code.setIndicatorForegroundColor(t.deny, ErrorIndicator);
    code.setIndicatorForegroundColor(t.ask, WarningIndicator);
    defineToneStyles(code, t);
}

void fitNumberMargin(QsciScintilla &code)
{
    const int digits = std::max(2, static_cast<int>(QString::number(code.lines()).size()));
    code.setMarginWidth(NumberMargin,
                        QFontMetrics(monoFont()).horizontalAdvance(u'8') * (digits + 1));
}

void clearMarks(QsciScintilla &code)
{
    code.clearAnnotations();
    code.markerDeleteAll(WarningMarker);
    code.markerDeleteAll(ErrorMarker);
    const int last = std::max(code.lines() - 1, 0);
    for (const int indicator : {ErrorIndicator, WarningIndicator}) {
        code.clearIndicatorRange(0, 0, last, code.lineLength(last), indicator);
    }
}

void markProblem(QsciScintilla &code, const CodeProblem &problem)
{
    const int line = std::clamp(problem.line - 1, 0, std::max(code.lines() - 1, 0));
    const QString words = code.text(line);
    qsizetype end = words.size();
    while (end > 0 && words[end - 1].isSpace()) {
        --end;
    }
    qsizetype begin = std::clamp<qsizetype>(problem.column - 1, 0, end);
    qsizetype until = begin + problem.length;
    if (problem.length <= 0) {
        until = begin;
        while (until < end && !words[until].isSpace()) {
            ++until;
        }
    }
    until = std::min(until, end);
    if (until <= begin) { // past the end of the line: underline what there is
        begin = 0;
        while (begin < end && words[begin].isSpace()) {
            ++begin;
        }
        until = end;
    }
    const bool error = problem.severity == CodeProblem::Severity::Error;
    if (until > begin && problem.severity != CodeProblem::Severity::Info) {
        code.fillIndicatorRange(line, static_cast<int>(begin), line, static_cast<int>(until),
                                error ? ErrorIndicator : WarningIndicator);
    }
    if (problem.severity != CodeProblem::Severity::Info) {
        code.markerAdd(line, error ? ErrorMarker : WarningMarker);
    }
    const QString sign = error                                                ? u"✕ "_s
                         : problem.severity == CodeProblem::Severity::Warning ? u"! "_s
                                                                              : u"i "_s;
    addAnnotation(code, problem.line, u"  "_s + sign + problem.message, toneOf(problem.severity));
}

void addAnnotation(QsciScintilla &code, int line, const QString &text, Tone tone)
{
    const int at = std::clamp(line - 1, 0, std::max(code.lines() - 1, 0));
    const QString shown = text + u"  "_s;
    const auto style = static_cast<char>(styleOf(tone));
    const auto row = static_cast<unsigned long>(at);
    QByteArray words(static_cast<qsizetype>(code.SendScintilla(QsciScintilla::SCI_ANNOTATIONGETTEXT,
                                                               row, static_cast<void *>(nullptr))),
                     '\0');
    QByteArray styles(words.size(), '\0');
    if (!words.isEmpty()) {
        code.SendScintilla(QsciScintilla::SCI_ANNOTATIONGETTEXT, row,
                           static_cast<void *>(words.data()));
        code.SendScintilla(QsciScintilla::SCI_ANNOTATIONGETSTYLES, row,
                           static_cast<void *>(styles.data()));
        words += '\n';
        styles += style;
    }
    words += shown.toUtf8();
    styles.append(words.size() - styles.size(), style);
    code.SendScintilla(QsciScintilla::SCI_ANNOTATIONSETTEXT, row, words.constData());
    code.SendScintilla(QsciScintilla::SCI_ANNOTATIONSETSTYLES, row, styles.constData());
}

void clearChangeBars(QsciScintilla &code)
{
    for (const int marker : {AddedMarker, ModifiedMarker, RemovedMarker}) {
        code.markerDeleteAll(marker);
    }
}

void setChangeBar(QsciScintilla &code, int line, LineChange change)
{
    switch (change) {
    case LineChange::Added: code.markerAdd(line - 1, AddedMarker); break;
    case LineChange::Modified: code.markerAdd(line - 1, ModifiedMarker); break;
    case LineChange::RemovedBelow: code.markerAdd(line - 1, RemovedMarker); break;
    case LineChange::None: break;
    }
}

void highlightCodeLines(QsciScintilla &code, int from, int to)
{
    code.markerDeleteAll(RuleMarker);
    if (from <= 0) {
        return;
    }
    const int last = std::min(to, code.lines());
    for (int line = from; line <= last; ++line) {
        code.markerAdd(line - 1, RuleMarker);
    }
}

} // namespace provost::ui
