#include "ui/shell/topbar.h"

#include "ui/kit/button.h"
#include "ui/kit/fonts.h"
#include "ui/kit/form.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QAbstractButton>
#include <QBoxLayout>
#include <QPainter>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

constexpr int Height = 44;
constexpr int BrandWidth = 172; // as wide as the mode bar below

// Looks like a field, opens the palette.
class SearchBox : public QAbstractButton
{
public:
    explicit SearchBox(QWidget *parent)
        : QAbstractButton(parent)
    {
        setObjectName(u"topBar.search"_s);
        setAccessibleName(QObject::tr("Search or run a command"));
        setText(accessibleName());
        setAttribute(Qt::WA_Hover);
        setFocusPolicy(Qt::TabFocus);
        setCursor(Qt::IBeamCursor);
        setFixedHeight(28);
        setMinimumWidth(180);
        setMaximumWidth(330);
        setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    }

    [[nodiscard]] QSize sizeHint() const override { return {330, 28}; }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Tokens &t = tokens();
        QPainter painter(this);
        paintBox(painter, rect(), {.fill = underMouse() ? t.hover : t.raised, .border = t.line});
        painter.setFont(uiFont());
        painter.setPen(t.muted);
        painter.drawText(rect().adjusted(11, 0, -70, 0), Qt::AlignVCenter | Qt::AlignLeft,
                         fontMetrics().elidedText(text(), Qt::ElideRight, width() - 81));
        const QString keys = u"Ctrl K"_s;
        painter.setFont(monoFont(11));
        const int wide = painter.fontMetrics().horizontalAdvance(keys) + 10;
        const QRect box(width() - wide - 9, (height() - 17) / 2, wide, 17);
        paintBox(painter, box, {.fill = t.surface, .border = t.line, .radius = 4});
        painter.drawText(box, Qt::AlignCenter, keys);
        if (hasFocus()) {
            paintFocusRing(painter, rect(), metrics::ControlRadius);
        }
    }
};

class Brand : public QWidget
{
public:
    explicit Brand(QWidget *parent)
        : QWidget(parent)
    {
        setFixedWidth(BrandWidth);
        setAccessibleName(u"Provost"_s);
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        const Tokens &t = tokens();
        QPainter painter(this);
        painter.setFont(uiFont(14, QFont::Bold));
        painter.setPen(t.text);
        const QString first = u"Pro"_s;
        painter.drawText(rect().adjusted(14, 0, 0, 0), Qt::AlignVCenter, first);
        painter.setPen(t.accent);
        painter.drawText(
            rect().adjusted(14 + painter.fontMetrics().horizontalAdvance(first), 0, 0, 0),
            Qt::AlignVCenter, u"vost"_s);
    }
};

} // namespace

TopBar::TopBar(QWidget *parent)
    : QWidget(parent)
    , m_tenant(new ComboField(u"topBar.tenant"_s, tr("Scope"), this))
    , m_range(new ComboField(u"topBar.range"_s, tr("Time range"), this))
    , m_theme(new Button(Icon::Theme, tr("Theme"), this))
    , m_menu(new Button(Icon::Menu, tr("Menu"), this))
{
    setObjectName(u"topBar"_s);
    setFixedHeight(Height);
    auto *const row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 14, 1);
    row->setSpacing(10);
    m_tenant->setPrefix(tr("Scope"));
    m_range->setPrefix(tr("Range"));
    for (ComboField *const combo : {m_tenant, m_range}) {
        combo->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
        combo->setFixedHeight(28);
    }
    for (const RangePreset range :
         {RangePreset::Last15Minutes, RangePreset::LastHour, RangePreset::Last12Hours,
          RangePreset::LastDay, RangePreset::LastWeek, RangePreset::LastMonth, RangePreset::All}) {
        m_range->addItem(textOf(range), keyOf(range));
    }
    setTenants({});
    auto *const search = new SearchBox(this);
    m_theme->setObjectName(u"topBar.theme"_s);
    m_menu->setObjectName(u"topBar.menu"_s);
    row->addWidget(new Brand(this));
    row->addWidget(m_tenant);
    row->addWidget(m_range);
    row->addStretch(1);
    row->addWidget(search, 2);
    row->addWidget(m_theme);
    row->addWidget(m_menu);
    connect(search, &QAbstractButton::clicked, this, &TopBar::searchRequested);
    const auto tell = [this] { Q_EMIT scopeChosen(scope()); };
    connect(m_tenant, &QComboBox::activated, this, tell);
    connect(m_range, &QComboBox::activated, this, tell);
}

void TopBar::setTenants(const std::vector<std::pair<TenantId, QString>> &tenants)
{
    const QString chosen = m_tenant->chosen();
    const QSignalBlocker quiet(m_tenant);
    m_tenant->clear();
    m_tenant->addItem(tr("All tenants"), QString());
    for (const auto &[id, name] : tenants) {
        const QString text = QString::fromUtf8(id.value);
        m_tenant->addItem(text, text);
        m_tenant->setItemData(m_tenant->count() - 1, plainToolTip(name), Qt::ToolTipRole);
    }
    if (!m_tenant->choose(chosen)) {
        m_tenant->addItem(chosen, chosen);
        m_tenant->choose(chosen);
    }
    m_tenant->updateGeometry();
}

void TopBar::setScope(const Scope &scope)
{
    const QString tenant = QString::fromUtf8(scope.tenant.value);
    if (!m_tenant->choose(tenant)) {
        const QSignalBlocker quiet(m_tenant);
        m_tenant->addItem(tenant, tenant);
        m_tenant->choose(tenant);
    }
    m_range->choose(keyOf(scope.range));
}

Scope TopBar::scope() const
{
    return {TenantId(m_tenant->chosen().toUtf8()),
            rangeOf(m_range->chosen()).value_or(RangePreset::Last12Hours)};
}

void TopBar::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    painter.fillRect(rect(), t.surface);
    painter.fillRect(QRect(0, height() - 1, width(), 1), t.line);
}

} // namespace provost::ui
