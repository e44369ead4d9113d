#include "ui/policies/diffstack.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/diffview.h"
#include "ui/kit/label.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

DiffStack::DiffStack(const QString &name, const QString &accessible, QWidget *parent)
    : QScrollArea(parent)
    , m_name(name)
{
    setObjectName(name);
    setAccessibleName(accessible);
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
}

void DiffStack::setDifferences(const std::vector<FileDifference> &differences)
{
    if (differences == m_shown && m_content != nullptr) {
        return; // keep where the reader has scrolled to
    }
    m_shown = differences;
    m_content = new QWidget;
    m_column = new QVBoxLayout(m_content);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(metrics::Gap);
    for (const FileDifference &difference : differences) {
        addFile(difference);
    }
    m_column->addStretch(1);
    setWidget(m_content); // takes the former one away
    m_content->setAutoFillBackground(false);
}

void DiffStack::addFile(const FileDifference &difference)
{
    const QString file = QString::fromUtf8(difference.name);
    auto *const card = new Card(file, m_content);
    card->setSeparated();
    card->setFlush();
    auto *const diff = new DiffView(m_name + u'.' + file, tr("Difference of %1").arg(file), card);
    diff->setTitles(difference.beforeTitle, difference.afterTitle);
    diff->setTexts(difference.before, difference.after);
    diff->setFrameShape(QFrame::NoFrame);
    diff->setFixedHeight(std::clamp(diff->sizeHint().height(), 90, 420));
    const DiffCount count = diff->count();
    card->addToHeader(
        new Label(tr("+%1  −%2").arg(count.added).arg(count.removed), TextRole::Caption, card));
    if (difference.conflicted) {
        card->setBorderTone(Tone::Deny);
        auto *const note = new Label(tr("! changed by others too"), TextRole::Caption, card);
        note->setTone(Tone::Deny);
        auto *const mine = new Button(tr("Keep mine"), ButtonKind::Outlined, card);
        mine->setObjectName(m_name + u".keepMine"_s);
        auto *const theirs = new Button(tr("Take theirs"), ButtonKind::Outlined, card);
        theirs->setObjectName(m_name + u".takeTheirs"_s);
        for (QWidget *const part : std::initializer_list<QWidget *>{note, mine, theirs}) {
            card->addToHeader(part);
        }
        // Queued: the answer rebuilds the stack that the button stands in.
        connect(
            mine, &Button::clicked, this, [this, name = difference.name] { Q_EMIT keepMine(name); },
            Qt::QueuedConnection);
        connect(
            theirs, &Button::clicked, this,
            [this, name = difference.name] { Q_EMIT takeTheirs(name); }, Qt::QueuedConnection);
    }
    card->body()->addWidget(diff);
    m_column->addWidget(card);
}

} // namespace provost::ui
