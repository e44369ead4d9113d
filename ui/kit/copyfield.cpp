#include "ui/kit/copyfield.h"

#include "ui/kit/button.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/fonts.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QPainter>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextDocument>
#include <QTimer>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int Margin = 4;
constexpr int TextMargin = 6;
constexpr int ToldMs = 1500; // how long the button says that it copied

} // namespace

CopyField::CopyField(const QString &name, const QString &accessible, QWidget *parent)
    : QWidget(parent)
    , m_text(new QPlainTextEdit(this))
    , m_copy(new Button(Icon::Copy, tr("Copy %1").arg(accessible), this))
{
    setObjectName(name);
    setAccessibleName(accessible);
    m_text->setObjectName(name + u".text"_s);
    m_text->setAccessibleName(accessible);
    m_copy->setObjectName(name + u".copy"_s);
    m_text->setReadOnly(true);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->setFont(monoFont());
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->viewport()->setAutoFillBackground(false);
    m_text->document()->setDocumentMargin(TextMargin);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusProxy(m_copy);
    connect(m_copy, &Button::clicked, this, &CopyField::copy);
}

void CopyField::setText(const QString &text)
{
    m_secret = false;
    m_text->setPlainText(text);
    updateGeometry();
}

void CopyField::setSecret(const QString &secret)
{
    setText(secret);
    m_secret = true;
}

void CopyField::setWrapped()
{
    m_wrapped = true;
    m_text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_text->setWordWrapMode(QTextOption::WrapAnywhere);
    m_text->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    updateGeometry();
}

QString CopyField::text() const
{
    return m_text->toPlainText();
}

void CopyField::copy()
{
    if (m_secret) {
        copySecret(text());
    } else {
        copyText(text());
    }
    m_copy->setIconOf(Icon::Check);
    QTimer::singleShot(ToldMs, m_copy, [this] { m_copy->setIconOf(Icon::Copy); });
}

int CopyField::lines() const
{
    if (!m_wrapped) {
        return std::max(1, m_text->blockCount());
    }
    const int letter = QFontMetrics(monoFont()).horizontalAdvance(u'0');
    const int room = m_text->width() - 2 * TextMargin - letter;
    const qsizetype letters = std::max(1, room / letter); // of a line
    qsizetype lines = 0;
    for (const QString &line : text().split(u'\n')) {
        lines += std::max<qsizetype>(1, (line.size() + letters - 1) / letters);
    }
    return int(lines);
}

QSize CopyField::sizeHint() const
{
    // Long lines scroll sideways; the bar stands below the text and not on it.
    const int bar = m_wrapped ? 0 : m_text->horizontalScrollBar()->sizeHint().height();
    return {320,
            lines() * QFontMetrics(monoFont()).lineSpacing() + 2 * TextMargin + 2 * Margin + bar};
}

QSize CopyField::minimumSizeHint() const
{
    return {140, sizeHint().height()};
}

void CopyField::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    paintBox(painter, rect(), {.fill = t.field, .border = t.line});
}

void CopyField::resizeEvent(QResizeEvent *)
{
    const int button = metrics::ControlHeight - 2;
    m_copy->setGeometry(width() - button - 2, 2, button, button);
    m_text->setGeometry(Margin, Margin, width() - button - 2 * Margin - 2, height() - 2 * Margin);
    if (m_wrapped) {
        updateGeometry(); // another width, another number of lines
    }
}

} // namespace provost::ui
