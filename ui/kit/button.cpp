#include "ui/kit/button.h"

#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>
#include <QButtonGroup>
#include <QVariant>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr const char *SegmentId = "provostSegment";
constexpr int Padding = 12;
constexpr int KeyPadding = 5;

} // namespace

Button::Button(const QString &text, ButtonKind kind, QWidget *parent)
    : QPushButton(text, parent)
    , m_kind(kind)
{
    setAutoDefault(false);
    followTheme(this, [this] { setFont(uiFont(m_size, QFont::Medium)); });
    setIconSize({metrics::IconSize, metrics::IconSize});
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    if (kind == ButtonKind::Link) {
        setCursor(Qt::PointingHandCursor);
    }
}

Button::Button(Icon icon, const QString &name, QWidget *parent)
    : Button(QString(), ButtonKind::Flat, parent)
{
    setIconOf(icon);
    setAccessibleName(name);
    setToolTip(plainToolTip(name));
}

void Button::setKind(ButtonKind kind)
{
    m_kind = kind;
    updateGeometry();
    update();
}

void Button::setInk(Tone tone)
{
    m_ink = tone;
    update();
}

void Button::setSmall()
{
    m_size = 12;
    setFont(uiFont(m_size, QFont::Medium));
    updateGeometry();
}

void Button::setIconOf(Icon icon)
{
    setIcon(iconOf(icon));
}

void Button::setKeyHint(const QString &keys)
{
    m_keyHint = keys;
    updateGeometry();
    update();
}

QSize Button::sizeHint() const
{
    const int iconWidth = icon().isNull() ? 0 : metrics::IconSize;
    if (text().isEmpty()) {
        return {metrics::ControlHeight, metrics::ControlHeight};
    }
    const int textWidth = fontMetrics().size(Qt::TextShowMnemonic, text()).width();
    if (m_kind == ButtonKind::Link) {
        return {textWidth + (iconWidth > 0 ? iconWidth + 6 : 0), fontMetrics().height() + 4};
    }
    int width = textWidth + 2 * Padding + (iconWidth > 0 ? iconWidth + 6 : 0);
    if (!m_keyHint.isEmpty()) {
        width += QFontMetrics(monoFont(11)).horizontalAdvance(m_keyHint) + 2 * KeyPadding + 8;
    }
    return {width, metrics::ControlHeight};
}

Segments::Segments(QWidget *parent)
    : QWidget(parent)
    , m_row(new QHBoxLayout(this))
    , m_group(new QButtonGroup(this))
{
    m_row->setContentsMargins(0, 0, 0, 0);
    m_row->setSpacing(4);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    connect(m_group, &QButtonGroup::buttonClicked, this, [this](QAbstractButton *button) {
        Q_EMIT chosen(button->property(SegmentId).toString());
    });
}

Button *Segments::add(const QString &id, const QString &text, Tone tone)
{
    auto *const button = new Button(text, ButtonKind::Outlined, this);
    button->setCheckable(true);
    button->setCheckedTone(tone);
    button->setProperty(SegmentId, id);
    button->setObjectName(u"segment."_s + id);
    button->setAccessibleName(text);
    button->setChecked(m_group->buttons().isEmpty());
    m_group->addButton(button);
    m_row->addWidget(button);
    return button;
}

QString Segments::current() const
{
    const QAbstractButton *const button = m_group->checkedButton();
    return button == nullptr ? QString() : button->property(SegmentId).toString();
}

void Segments::setCurrent(const QString &id)
{
    for (QAbstractButton *const button : m_group->buttons()) {
        if (button->property(SegmentId).toString() == id) {
            button->setChecked(true);
        }
    }
}

} // namespace provost::ui
