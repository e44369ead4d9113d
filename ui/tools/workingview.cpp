#include "ui/tools/workingview.h"

#include "ui/kit/label.h"
#include "ui/kit/words.h"

#include <QLocale>
#include <QProgressBar>
#include <QVBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int barSteps = 1000;
constexpr int barWidthMax = 280;
constexpr std::chrono::seconds tick{1};

QString numberOf(double number)
{
    return QLocale().toString(number, 'g', 10);
}

} // namespace

QString progressText(const TrialProgress &progress)
{
    return progress.total ? WorkingView::tr("%1 of %2")
                                .arg(numberOf(progress.progress), numberOf(*progress.total))
                          : WorkingView::tr("%1 so far").arg(numberOf(progress.progress));
}

WorkingView::WorkingView(QWidget *parent)
    : QWidget(parent)
    , m_sentence(new Label({}, TextRole::Strong, this))
    , m_bar(new QProgressBar(this))
    , m_told(new Label({}, TextRole::Body, this))
    , m_count(new Label({}, TextRole::Caption, this))
{
    setObjectName(u"working"_s);
    m_sentence->setObjectName(u"working.sentence"_s);
    m_bar->setObjectName(u"working.bar"_s);
    m_bar->setAccessibleName(tr("Progress of the call"));
    m_bar->setRange(0, barSteps);
    m_bar->setTextVisible(false);
    m_bar->setMaximumWidth(barWidthMax);
    m_told->setObjectName(u"working.told"_s);
    m_told->setWordWrap(true);
    m_count->setObjectName(u"working.count"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(metrics::CardPadding, metrics::CardPadding, metrics::CardPadding,
                               metrics::CardPadding);
    column->setSpacing(8);
    column->addStretch(1);
    for (Label *const label : {m_sentence, m_told, m_count})
        label->setAlignment(Qt::AlignHCenter);
    column->addWidget(m_sentence);
    auto *const row = new QHBoxLayout;
    row->addWidget(m_bar, 1);
    column->addLayout(row);
    column->addWidget(m_told);
    column->addWidget(m_count);
    column->addStretch(1);
    m_tick.setInterval(tick);
    connect(&m_tick, &QTimer::timeout, this, &WorkingView::showTime);
}

void WorkingView::begin()
{
    m_since.start();
    m_tick.start();
    for (QWidget *const part : std::initializer_list<QWidget *>{m_bar, m_told, m_count})
        part->hide();
    showTime();
}

void WorkingView::end()
{
    m_tick.stop();
}

void WorkingView::setCancelling()
{
    m_tick.stop();
    m_sentence->setText(tr("Being cancelled…"));
}

void WorkingView::setProgress(const TrialProgress &progress)
{
    const bool known = progress.total && *progress.total > 0;
    m_bar->setVisible(known);
    if (known)
        m_bar->setValue(int(barSteps * std::clamp(progress.progress / *progress.total, 0.0, 1.0)));
    m_told->setText(QString::fromUtf8(progress.message));
    m_told->setVisible(!progress.message.isEmpty());
    m_count->setText(progressText(progress));
    m_count->show();
}

// The first second needs no clock.
void WorkingView::showTime()
{
    const auto seconds = std::chrono::seconds(m_since.elapsed() / 1000);
    m_sentence->setText(seconds.count() < 1 ? tr("The tool works…")
                                            : tr("The tool works… %1").arg(spanText(seconds)));
}

} // namespace provost::ui
