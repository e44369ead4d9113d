#include "ui/kit/label.h"

#include "ui/kit/fonts.h"
#include "ui/kit/theme.h"

#include <QPainter>
#include <QVariant>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *OwnToolTip = "provostOwnToolTip";

} // namespace

QFont fontOf(TextRole role)
{
    switch (role) {
    case TextRole::Body: return uiFont();
    case TextRole::Strong: return uiFont(13, QFont::DemiBold);
    case TextRole::Title: return uiFont(15, QFont::DemiBold);
    case TextRole::Number: return uiFont(20, QFont::DemiBold);
    case TextRole::Heading: return uiFont(12, QFont::DemiBold);
    case TextRole::Caption: return uiFont(12);
    case TextRole::Mono: return monoFont();
    }
    return uiFont();
}

Label::Label(const QString &text, TextRole role, QWidget *parent)
    : QLabel(parent)
    , m_role(role)
{
    setTextFormat(Qt::PlainText);
    setText(text);
    followTheme(this, [this] { setRole(m_role); });
}

void Label::setRole(TextRole role)
{
    m_role = role;
    setFont(fontOf(role));
    applyColor();
}

void Label::setTone(Tone tone)
{
    m_tone = tone;
    applyColor();
}

void Label::setSelectable()
{
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    setCursor(Qt::IBeamCursor);
}

void Label::setElided(Qt::TextElideMode mode)
{
    m_elide = mode;
    setToolTip(mode == Qt::ElideNone ? QString() : plainToolTip(text()));
    updateGeometry();
}

void Label::setText(const QString &text)
{
    QLabel::setText(text);
    if (m_elide != Qt::ElideNone) {
        setToolTip(plainToolTip(text));
    }
}

QSize Label::minimumSizeHint() const
{
    const QSize hint = QLabel::minimumSizeHint();
    return m_elide == Qt::ElideNone ? hint
                                    : QSize(fontMetrics().averageCharWidth() * 4, hint.height());
}

void Label::paintEvent(QPaintEvent *event)
{
    if (m_elide == Qt::ElideNone || fontMetrics().horizontalAdvance(text()) <= width()) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(palette().color(QPalette::WindowText));
    painter.drawText(contentsRect(), static_cast<int>(alignment()) | Qt::TextSingleLine,
                     fontMetrics().elidedText(text(), m_elide, contentsRect().width()));
}

void Label::applyColor()
{
    const bool quiet = m_role == TextRole::Heading || m_role == TextRole::Caption;
    const Tone tone = m_tone.value_or(quiet ? Tone::Muted : Tone::Neutral);
    QPalette own = palette();
    own.setColor(QPalette::WindowText, inkOf(tokens(), tone));
    own.setColor(QPalette::Disabled, QPalette::WindowText, tokens().faint);
    setPalette(own);
}

QString plainToolTip(const QString &text)
{
    if (text.isEmpty()) {
        return {};
    }
    return u"<span style=\"white-space:pre-wrap\">"_s + text.toHtmlEscaped() + u"</span>"_s;
}

void setBlocked(QWidget &control, const QString &reason)
{
    if (control.isEnabled()) {
        control.setProperty(OwnToolTip, control.toolTip());
    }
    control.setEnabled(reason.isEmpty());
    control.setToolTip(reason.isEmpty() ? control.property(OwnToolTip).toString()
                                        : plainToolTip(reason));
}

} // namespace provost::ui
