#include "ui/kit/states.h"

#include "ui/kit/clipboard.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>
#include <QPainter>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int WordsWidthMax = 460;
constexpr int BigIcon = 32;

// The icon of a state, following the theme.
class StateIcon : public QWidget
{
public:
    StateIcon(Icon icon, Tone tone, QWidget *parent)
        : QWidget(parent)
        , m_icon(icon)
        , m_tone(tone)
    {
        setFixedSize(BigIcon, BigIcon);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Tokens &t = tokens();
        QPainter(this).drawPixmap(0, 0,
                                  iconPixmap(m_icon,
                                             m_tone == Tone::Muted ? t.faint : inkOf(t, m_tone),
                                             BigIcon, devicePixelRatioF()));
    }

private:
    Icon m_icon;
    Tone m_tone;
};

Label *addWords(QVBoxLayout *column, TextRole role, QWidget *parent)
{
    auto *const label = new Label({}, role, parent);
    label->setWordWrap(true);
    label->setAlignment(Qt::AlignHCenter);
    label->hide();
    column->addWidget(label, 0, Qt::AlignHCenter);
    return label;
}

void setWords(Label *label, const QString &text)
{
    // Word wrap leaves a layout in doubt about the height of what it centres.
    const int width = std::min(WordsWidthMax, label->fontMetrics().horizontalAdvance(text) + 4);
    label->setText(text);
    label->setFixedSize(width, label->heightForWidth(width));
    label->setVisible(!text.isEmpty());
}

} // namespace

EmptyState::EmptyState(Icon icon, const QString &sentence, QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout)
{
    auto *const outer = new QVBoxLayout(this);
    outer->addStretch(2);
    outer->addLayout(m_column);
    outer->addStretch(3);
    m_column->setSpacing(8);
    m_column->addWidget(new StateIcon(icon, Tone::Muted, this), 0, Qt::AlignHCenter);
    m_sentence = addWords(m_column, TextRole::Strong, this);
    m_detail = addWords(m_column, TextRole::Caption, this);
    setSentence(sentence);
}

void EmptyState::setSentence(const QString &sentence)
{
    setWords(m_sentence, sentence);
    setAccessibleName(sentence);
}

void EmptyState::setDetail(const QString &detail)
{
    setWords(m_detail, detail);
    setAccessibleDescription(detail);
}

Button *EmptyState::setAction(const QString &text, ButtonKind kind)
{
    if (m_action == nullptr) {
        m_action = new Button(text, kind, this);
        m_action->setObjectName(u"empty.action"_s);
        m_column->addSpacing(4);
        m_column->addWidget(m_action, 0, Qt::AlignHCenter);
        connect(m_action, &Button::clicked, this, &EmptyState::actionTriggered);
    }
    m_action->setText(text);
    m_action->setKind(kind);
    return m_action;
}

void EmptyState::addBelow(QWidget *widget)
{
    m_column->addSpacing(8);
    m_column->addWidget(widget);
}

Trouble troubleOf(const QString &happened, const Error &error)
{
    Trouble trouble;
    trouble.code = QString::fromLatin1(nameOf(error.code));
    trouble.happened = error.message.isEmpty() ? happened : happened + u": "_s + error.message;
    switch (error.code) {
    case ErrorCode::Storage:
        trouble.meaning = QObject::tr("Calls that cannot be recorded are refused.");
        trouble.remedy = QObject::tr("Check the disk of the data directory, then try again.");
        break;
    case ErrorCode::Unavailable:
    case ErrorCode::Timeout:
        trouble.meaning = QObject::tr("Agents are served as before.");
        trouble.remedy = QObject::tr("Try again in a moment.");
        break;
    case ErrorCode::Conflict:
        trouble.meaning = QObject::tr("Nothing was changed.");
        trouble.remedy = QObject::tr("Load the present state and make the change again.");
        break;
    case ErrorCode::InvalidInput:
    case ErrorCode::TooLarge:
        trouble.meaning = QObject::tr("Nothing was changed.");
        trouble.remedy = QObject::tr("Correct what the message names.");
        break;
    case ErrorCode::NotFound:
        trouble.meaning = QObject::tr("It may have been removed since the page was loaded.");
        trouble.remedy = QObject::tr("Refresh the page.");
        break;
    case ErrorCode::Unauthenticated:
    case ErrorCode::Denied:
    case ErrorCode::RateLimited:
    case ErrorCode::Cancelled:
    case ErrorCode::Upstream:
    case ErrorCode::Internal:
        trouble.meaning = QObject::tr("Nothing was changed.");
        trouble.remedy = QObject::tr("Try again; if it stays, report the code below.");
        break;
    }
    return trouble;
}

