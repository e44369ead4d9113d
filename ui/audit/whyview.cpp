#include "ui/audit/whyview.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/label.h"
#include "ui/kit/words.h"

#include <QBoxLayout>
#include <QGridLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int SignWidth = 16;
constexpr qsizetype WordMax = 30; // letters that surely fit into a line
constexpr QChar ZeroWidthSpace(0x200b);

// Lets words break that are longer than a line: ids and what agents write.
QString breakable(const QString &text)
{
    QString out;
    qsizetype run = 0;
    for (const QChar c : text) {
        run = c.isSpace() ? 0 : run + 1;
        out += c;
        if (run >= WordMax && !c.isHighSurrogate()) {
            out += ZeroWidthSpace;
            run = 0;
        }
    }
    return out;
}

Label *wrapped(const QString &text, TextRole role, Tone tone)
{
    const QString shown = breakable(text);
    auto *const label = new Label(shown, role);
    label->setTone(tone);
    label->setWordWrap(true);
    if (shown == text)
        label->setSelectable(); // else a copy would have spaces that nobody sees
    return label;
}

} // namespace

WhyView::WhyView(const WhyWords &words, QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    addHead(words);
    addSteps(words);
    addSuggestions(words);
    addFacts(words);
    m_column->addStretch(1);
}

WhyView::WhyView(const QString &sentence, const QString &detail, bool retry, QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    m_column->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                                 metrics::Gap);
    m_column->setSpacing(8);
    m_column->addWidget(wrapped(sentence, TextRole::Strong, Tone::Neutral));
    if (!detail.isEmpty())
        m_column->addWidget(wrapped(detail, TextRole::Caption, Tone::Muted));
    if (retry) {
        auto *const again = new Button(tr("Try again"), ButtonKind::Outlined, this);
        again->setObjectName(u"audit.why.retry"_s);
        m_column->addWidget(again);
        connect(again, &Button::clicked, this, &WhyView::retry);
    }
    m_column->addStretch(1);
}

QVBoxLayout *WhyView::addSection(const QString &title)
{
    if (m_column->count() > 0)
        m_column->addWidget(new Hairline(Qt::Horizontal, this));
    auto *const section = new QVBoxLayout;
    section->setContentsMargins(metrics::CardPadding, 10, metrics::CardPadding, metrics::Gap);
    section->setSpacing(6);
    m_column->addLayout(section);
    if (!title.isEmpty())
        section->addWidget(new Label(title, TextRole::Heading));
    return section;
}

void WhyView::addHead(const WhyWords &words)
{
    QVBoxLayout *const head = addSection({});
    auto *const line = new QHBoxLayout;
    line->setSpacing(8);
    auto *const badge = new Badge(words.verdict.kind, words.verdict.text, this);
    badge->setObjectName(u"audit.why.verdict"_s);
    line->addWidget(badge);
    if (!words.by.isEmpty()) {
        line->addWidget(new Label(tr("by")));
        auto *const by = new Label(words.by, TextRole::Strong);
        by->setObjectName(u"audit.why.by"_s);
        by->setElided(Qt::ElideMiddle);
        line->addWidget(by, 1);
    } else {
        line->addStretch(1);
    }
    head->addLayout(line);
    if (!words.place.isEmpty())
        head->addWidget(wrapped(words.place, TextRole::Caption, Tone::Muted));
    if (!words.live.isEmpty()) {
        Label *const live = wrapped(words.live, TextRole::Caption, words.liveTone);
        live->setObjectName(u"audit.why.live"_s);
        head->addWidget(live);
    }
    if (!words.note.isEmpty())
        head->addWidget(wrapped(words.note, TextRole::Caption, Tone::Muted));
    if (!words.reason.isEmpty()) {
        QVBoxLayout *const reason = addSection(tr("The agent was told"));
        reason->addWidget(wrapped(words.reason, TextRole::Body, Tone::Neutral));
    }
}

void WhyView::addSteps(const WhyWords &words)
{
    if (words.steps.empty())
        return;
    QVBoxLayout *const section = addSection(tr("Decision"));
    auto *const grid = new QGridLayout;
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(1);
    grid->setColumnStretch(1, 1);
    grid->setColumnMinimumWidth(0, SignWidth);
    section->addLayout(grid);
    int row = 0;
    for (const WhyStep &step : words.steps) {
        const bool aside = step.kind == BadgeKind::Neutral;
        if (row > 0)
            grid->setRowMinimumHeight(row++, 6);
        auto *const sign = new Label(aside ? u"–"_s : signOf(step.kind), TextRole::Strong);
        sign->setTone(aside ? Tone::Muted : toneOf(step.kind));
        grid->addWidget(sign, row, 0, Qt::AlignHCenter);
        auto *const name = new Label(step.policy, step.decided ? TextRole::Strong : TextRole::Body);
        name->setElided(Qt::ElideMiddle);
        if (aside)
            name->setTone(Tone::Muted);
        grid->addWidget(name, row++, 1);
        grid->addWidget(wrapped(step.remark, TextRole::Caption, Tone::Muted), row++, 1);
        for (const QString &fact : step.facts) {
            grid->addWidget(wrapped(fact, TextRole::Mono, aside ? Tone::Muted : Tone::Neutral),
                            row++, 1);
        }
    }
    if (words.stepsLeftOut > 0)
        section->addWidget(
            wrapped(tr("%1 did not match; the simulator shows all")
                        .arg(counted(words.stepsLeftOut, tr("more policy"), tr("more policies"))),
                    TextRole::Caption, Tone::Muted));
}

void WhyView::addSuggestions(const WhyWords &words)
{
    if (words.suggestions.isEmpty())
        return;
    QVBoxLayout *const section = addSection(tr("What would have allowed it"));
    for (const QString &suggestion : words.suggestions)
        section->addWidget(wrapped(suggestion, TextRole::Body, Tone::Neutral));
}

void WhyView::addFacts(const WhyWords &words)
{
    QVBoxLayout *const section = addSection({});
    auto *const grid = new QGridLayout;
    grid->setHorizontalSpacing(metrics::Gap);
    grid->setVerticalSpacing(4);
    grid->setColumnStretch(1, 1);
    section->addLayout(grid);
    int row = 0;
    for (const auto &[name, value] : words.facts) {
        grid->addWidget(new Label(name, TextRole::Caption), row, 0, Qt::AlignTop);
        grid->addWidget(wrapped(value, TextRole::Caption, Tone::Neutral), row++, 1);
    }
}

} // namespace provost::ui
