#include "ui/tools/askview.h"

#include "ui/kit/button.h"
#include "ui/kit/codeeditor.h"
#include "ui/kit/copyfield.h"
#include "ui/kit/label.h"
#include "ui/kit/scrollarea.h"
#include "ui/tools/schemaform.h"
#include "ui/tools/webpage.h"

#include <QVBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype askedShownMax = 4000; // characters

QString headingOf(const Ask &ask)
{
    if (!ask.message.isEmpty())
        return ask.message;
    if (ask.method == "sampling/createMessage")
        return AskView::tr("The tool asks the agent's model. Answer in its place:");
    if (ask.method == "roots/list")
        return AskView::tr("The tool asks which folders the agent works in.");
    return QString::fromUtf8(ask.method);
}

// Who says what, as a conversation; blocks that are no text by their kind.
QString conversationOf(const Json &params)
{
    QStringList lines;
    if (const QString system = params["systemPrompt"].toText(); !system.isEmpty())
        lines.append(u"system: "_s + system);
    for (const Json &message : params["messages"].items()) {
        const Json &content = message["content"];
        const Json::Array blocks = content.isArray() ? content.items() : Json::Array{content};
        for (const Json &block : blocks) {
            const QString words = block["type"] == Json("text")
                                      ? block["text"].toText()
                                      : QString(u'[' + block["type"].toText() + u']');
            lines.append(message["role"].toText() + u": "_s + words);
        }
    }
    return lines.join(u'\n');
}

// What the asking is about, where the heading does not say it.
QString askedText(const Ask &ask)
{
    QString text;
    if (ask.method == "sampling/createMessage")
        text = conversationOf(ask.params);
    else if (ask.params.isObject() && !ask.params.members().empty())
        text = QString::fromUtf8(ask.params.toIndented());
    return text.size() > askedShownMax ? QString(text.left(askedShownMax) + u'…') : text;
}

} // namespace

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
    m_accept = new Button(tr("Answer"), ButtonKind::Outlined, this);
    m_accept->setObjectName(u"ask.accept"_s);
    auto *const decline = new Button(tr("Decline"), ButtonKind::Outlined, this);
    decline->setObjectName(u"ask.decline"_s);
    decline->setToolTip(tr("Tell the tool that you say no"));
    auto *const dismiss = new Button(tr("Dismiss"), ButtonKind::Flat, this);
    dismiss->setObjectName(u"ask.dismiss"_s);
    dismiss->setToolTip(tr("Tell the tool that the question was closed without an answer"));
    buttons->addWidget(dismiss);
    buttons->addStretch(1);
    buttons->addWidget(decline);
    buttons->addWidget(m_accept);
    m_problem = new Label({}, TextRole::Caption, this);
    m_problem->setObjectName(u"ask.problem"_s);
    m_problem->setTone(Tone::Ask);
    m_problem->setWordWrap(true);
    m_problem->setContentsMargins(metrics::CardPadding, 0, metrics::CardPadding, 0);
    outer->addWidget(m_problem);
    outer->addLayout(buttons);
    connect(m_accept, &Button::clicked, this,
            [this] { m_presenter.reply(TryPresenter::Reply::Accept); });
    connect(decline, &Button::clicked, this,
            [this] { m_presenter.reply(TryPresenter::Reply::Decline); });
    connect(dismiss, &Button::clicked, this,
            [this] { m_presenter.reply(TryPresenter::Reply::Cancel); });
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
        auto *const message = new Label(headingOf(ask), TextRole::Strong, m_forms);
        message->setObjectName(u"ask.message"_s);
        message->setWordWrap(true);
        column->addWidget(message);
        switch (ask.kind) {
        case Ask::Kind::Form: addForm(ask); break;
        case Ask::Kind::Page: addPage(ask); break;
        case Ask::Kind::Typed: addTyped(ask); break;
        }
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

// The whole address is shown before anything is opened, and the host in letters that cannot be taken for others.
void AskView::addPage(const Ask &ask)
{
    const auto page = webPage(ask.page);
    auto *const address = new CopyField(u"ask.page"_s, tr("Address of the page"), m_forms);
    address->setWrapped();
    address->setText(QString::fromUtf8(ask.page));
    auto *const about = new Label(
        page ? tr("The tool wants you to do something on a page of %1. It is opened in your "
                  "browser; what you enter there does not pass through Provost.")
                   .arg(page->host(QUrl::FullyEncoded))
             : tr("This is no page of the web and is not opened."),
        TextRole::Caption, m_forms);
    about->setWordWrap(true);
    auto *const open = new Button(tr("Open the page"), ButtonKind::Outlined, m_forms);
    open->setObjectName(u"ask.openPage"_s);
    open->setIconOf(Icon::External);
    setBlocked(*open, answerProblem(ask));
    m_forms->layout()->addWidget(address);
    m_forms->layout()->addWidget(about);
    m_forms->layout()->addWidget(open);
    m_forms->layout()->setAlignment(open, Qt::AlignLeft);
    connect(open, &Button::clicked, this, [about, address = ask.page] {
        if (!openWebPage(address))
            about->setText(tr("✕ No browser takes the address."));
    });
}

void AskView::addTyped(const Ask &ask)
{
    if (const QString asked = askedText(ask); !asked.isEmpty()) {
        auto *const shown = new Label(asked, TextRole::Mono, m_forms);
        shown->setObjectName(u"ask.params"_s);
        shown->setWordWrap(true);
        shown->setSelectable();
        m_forms->layout()->addWidget(shown);
    }
    auto *const about = new Label(tr("The result, as JSON:"), TextRole::Caption, m_forms);
    m_forms->layout()->addWidget(about);
    auto *const editor = new CodeEditor(u"ask."_s + QString::fromUtf8(ask.key),
                                        tr("Answer as JSON"), CodeLanguage::Json, m_forms);
    editor->setText(QString::fromUtf8(ask.answer.toIndented()));
    editor->setHeightToLines(3, 12);
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
    m_problem->setText(blocked.isEmpty() ? QString() : QString(u"! "_s + blocked));
    m_problem->setVisible(!blocked.isEmpty());
}

} // namespace provost::ui