ErrorState::ErrorState(QWidget *parent)
    : QWidget(parent)
{
    auto *const outer = new QVBoxLayout(this);
    auto *const column = new QVBoxLayout;
    outer->addStretch(2);
    outer->addLayout(column);
    outer->addStretch(3);
    column->setSpacing(6);
    column->addWidget(new StateIcon(Icon::Warning, Tone::Deny, this), 0, Qt::AlignHCenter);
    m_happened = addWords(column, TextRole::Strong, this);
    m_meaning = addWords(column, TextRole::Body, this);
    m_remedy = addWords(column, TextRole::Caption, this);
    m_code = addWords(column, TextRole::Mono, this);
    m_code->setTone(Tone::Muted);
    auto *const buttons = new QHBoxLayout;
    buttons->setSpacing(8);
    m_retry = new Button(tr("Try again"), ButtonKind::Outlined, this);
    m_retry->setObjectName(u"error.retry"_s);
    m_copy = new Button(tr("Copy"), ButtonKind::Outlined, this);
    m_copy->setObjectName(u"error.copy"_s);
    m_copy->setAccessibleName(tr("Copy the error"));
    buttons->addStretch(1);
    buttons->addWidget(m_retry);
    buttons->addWidget(m_copy);
    buttons->addStretch(1);
    column->addSpacing(4);
    column->addLayout(buttons);
    m_retry->hide();
    connect(m_retry, &Button::clicked, this, &ErrorState::retry);
    connect(m_copy, &Button::clicked, this, [this] {
        const Trouble &t = m_trouble;
        copyText(QStringList{t.happened, t.meaning, t.remedy, t.code}.join(u'\n'));
    });
}

void ErrorState::setTrouble(const Trouble &trouble)
{
    m_trouble = trouble;
    setWords(m_happened, trouble.happened);
    setWords(m_meaning, trouble.meaning);
    setWords(m_remedy, trouble.remedy);
    setWords(m_code, trouble.code);
    setAccessibleName(trouble.happened);
    setAccessibleDescription(trouble.meaning + u' ' + trouble.remedy);
}

void ErrorState::setRetry(bool on)
{
    m_retry->setVisible(on);
}

Banner::Banner(QWidget *parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this))
    , m_sign(new Label({}, TextRole::Strong, this))
    , m_text(new Label({}, TextRole::Body, this))
{
    m_row->setContentsMargins(metrics::CardPadding, 8, 10, 8);
    m_row->setSpacing(8);
    m_text->setWordWrap(true);
    m_text->setMinimumHeight(metrics::ControlHeight);
    m_text->setAlignment(Qt::AlignVCenter | Qt::AlignLeft);
    m_row->addWidget(m_sign);
    m_row->addWidget(m_text, 1);
    hide();
}

void Banner::set(Tone tone, const QString &text)
{
    m_tone = tone;
    m_sign->setText(tone == Tone::Allow  ? u"✓"_s
                    : tone == Tone::Deny ? u"✕"_s
                    : tone == Tone::Ask  ? u"!"_s
                                         : u"i"_s);
    m_sign->setTone(tone);
    m_text->setText(text);
    setAccessibleName(text);
    setVisible(!text.isEmpty());
    update();
}

Button *Banner::addButton(const QString &text, ButtonKind kind)
{
    auto *const button = new Button(text, kind, this);
    button->setAccessibleName(text);
    m_row->addWidget(button);
    return button;
}

void Banner::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    paintBox(painter, rect(),
             {.fill = t.surface,
              .border = m_tone == Tone::Neutral ? t.line : inkOf(t, m_tone),
              .radius = metrics::CardRadius});
}

} // namespace provost::ui
