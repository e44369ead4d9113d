#include "ui/audit/facetspanel.h"

#include "ui/audit/filterterms.h"
#include "ui/kit/clipboard.h"
#include "ui/kit/label.h"
#include "ui/kit/theme.h"
#include "ui/kit/words.h"

#include <QMenu>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollArea>
#include <QVBoxLayout>

#include <memory>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

QString titleOf(const QByteArray &field)
{
    if (field == "tool")
        return FacetsPanel::tr("Tool");
    if (field == "user")
        return FacetsPanel::tr("User");
    if (field == "agent")
        return FacetsPanel::tr("Agent");
    if (field == "rule")
        return FacetsPanel::tr("Rule");
    if (field == "status")
        return FacetsPanel::tr("Status");
    return QString::fromUtf8(field);
}

// One value: its name, its share, and a thin bar.
class ValueRow final : public QWidget
{
public:
    ValueRow(FacetsPanel &panel, const QByteArray &field, control::FacetValue value, double share)
        : m_panel(panel)
        , m_term(termOf(field, value.value))
        , m_value(std::move(value))
        , m_share(share)
    {
        setObjectName(u"facet."_s + m_term);
        setAccessibleName(FacetsPanel::tr("%1, %2 records: narrow the filter")
                              .arg(m_term, numberText(m_value.count)));
        setFocusPolicy(Qt::TabFocus);
        setFixedHeight(28);
        setCursor(Qt::PointingHandCursor);
        setToolTip(
            plainToolTip(QString::fromUtf8(m_value.value) + u"\n"_s
                         + FacetsPanel::tr("%1 records. Click to include, right click to exclude.")
                               .arg(numberText(m_value.count))));
        setAttribute(Qt::WA_Hover);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        const QString share = shareText(qint64(m_share * 1000), 1000);
        painter.setFont(fontOf(TextRole::Caption));
        const int shareWidth = painter.fontMetrics().horizontalAdvance(share);
        const QRect text = rect().adjusted(0, 0, 0, -6);
        painter.setPen(tokens().muted);
        painter.drawText(text, Qt::AlignRight | Qt::AlignVCenter, share);
        painter.setPen(underMouse() || hasFocus() ? tokens().accent : tokens().text);
        const QString name = painter.fontMetrics().elidedText(
            QString::fromUtf8(m_value.value), Qt::ElideMiddle, width() - shareWidth - 8);
        painter.drawText(text, Qt::AlignLeft | Qt::AlignVCenter, name);
        const int y = height() - 5;
        painter.fillRect(0, y, width(), 2, tokens().line);
        painter.fillRect(0, y, std::max(2, int(width() * m_share)), 2, tokens().accent);
    }
    void mouseReleaseEvent(QMouseEvent *event) override
    {
        if (event->button() == Qt::LeftButton)
            Q_EMIT m_panel.termChosen(m_term);
    }
    void keyPressEvent(QKeyEvent *event) override
    {
        if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Space)
            Q_EMIT m_panel.termChosen(m_term);
        else
            QWidget::keyPressEvent(event);
    }
    void contextMenuEvent(QContextMenuEvent *event) override
    {
        auto *const menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        FacetsPanel &panel = m_panel;
        const QString term = m_term;
        const QString value = QString::fromUtf8(m_value.value);
        menu->addAction(FacetsPanel::tr("Include"), &panel,
                        [&panel, term] { Q_EMIT panel.termChosen(term); });
        menu->addAction(FacetsPanel::tr("Exclude"), &panel,
                        [&panel, term] { Q_EMIT panel.termChosen(u'-' + term); });
        menu->addAction(FacetsPanel::tr("Copy value"), &panel, [value] { copyText(value); });
        menu->popup(event->globalPos());
    }

private:
    FacetsPanel &m_panel;
    QString m_term;
    control::FacetValue m_value;
    double m_share;
};

} // namespace

FacetsPanel::FacetsPanel(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(u"audit.facets"_s);
    setAccessibleName(tr("Most frequent values"));
    setFixedWidth(168);
    auto *const whole = new QVBoxLayout(this);
    whole->setContentsMargins(0, 0, 0, 0);
    auto *const scroll = new QScrollArea(this);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setAccessibleName(accessibleName());
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_content = new QWidget;
    m_column = new QVBoxLayout(m_content);
    m_column->setContentsMargins(12, 10, 12, 10);
    m_column->setSpacing(2);
    scroll->setWidget(m_content);
    scroll->viewport()->setAutoFillBackground(false);
    m_content->setAutoFillBackground(false);
    whole->addWidget(scroll);
}

void FacetsPanel::setFacets(const std::vector<control::Facet> &facets, qint64 records)
{
    while (const std::unique_ptr<QLayoutItem> item{m_column->takeAt(0)})
        delete item->widget();
    for (const control::Facet &facet : facets) {
        if (facet.values.empty())
            continue;
        m_column->addWidget(new Label(titleOf(facet.field), TextRole::Heading));
        for (const control::FacetValue &value : facet.values) {
            const double share =
                records > 0 ? std::min(1.0, double(value.count) / double(records)) : 0;
            m_column->addWidget(new ValueRow(*this, facet.field, value, share));
        }
        m_column->addSpacing(8);
    }
    m_column->addStretch();
}

} // namespace provost::ui
