#include "ui/kit/toast.h"

#include "ui/kit/button.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>
#include <QEvent>
#include <QPainter>
#include <QTimer>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int ShownMs = 6000;
constexpr int Width = 380;
constexpr int ToastsMax = 5;

class Toast : public QWidget
{
public:
    Toast(const Notice &notice, QWidget *parent)
        : QWidget(parent)
        , m_tone(notice.tone)
    {
        setObjectName(u"toast"_s);
        setAccessibleName(notice.text);
        setFixedWidth(Width);
        auto *const row = new QHBoxLayout(this);
        row->setContentsMargins(14, 8, 8, 8);
        row->setSpacing(8);
        auto *const sign = new Label(notice.tone == Tone::Allow  ? u"✓"_s
                                     : notice.tone == Tone::Deny ? u"✕"_s
                                     : notice.tone == Tone::Ask  ? u"!"_s
                                                                 : u"i"_s,
                                     TextRole::Strong, this);
        sign->setTone(notice.tone == Tone::Neutral ? Tone::Accent : notice.tone);
        row->addWidget(sign);
        auto *const words = new Label(notice.text, TextRole::Body, this);
        words->setWordWrap(true);
        row->addWidget(words, 1);
        if (!notice.actionText.isEmpty()) {
            auto *const button = new Button(notice.actionText, ButtonKind::Link, this);
            button->setObjectName(u"toast.action"_s);
            row->addWidget(button);
            connect(button, &Button::clicked, this, [this, action = notice.action] {
                deleteLater();
                if (action) {
                    action();
                }
            });
        }
        auto *const shut = new Button(Icon::Close, QObject::tr("Close"), this);
        shut->setObjectName(u"toast.close"_s);
        shut->setFixedSize(24, 24);
        row->addWidget(shut);
        connect(shut, &Button::clicked, this, &QObject::deleteLater);
        if (notice.tone != Tone::Deny && notice.actionText.isEmpty()) {
            QTimer::singleShot(ShownMs, this, &QObject::deleteLater);
        }
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Tokens &t = tokens();
        QPainter painter(this);
        paintBox(painter, rect(),
                 {.fill = t.raised,
                  .border = m_tone == Tone::Neutral ? t.line : inkOf(t, m_tone),
                  .radius = metrics::CardRadius});
    }

private:
    Tone m_tone;
};

} // namespace

ToastStack::ToastStack(QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    setObjectName(u"toasts"_s);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(8);
    parent->installEventFilter(this);
    hide();
}

void ToastStack::show(const Notice &notice)
{
    if (m_column->count() >= ToastsMax) {
        delete m_column->itemAt(0)->widget();
    }
    auto *const toast = new Toast(notice, this);
    m_column->addWidget(toast);
    connect(toast, &QObject::destroyed, this, &ToastStack::place, Qt::QueuedConnection);
    place();
}

int ToastStack::count() const
{
    return m_column->count();
}

void ToastStack::place()
{
    setVisible(m_column->count() > 0);
    adjustSize();
    const QWidget *const parent = parentWidget();
    move(parent->width() - width() - 20, parent->height() - height() - 44);
    raise();
}

bool ToastStack::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize) {
        place();
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace provost::ui
