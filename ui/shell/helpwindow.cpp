#include "ui/shell/helpwindow.h"

#include "ui/kit/fonts.h"
#include "ui/kit/theme.h"
#include "ui/shell/actionregistry.h"

#include <QBoxLayout>
#include <QFile>
#include <QKeyEvent>
#include <QListWidget>
#include <QTextBlock>
#include <QTextBrowser>
#include <QTextCursor>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr QLatin1StringView Shortcuts = "shortcuts"_L1;

// Markdown brings sizes of its own; these are ours.
void giveLook(QTextDocument &document)
{
    const Tokens &t = tokens();
    for (QTextBlock block = document.begin(); block.isValid(); block = block.next()) {
        QTextCursor cursor(block);
        QTextBlockFormat format = block.blockFormat();
        const int level = format.headingLevel();
        format.setTopMargin(level > 0 ? 14 : 4);
        format.setBottomMargin(6);
        format.setLineHeight(135, QTextBlockFormat::ProportionalHeight);
        cursor.setBlockFormat(format);
        cursor.select(QTextCursor::BlockUnderCursor);
        if (level > 0) {
            QTextCharFormat words;
            words.setFont(uiFont(level == 1 ? 20 : 15, QFont::DemiBold));
            words.setForeground(t.text);
            cursor.mergeCharFormat(words);
            continue;
        }
        for (auto fragment = block.begin(); !fragment.atEnd(); ++fragment) {
            const QTextFragment part = fragment.fragment();
            if (part.charFormat().fontFixedPitch()) {
                QTextCursor code(&document);
                code.setPosition(part.position());
                code.setPosition(part.position() + part.length(), QTextCursor::KeepAnchor);
                QTextCharFormat mono;
                mono.setFont(monoFont());
                mono.setBackground(t.hover);
                code.mergeCharFormat(mono);
            }
        }
    }
}

} // namespace

std::vector<HelpTopic> helpTopics()
{
    return {{u"overview"_s, HelpWindow::tr("Overview")},
            {u"audit"_s, HelpWindow::tr("Audit")},
            {u"policies"_s, HelpWindow::tr("Policies")},
            {u"simulator"_s, HelpWindow::tr("Simulator")},
            {u"tenants"_s, HelpWindow::tr("Tenants and keys")},
            {u"connect"_s, HelpWindow::tr("Connecting an agent")},
            {Shortcuts, HelpWindow::tr("Keyboard shortcuts")}};
}

HelpWindow::HelpWindow(const ActionRegistry &actions, QWidget *parent)
    : QWidget(parent, Qt::Window)
    , m_actions(actions)
    , m_topics(new QListWidget(this))
    , m_text(new QTextBrowser(this))
{
    setObjectName(u"help"_s);
    setWindowTitle(tr("Help"));
    resize(860, 640);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(8, 8, 8, 8);
    row->setSpacing(8);
    m_topics->setObjectName(u"help.topics"_s);
    m_topics->setAccessibleName(tr("Help topics"));
    m_topics->setFixedWidth(180);
    m_topics->setFrameShape(QFrame::NoFrame);
    m_topics->viewport()->setAutoFillBackground(false);
    for (const HelpTopic &topic : helpTopics()) {
        auto *const item = new QListWidgetItem(topic.title, m_topics);
        item->setData(Qt::UserRole, topic.id);
    }
    m_text->setObjectName(u"help.text"_s);
    m_text->setAccessibleName(tr("Help page"));
    m_text->setOpenLinks(false);
    m_text->document()->setDocumentMargin(18);
    row->addWidget(m_topics);
    row->addWidget(m_text, 1);
    connect(m_topics, &QListWidget::currentItemChanged, this, [this](const QListWidgetItem *item) {
        if (item != nullptr) {
            load(item->data(Qt::UserRole).toString());
        }
    });
    // Pages link to each other by file name and to nothing else.
    connect(m_text, &QTextBrowser::anchorClicked, this,
            [this](const QUrl &url) { open(url.fileName().remove(u".md"_s)); });
    followTheme(this, [this] {
        if (m_topics->currentItem() != nullptr) {
            load(m_topics->currentItem()->data(Qt::UserRole).toString());
        }
    });
}

void HelpWindow::open(const QString &topic)
{
    int row = 0;
    for (int i = 0; i < m_topics->count(); ++i) {
        if (m_topics->item(i)->data(Qt::UserRole).toString() == topic) {
            row = i;
        }
    }
    m_topics->setCurrentRow(row);
    show();
    raise();
    activateWindow();
}

void HelpWindow::load(const QString &topic)
{
    QString markdown;
    if (topic == Shortcuts) {
        markdown = shortcuts();
    } else {
        QFile file(u":/help/"_s + topic + u".md"_s);
        if (file.open(QIODevice::ReadOnly)) {
            markdown = QString::fromUtf8(file.readAll());
        }
    }
    m_text->setMarkdown(markdown);
    giveLook(*m_text->document());
    m_text->moveCursor(QTextCursor::Start);
}

QString HelpWindow::shortcuts() const
{
    QString text = u"# "_s + tr("Keyboard shortcuts") + u"\n\n"_s;
    QString category;
    for (const ActionRegistry::Entry &entry : m_actions.entries()) {
        if (entry.spec.shortcut.isEmpty()) {
            continue;
        }
        if (entry.spec.category != category) {
            category = entry.spec.category;
            text += u"\n## "_s + category + u"\n\n"_s;
        }
        text += u"- `"_s + entry.spec.shortcut.toString(QKeySequence::NativeText) + u"` "_s
                + entry.spec.text + u'\n';
    }
    return text;
}

} // namespace provost::ui
