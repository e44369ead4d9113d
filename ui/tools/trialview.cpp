#include "ui/tools/trialview.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/label.h"
#include "ui/kit/scrollarea.h"
#include "ui/kit/words.h"

#include <QBuffer>
#include <QImageReader>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype textShownMax = 20'000; // characters of one block; all of it is in the JSON
constexpr std::size_t blocksShownMax = 50;
constexpr int imageEdgeMax = 320;
constexpr int imageEdgeReadMax = 4096;

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

BadgeLook badgeOf(const TrialResult &result)
{
    if (!result.asks.isNull())
        return {BadgeKind::Ask, TrialView::tr("asks")};
    if (result.refusal == "denied")
        return {BadgeKind::Deny, TrialView::tr("denied")};
    if (result.refusal == "cancelled")
        return {BadgeKind::Neutral, TrialView::tr("cancelled")};
    if (!result.refusal.isEmpty())
        return {BadgeKind::Deny, text(result.refusal).replace(u'_', u' ')};
    if (result.toolError)
        return {BadgeKind::Warning, TrialView::tr("tool error")};
    return {BadgeKind::Allow, TrialView::tr("allowed")};
}

} // namespace

QImage imageOf(const Json &block, int edgeMax)
{
    static const std::map<QByteArray, QByteArray> formats{
        {"image/png", "png"}, {"image/jpeg", "jpeg"}, {"image/gif", "gif"}, {"image/webp", "webp"}};
    const auto format = formats.find(block["mimeType"].toByteArray());
    if (format == formats.end())
        return {};
    QByteArray data = QByteArray::fromBase64(block["data"].toByteArray());
    QBuffer buffer(&data);
    QImageReader reader(&buffer, format->second);
    reader.setDecideFormatFromContent(false);
    const QSize size = reader.size();
    if (!size.isValid() || size.width() > imageEdgeReadMax || size.height() > imageEdgeReadMax)
        return {};
    if (size.width() > edgeMax || size.height() > edgeMax)
        reader.setScaledSize(size.scaled(edgeMax, edgeMax, Qt::KeepAspectRatio));
    return reader.read();
}

TrialView::TrialView(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"trial"_s);
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                               metrics::CardPadding);
    column->setSpacing(8);
    auto *const head = new QHBoxLayout;
    head->setSpacing(8);
    m_badge = new Badge(BadgeKind::Neutral, {}, this);
    m_badge->setObjectName(u"trial.outcome"_s);
    m_took = new Label({}, TextRole::Caption, this);
    m_record = new Button(tr("Audit record"), ButtonKind::Link, this);
    m_record->setObjectName(u"trial.record"_s);
    head->addWidget(m_badge);
    head->addWidget(m_took);
    head->addStretch(1);
    head->addWidget(m_record);
    column->addLayout(head);
    m_rule = new Button({}, ButtonKind::Link, this);
    m_rule->setObjectName(u"trial.rule"_s);
    column->addWidget(m_rule, 0, Qt::AlignLeft);
    m_reason = new Label({}, TextRole::Body, this);
    m_reason->setObjectName(u"trial.reason"_s);
    m_reason->setWordWrap(true);
    m_reason->setSelectable();
    column->addWidget(m_reason);
    m_which = new Segments(this);
    m_which->setObjectName(u"trial.which"_s);
    m_which->setAccessibleName(tr("Which part of the result"));
    m_which->add(u"content"_s, tr("Content"));
    m_structured = m_which->add(u"structured"_s, tr("Structured"));
    m_which->add(u"json"_s, tr("JSON"));
    m_which->setCurrent(u"content"_s);
    column->addWidget(m_which, 0, Qt::AlignLeft);
    m_stack = new QStackedWidget(this);
    m_blocks = new ScrollArea(m_stack);
    m_tree = new JsonTree(u"trial.json"_s, tr("Result"), m_stack);
    m_stack->addWidget(m_blocks);
    m_stack->addWidget(m_tree);
    column->addWidget(m_stack, 1);
    column->addStretch(0);
    connect(m_which, &Segments::chosen, this, &TrialView::showContent);
    connect(m_record, &Button::clicked, this, [this] {
        Q_EMIT linkActivated(
            {u"audit"_s, {}, {{u"filter"_s, u"request:"_s + text(m_result.requestId)}}});
    });
    connect(m_rule, &Button::clicked, this, [this] {
        Q_EMIT linkActivated(
            {u"policies"_s,
             text(m_result.policyFile) + u':' + QString::number(m_result.policyLine),
             {}});
    });
}

