#include "ui/sessions/inspectorview.h"

#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/celltable.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/label.h"
#include "ui/kit/states.h"
#include "ui/kit/words.h"
#include "ui/sessions/sessionwords.h"

#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

InspectorView::InspectorView(ControlPlane &control, QByteArray author, QWidget *parent)
    : QWidget(parent)
    , m_presenter(control, std::move(author))
{
    setObjectName(u"sessions.inspector"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto *const head = new QHBoxLayout;
    head->setContentsMargins(metrics::CardPadding, 8, metrics::CardPadding, 8);
    m_about = new Label({}, TextRole::Caption, this);
    m_about->setObjectName(u"inspector.about"_s);
    m_about->setElided();
    m_toggle = new Button({}, ButtonKind::Outlined, this);
    m_toggle->setObjectName(u"inspector.toggle"_s);
    head->addWidget(m_about, 1);
    head->addWidget(m_toggle);
    column->addLayout(head);
    column->addWidget(new Hairline(Qt::Horizontal, this));

    m_stack = new QStackedWidget(this);
    m_empty = new EmptyState(Icon::Eye, {}, m_stack);
    auto *const some = new QWidget(m_stack);
    auto *const row = new QHBoxLayout(some);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    m_table = new CellTable(u"inspector.messages"_s, tr("Messages"),
                            {{tr("Time"), 114},
                             {tr("Direction"), 104},
                             {tr("Message")},
                             {tr("Size"), 90, Qt::AlignRight}},
                            some);
    m_tree = new JsonTree(u"inspector.message"_s, tr("Message"), some);
    // Names of methods are long; values of a message are read by opening them.
    row->addWidget(m_table, 3);
    row->addWidget(new Hairline(Qt::Vertical, some));
    row->addWidget(m_tree, 2);
    for (QWidget *const half : std::initializer_list<QWidget *>{m_table, m_tree})
        half->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Expanding);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(some);
    column->addWidget(m_stack, 1);
    connect(m_toggle, &Button::clicked, this, &InspectorView::toggle);
    connect(&m_presenter, &InspectorPresenter::changed, this, &InspectorView::showMessages);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &InspectorView::showMessage);
    showMessages();
}

void InspectorView::setSession(const QByteArray &key)
{
    if (key == m_key)
        return;
    m_key = key;
    m_presenter.clear();
}

void InspectorView::toggle()
{
    if (m_presenter.isOn())
        m_presenter.stop();
    else if (!m_key.isEmpty())
        m_presenter.start(m_key);
}

void InspectorView::stop()
{
    if (m_presenter.isOn())
        m_presenter.stop();
}

void InspectorView::showMessages()
{
    const bool on = m_presenter.isOn();
    const auto &messages = m_presenter.messages();
    m_toggle->setText(on ? tr("Stop") : tr("Look at messages"));
    m_toggle->setIconOf(on ? Icon::Stop : Icon::Eye);
    setBlocked(*m_toggle, m_key.isEmpty() ? tr("Select an agent first") : QString());

    QString about = tr("Secrets are taken out. That you look is recorded.");
    if (m_presenter.error())
        about = u"✕ "_s + m_presenter.error()->message;
    else if (m_presenter.dropped() > 0)
        about = tr("%1 · %2 older ones are gone")
                    .arg(counted(qint64(messages.size()), tr("message"), tr("messages")),
                         numberText(m_presenter.dropped()));
    else if (!messages.empty())
        about = counted(qint64(messages.size()), tr("message"), tr("messages"));
    m_about->setTone(m_presenter.error() ? Tone::Deny : Tone::Muted);
    m_about->setText(about);

    m_empty->setSentence(on ? tr("Waiting for the next message") : tr("Nobody looks"));
    m_empty->setDetail(on ? tr("Whatever the agent sends or is sent appears here.")
                          : tr("The messages of the agent in both directions, from the moment that "
                               "you look. Nothing is kept otherwise."));
    const QScrollBar *const bar = m_table->verticalScrollBar();
    const bool atEnd = bar->value() == bar->maximum();
    m_table->setRows(messageRows(messages));
    m_stack->setCurrentIndex(messages.empty() ? 0 : 1);
    if (!messages.empty() && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_table->model()->index(m_table->model()->rowCount() - 1, 0));
    if (atEnd)
        m_table->scrollToBottom(); // who has scrolled up reads something
}

void InspectorView::showMessage()
{
    const CellRow *const row = m_table->rowAt(m_table->currentIndex());
    if (row == nullptr)
        return;
    const auto &messages = m_presenter.messages();
    const auto found = std::find_if(messages.begin(), messages.end(), [&](const auto &message) {
        return QByteArray::number(qint64(message.sequence)) == row->id;
    });
    if (found == messages.end())
        return;
    const auto read = Json::parse(found->text, {.duplicateKeys = DuplicateKeys::Allow});
    m_tree->setValue(read ? *read : Json(found->text)); // what was cut is shown as text
}

} // namespace provost::ui
