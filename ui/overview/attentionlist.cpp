#include "ui/overview/attentionlist.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/label.h"
#include "ui/overview/figures.h"

#include <QHBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int BadgeWidth = 22; // whatever the sign, so that the words stand below each other

} // namespace

class AttentionList::Row : public QWidget
{
public:
    Row(int number, AttentionList &list)
        : QWidget(&list)
        , m_badge(new Badge(BadgeKind::Neutral, {}, this))
        , m_title(new Label({}, TextRole::Strong, this))
        , m_detail(new Label({}, TextRole::Caption, this))
        , m_open(new Button(AttentionList::tr("Open"), ButtonKind::Outlined, this))
    {
        setObjectName(u"attention.%1"_s.arg(number));
        m_badge->setFixedWidth(BadgeWidth);
        m_open->setObjectName(objectName() + u".open"_s);
        for (Label *const label : {m_title, m_detail})
            label->setElided();
        auto *const words = new QVBoxLayout;
        words->setSpacing(1);
        words->addWidget(m_title);
        words->addWidget(m_detail);
        auto *const row = new QHBoxLayout;
        row->setContentsMargins(metrics::CardPadding - 1, 8, metrics::CardPadding - 1, 8);
        row->setSpacing(10);
        row->addWidget(m_badge, 0, Qt::AlignVCenter);
        row->addLayout(words, 1);
        row->addWidget(m_open);
        auto *const column = new QVBoxLayout(this);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addLayout(row);
        column->addWidget(new Hairline(Qt::Horizontal, this));
        connect(m_open, &Button::clicked, this, [this, &list] { Q_EMIT list.opened(m_item.link); });
    }

    void set(const control::Attention &item)
    {
        m_item = item;
        const BadgeLook look = kindOf(item.kind);
        const QString title = QString::fromUtf8(item.title);
        m_badge->set(look.kind, look.text);
        m_badge->setAccessibleName(ui::nameOf(item.kind));
        m_title->setText(title);
        m_detail->setText(QString::fromUtf8(item.detail));
        m_detail->setVisible(!item.detail.isEmpty());
        m_open->setVisible(!item.link.isEmpty());
        m_open->setAccessibleName(AttentionList::tr("Open: %1").arg(title));
    }

private:
    control::Attention m_item;
    Badge *m_badge;
    Label *m_title;
    Label *m_detail;
    Button *m_open;
};

AttentionList::AttentionList(QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
    , m_nothing(new Label(tr("✓ Nothing needs you."), TextRole::Body, this))
{
    setObjectName(u"overview.attention"_s);
    setAccessibleName(tr("Needs you"));
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_nothing->setTone(Tone::Allow);
    m_nothing->setObjectName(u"attention.nothing"_s);
    m_nothing->setContentsMargins(metrics::CardPadding - 1, metrics::Gap, metrics::CardPadding,
                                  metrics::Gap);
    m_column->addWidget(m_nothing);
    m_column->addStretch(1);
}

void AttentionList::setItems(const std::vector<control::Attention> &items)
{
    while (m_rows.size() < items.size()) {
        m_rows.push_back(new Row(static_cast<int>(m_rows.size()), *this));
        m_column->insertWidget(m_column->count() - 1, m_rows.back());
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        m_rows[i]->setVisible(i < items.size());
        if (i < items.size())
            m_rows[i]->set(items[i]);
    }
    m_nothing->setVisible(items.empty());
}

} // namespace provost::ui
