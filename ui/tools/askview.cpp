#include "ui/tools/askview.h"

#include "ui/kit/button.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/label.h"
#include "ui/kit/scrollarea.h"
#include "ui/tools/schemaform.h"

#include <QVBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

AskView::AskView(TryPresenter &presenter, QWidget *parent)
    : QWidget(parent)
    , m_presenter(presenter)
{
    setObjectName(u"ask"_s);
    auto *const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(8);
    auto *const scroll = new ScrollArea(this);
    auto *const holder = new QWidget;
    m_column = new QVBoxLayout(holder);
    m_column->setContentsMargins(metrics::CardPadding, 0, metrics::CardPadding, 0);
    m_column->addStretch(1);
    scroll->setContent(holder);
    outer->addWidget(scroll, 1);

    auto *const buttons = new QHBoxLayout;
    buttons->setContentsMargins(metrics::CardPadding, 0, metrics::CardPadding,
                                metrics::CardPadding);
    buttons->setSpacing(8);
    m_accept = new Button(tr("Answer and go on"), ButtonKind::Outlined, this);
    m_accept->setObjectName(u"ask.accept"_s);
    auto *const decline = new Button(tr("Decline"), ButtonKind::Outlined, this);
    decline->setObjectName(u"ask.decline"_s);
    buttons->addStretch(1);
    buttons->addWidget(decline);
    buttons->addWidget(m_accept);
    outer->addLayout(buttons);
    connect(m_accept, &Button::clicked, this,
            [this] { m_presenter.reply(TryPresenter::Reply::Accept); });
    connect(decline, &Button::clicked, this,
            [this] { m_presenter.reply(TryPresenter::Reply::Decline); });
}

void AskView::refresh()
{
    const std::vector<Ask> &asks = m_presenter.asks();
    if (asks == m_shown)
        return;
    m_shown = asks;
    m_problems.clear();
    if (m_forms != nullptr) {
        m_forms->hide();
        m_forms->deleteLater();
    }
    m_forms = new QWidget(m_column->parentWidget());
    auto *const column = new QVBoxLayout(m_forms);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    for (const Ask &ask : asks) {
        auto *const message =
            new Label(ask.message.isEmpty() ? QString::fromUtf8(ask.method) : ask.message,
                      TextRole::Strong, m_forms);
        message->setObjectName(u"ask.message"_s);
        message->setWordWrap(true);
        column->addWidget(message);
        if (ask.isForm)
            addForm(ask);
        else
            addText(ask);
    }
    m_column->insertWidget(0, m_forms);
    m_forms->show();
    check();
}

void AskView::addForm(const Ask &ask)
{
    auto *const form = new SchemaForm(u"ask."_s + QString::fromUtf8(ask.key), ask.form, m_forms);
    form->setValue(ask.answer);
    m_forms->layout()->addWidget(form);
    connect(form, &FieldEditor::edited, this, [this, form, key = ask.key] {
        m_problems[key] = form->unreadable();
        m_presenter.setAnswer(key, form->value());
        check();
    });
}

void AskView::addText(const Ask &ask)
{
    auto *const about =
        new Label(tr("%1: type the result as JSON").arg(QString::fromUtf8(ask.method)),
                  TextRole::Caption, m_forms);
    auto *const editor = new CodeEditor(u"ask."_s + QString::fromUtf8(ask.key),
                                        tr("Answer as JSON"), CodeLanguage::Json, m_forms);
    editor->setText(QString::fromUtf8(ask.answer.toIndented()));
    editor->setHeightToLines(3, 8);
    m_forms->layout()->addWidget(about);
    m_forms->layout()->addWidget(editor);
    connect(editor, &CodeEditor::textChanged, this, [this, editor, key = ask.key] {
        const auto read = Json::parse(editor->text().toUtf8());
        const bool good = read && read->isObject();
        m_problems[key] = good ? QString() : tr("The answer is no JSON object");
        if (good)
            m_presenter.setAnswer(key, *read);
        check();
    });
}

void AskView::check()
{
    QString blocked = m_presenter.answerBlocked();
    for (const auto &[key, problem] : m_problems) {
        if (!problem.isEmpty())
            blocked = problem;
    }
    setBlocked(*m_accept, blocked);
}

} // namespace provost::ui
