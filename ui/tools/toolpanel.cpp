#include "ui/tools/toolpanel.h"

#include "ui/kit/badge.h"
#include "ui/kit/button.h"
#include "ui/kit/card.h"
#include "ui/kit/facts.h"
#include "ui/kit/jsontree.h"
#include "ui/kit/scrollarea.h"
#include "ui/kit/words.h"
#include "ui/tools/toolwords.h"

#include <QVBoxLayout>

#include <memory>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

constexpr int wordsHeightMax = 230; // the schema keeps its place below a long description

QString text(const QByteArray &bytes)
{
    return QString::fromUtf8(bytes);
}

} // namespace

ToolPanel::ToolPanel(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"tools.tool"_s);
    auto *const outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);

    auto *const words = new QWidget;
    auto *const column = new QVBoxLayout(words);
    column->setContentsMargins(metrics::CardPadding, metrics::Gap, metrics::CardPadding,
                               metrics::Gap);
    column->setSpacing(8);
    m_title = new Label({}, TextRole::Title, words);
    m_title->setObjectName(u"tool.title"_s);
    m_description = new Label({}, TextRole::Body, words);
    m_description->setObjectName(u"tool.description"_s);
    m_description->setWordWrap(true);
    m_description->setSelectable();
    m_claims = new QWidget(words);
    m_claims->setObjectName(u"tool.claims"_s);
    m_claimsRow = new QHBoxLayout(m_claims);
    m_claimsRow->setContentsMargins(0, 0, 0, 0);
    m_claimsRow->setSpacing(6);
    m_facts = new Facts(u"tool.facts"_s, words);
    for (QWidget *const part :
         std::initializer_list<QWidget *>{m_title, m_description, m_claims, m_facts})
        column->addWidget(part);
    column->addStretch(1);
    auto *const scroll = new ScrollArea(this);
    scroll->setContent(words);
    scroll->setMaximumHeight(wordsHeightMax);
    outer->addWidget(scroll, 1);
    outer->addWidget(new Hairline(Qt::Horizontal, this));

    auto *const row = new QHBoxLayout;
    row->setContentsMargins(metrics::CardPadding, 8, metrics::CardPadding, 8);
    m_which = new Segments(this);
    m_which->setObjectName(u"tool.schemaOf"_s);
    m_which->setAccessibleName(tr("Which schema"));
    m_which->add(u"input"_s, tr("Input"));
    m_which->add(u"output"_s, tr("Output"));
    m_which->add(u"definition"_s, tr("As listed"));
    m_which->setCurrent(u"input"_s);
    m_noSchema = new Label({}, TextRole::Caption, this);
    row->addWidget(m_which);
    row->addSpacing(8);
    row->addWidget(m_noSchema, 1);
    outer->addLayout(row);
    m_schema = new JsonTree(u"tool.schema"_s, tr("Schema"), this);
    outer->addWidget(m_schema, 1);
    connect(m_which, &Segments::chosen, this, &ToolPanel::showSchema);
}

void ToolPanel::setTool(const ToolRow &tool)
{
    const bool another = m_tool.name != tool.name || m_tool.definition != tool.definition;
    m_tool = tool;
    m_title->setText(text(tool.title.isEmpty() ? tool.name : tool.title));
    m_description->setText(tool.description.isEmpty() ? tr("Its server does not describe it.")
                                                      : text(tool.description));
    m_description->setTone(tool.description.isEmpty() ? Tone::Muted : Tone::Neutral);
    QStringList within;
    for (const QByteArray &name : tool.within)
        within.append(text(name));
    const CallFigures &figures = tool.figures;
    m_facts->setFacts(
        {{tr("Policy sees"),
          tool.resource.isEmpty()
              ? tr("permission %1, no resource").arg(text(tool.permission))
              : tr("permission %1 on %2").arg(text(tool.permission), text(tool.resource))},
         {tr("Lies in"), within.join(u", "_s), TextRole::Mono},
         {tr("Calls"), tr("%1 · %2 refused · %3 failed")
                           .arg(numberText(figures.calls), numberText(figures.denied),
                                numberText(figures.errors))},
         {tr("Latency"), figures.calls == 0 ? QString()
                                            : tr("p50 %1 · p95 %2")
                                                  .arg(durationText(figures.p50Us),
                                                       durationText(figures.p95Us))}});
    if (!another)
        return;
    showClaims();
    showSchema();
}

void ToolPanel::showClaims()
{
    while (const std::unique_ptr<QLayoutItem> item{m_claimsRow->takeAt(0)}) {
        if (item->widget() != nullptr)
            item->widget()->deleteLater();
    }
    const auto claims = claimsOf(m_tool.annotations);
    for (const QString &claim : claims) {
        auto *const badge = new Badge(BadgeKind::Neutral, claim, m_claims);
        badge->setToolTip(plainToolTip(
            tr("The server says so of itself. Policy does not rely on it unless the server's "
               "configuration says trust_annotations.")));
        m_claimsRow->addWidget(badge);
    }
    m_claimsRow->addStretch(1);
    m_claims->setVisible(!claims.empty());
}

void ToolPanel::showSchema()
{
    const QString which = m_which->current();
    const Json &schema = which == u"output"       ? m_tool.outputSchema
                         : which == u"definition" ? m_tool.definition
                                                  : m_tool.inputSchema;
    m_noSchema->setText(!schema.isNull()       ? QString()
                        : which == u"output"_s ? tr("The server declares no form of the result")
                                               : tr("The server declares none"));
    m_schema->setValue(schema);
}

} // namespace provost::ui
