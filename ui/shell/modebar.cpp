#include "ui/shell/modebar.h"

#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QAbstractButton>
#include <QBoxLayout>
#include <QKeyEvent>
#include <QPainter>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int Width = 172;
constexpr int ButtonHeight = 30;
constexpr int ModeIcon = 17;

} // namespace

class ModeButton : public QAbstractButton
{
public:
    ModeButton(QString id, const QString &title, Icon icon, QString keys, QWidget *parent)
        : QAbstractButton(parent)
        , m_id(std::move(id))
        , m_icon(icon)
        , m_keys(std::move(keys))
    {
        setObjectName(u"mode."_s + m_id);
        setText(title);
        setAccessibleName(title);
        setAttribute(Qt::WA_Hover);
        setFocusPolicy(Qt::TabFocus);
        setFixedHeight(ButtonHeight);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }

    [[nodiscard]] const QString &id() const { return m_id; }

    void setCount(int count)
    {
        m_count = count;
        setAccessibleName(count > 0 ? QObject::tr("%1, %2 waiting").arg(text()).arg(count)
                                    : text());
        update();
    }

    [[nodiscard]] QSize sizeHint() const override { return {Width - 17, ButtonHeight}; }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Tokens &t = tokens();
        QPainter painter(this);
        const bool current = isChecked();
        if (current || underMouse()) {
            paintBox(painter, rect(),
                     {.fill = current ? t.accentSoft : t.hover,
                      .border = current && t.id == ThemeId::HighContrast ? t.accent : QColor()});
        }
        painter.drawPixmap(
            10, (height() - ModeIcon) / 2,
            iconPixmap(m_icon, current ? t.accent : t.muted, ModeIcon, devicePixelRatioF()));
        painter.setFont(uiFont(13, QFont::Medium));
        painter.setPen(current ? t.text : mixed(t.text, t.muted, 0.6));
        painter.drawText(rect().adjusted(36, 0, -30, 0), Qt::AlignVCenter | Qt::AlignLeft, text());
        if (m_count > 0) {
            const QString count = m_count > 99 ? u"99+"_s : QString::number(m_count);
            painter.setFont(uiFont(11, QFont::DemiBold));
            const int wide = std::max(18, painter.fontMetrics().horizontalAdvance(count) + 10);
            const QRect pill(width() - wide - 9, (height() - 16) / 2, wide, 16);
            paintBox(painter, pill, {.fill = t.deny, .border = {}, .radius = 8});
            painter.setPen(t.dark ? t.window : t.surface);
            painter.drawText(pill, Qt::AlignCenter, count);
        } else {
            painter.setFont(uiFont(11));
            painter.setPen(t.muted);
            painter.drawText(rect().adjusted(0, 0, -11, 0), Qt::AlignVCenter | Qt::AlignRight,
                             m_keys);
        }
        if (hasFocus()) {
            paintFocusRing(painter, rect(), metrics::ControlRadius);
        }
    }

private:
    QString m_id;
    Icon m_icon;
    QString m_keys;
    int m_count = 0;
};

ModeBar::ModeBar(QWidget *parent)
    : QWidget(parent)
    , m_pages(new QVBoxLayout)
    , m_below(new QVBoxLayout)
{
    setObjectName(u"modeBar"_s);
    setAccessibleName(tr("Pages"));
    setFixedWidth(Width);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(8, 8, 9, 8);
    column->setSpacing(0);
    for (QVBoxLayout *const part : {m_pages, m_below}) {
        part->setSpacing(1);
    }
    column->addLayout(m_pages);
    column->addStretch(1);
    column->addLayout(m_below);
}

ModeButton *ModeBar::add(const QString &id, const QString &title, Icon icon, const QString &keys)
{
    auto *const button = new ModeButton(id, title, icon, keys, this);
    connect(button, &QAbstractButton::clicked, this,
            [this, button] { Q_EMIT chosen(button->id()); });
    m_buttons.push_back(button);
    return button;
}

void ModeBar::addPage(const QString &id, const QString &title, Icon icon)
{
    const int number = m_pages->count() + 1;
    ModeButton *const button =
        add(id, title, icon, number <= 9 ? QString::number(number) : QString());
    button->setToolTip(plainToolTip(tr("%1 (Ctrl+%2)").arg(title).arg(number)));
    button->setCheckable(true);
    m_pages->addWidget(button);
}

void ModeBar::addBelow(const QString &id, const QString &title, Icon icon, const QString &keys)
{
    m_below->addWidget(add(id, title, icon, keys));
}

void ModeBar::setCurrent(const QString &id)
{
    for (ModeButton *const button : m_buttons) {
        button->setChecked(button->isCheckable() && button->id() == id);
        button->update();
    }
}

void ModeBar::setCount(const QString &id, int count)
{
    for (ModeButton *const button : m_buttons) {
        if (button->id() == id) {
            button->setCount(count);
        }
    }
}

void ModeBar::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    painter.fillRect(rect(), t.surface);
    painter.fillRect(QRect(width() - 1, 0, 1, height()), t.line);
}

void ModeBar::keyPressEvent(QKeyEvent *event)
{
    const int step = event->key() == Qt::Key_Down ? 1 : (event->key() == Qt::Key_Up ? -1 : 0);
    for (std::size_t i = 0; step != 0 && i < m_buttons.size(); ++i) {
        if (m_buttons[i]->hasFocus()) {
            const std::size_t next =
                (i + m_buttons.size() + static_cast<std::size_t>(step)) % m_buttons.size();
            m_buttons[next]->setFocus(Qt::TabFocusReason);
            return;
        }
    }
    QWidget::keyPressEvent(event);
}

} // namespace provost::ui
