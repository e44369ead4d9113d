#include "ui/kit/listpage.h"

#include "ui/kit/celltable.h"
#include "ui/kit/states.h"

#include <QStackedLayout>
#include <QVBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int pageMargin = 14;

} // namespace

ListPage::ListPage(const QString &name, Icon icon, const QString &nothing, PageContext &context,
                   QWidget *parent)
    : Page(context, parent)
    , m_states(new QStackedLayout)
    , m_content(new QVBoxLayout)
    , m_empty(new EmptyState(icon, nothing, this))
    , m_error(new ErrorState(this))
    , m_banner(new Banner(this))
{
    setObjectName(name);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_banner->setObjectName(name + u".banner"_s);
    tell({});
    column->addWidget(m_banner);
    column->addLayout(m_states, 1);
    auto *const content = new QWidget(this);
    content->setLayout(m_content);
    m_content->setContentsMargins(pageMargin, pageMargin, pageMargin, pageMargin);
    m_content->setSpacing(metrics::Gap);
    m_states->addWidget(content);
    m_states->addWidget(m_empty);
    m_states->addWidget(m_error);
    m_error->setRetry(true);
    connect(m_error, &ErrorState::retry, this, &ListPage::refresh);
    connect(&m_refresh, &QTimer::timeout, this, &ListPage::refresh);
}

void ListPage::activate()
{
    m_inFront = true;
    refresh();
    if (m_refresh.interval() > 0)
        m_refresh.start();
}

void ListPage::deactivate()
{
    m_inFront = false;
    m_refresh.stop();
}

void ListPage::refreshInFront()
{
    if (m_inFront)
        refresh();
}

void ListPage::refreshEvery(std::chrono::milliseconds interval)
{
    m_refresh.setInterval(interval);
}

void ListPage::showList(bool some)
{
    m_states->setCurrentIndex(some ? 0 : 1);
}

void ListPage::showError(const QString &happened, const Error &error)
{
    m_error->setTrouble(troubleOf(happened, error));
    m_states->setCurrentWidget(m_error);
}

void ListPage::tell(const QString &sentence)
{
    m_banner->set(Tone::Ask, sentence.isEmpty() ? QString() : QString(u"! "_s + sentence));
}

QByteArray ListPage::selectIn(CellTable &table, const QByteArray &wanted, const QString &gone)
{
    QByteArray selected = table.selectOrFirst(wanted);
    if (!wanted.isEmpty() && selected != wanted)
        tell(gone);
    return selected;
}

} // namespace provost::ui