void TrialView::setResult(const TrialResult &result, int round)
{
    m_result = result;
    showDecision();
    m_took->setText(round > 1
                        ? tr("%1 · round %2").arg(durationText(result.took.count())).arg(round)
                        : durationText(result.took.count()));
    const bool some = !result.result.isNull() && result.asks.isNull();
    m_which->setVisible(some);
    m_stack->setVisible(some);
    const bool structured = result.result["structuredContent"].isObject();
    setBlocked(*m_structured, structured ? QString() : tr("The result has no structured content"));
    if (!structured && m_which->current() == u"structured")
        m_which->setCurrent(u"content"_s);
    if (some)
        showContent();
}

void TrialView::showDecision()
{
    const BadgeLook badge = badgeOf(m_result);
    m_badge->set(badge.kind, badge.text);
    const QString rule = text(m_result.policy);
    m_rule->setVisible(!rule.isEmpty());
    m_rule->setText(m_result.decision == "allow" ? tr("by rule %1").arg(rule)
                                                 : tr("refused by rule %1").arg(rule));
    setBlocked(*m_rule,
               m_result.policyFile.isEmpty() ? tr("The rule stands in no file") : QString());
    m_reason->setText(text(m_result.reason));
    m_reason->setVisible(!m_result.reason.isEmpty());
}

void TrialView::showContent()
{
    const QString which = m_which->current();
    if (which == u"content") {
        auto *const blocks = new QWidget;
        auto *const column = new QVBoxLayout(blocks);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(8);
        const auto &content = m_result.result["content"].items();
        for (std::size_t i = 0; i < std::min(content.size(), blocksShownMax); ++i)
            addBlock(content[i], *column);
        if (content.size() > blocksShownMax)
            column->addWidget(
                new Label(tr("… and %1 more, see JSON")
                              .arg(numberText(qint64(content.size() - blocksShownMax))),
                          TextRole::Caption, blocks));
        if (content.empty())
            column->addWidget(
                new Label(tr("The result has no content"), TextRole::Caption, blocks));
        column->addStretch(1);
        m_blocks->setContent(blocks);
    } else {
        m_tree->setValue(which == u"structured" ? m_result.result["structuredContent"]
                                                : m_result.result);
    }
    m_stack->setCurrentWidget(which == u"content" ? static_cast<QWidget *>(m_blocks) : m_tree);
}

void TrialView::addBlock(const Json &block, QVBoxLayout &column)
{
    const QByteArray type = block["type"].toByteArray();
    if (type == "image") {
        const QImage image = imageOf(block, imageEdgeMax);
        auto *const shown = new QLabel(column.parentWidget());
        shown->setObjectName(u"trial.image"_s);
        shown->setAccessibleName(tr("Image of the result"));
        if (!image.isNull()) {
            shown->setPixmap(QPixmap::fromImage(image));
            column.addWidget(shown);
            return;
        }
        shown->deleteLater();
        column.addWidget(
            new Label(tr("An image (%1) that is not shown here").arg(block["mimeType"].toText()),
                      TextRole::Caption, column.parentWidget()));
        return;
    }
    QString words;
    if (type == "text")
        words = block["text"].toText();
    else if (type == "resource" && block["resource"]["text"].isString())
        words = block["resource"]["uri"].toText() + u'\n' + block["resource"]["text"].toText();
    else if (type == "resource_link")
        words = block["name"].toText() + u'\n' + block["uri"].toText();
    else
        words = tr("%1, see JSON").arg(text(type));
    if (words.size() > textShownMax)
        words =
            words.left(textShownMax)
            + tr("… (%1 more characters, see JSON)").arg(numberText(words.size() - textShownMax));
    auto *const label = new Label(words, TextRole::Mono, column.parentWidget());
    label->setObjectName(u"trial.text"_s);
    label->setWordWrap(true);
    label->setSelectable();
    column.addWidget(label);
}

} // namespace provost::ui
