#include "ui/kit/chipseditor.h"

#include "ui/kit/fonts.h"
#include "ui/kit/icons.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QAbstractItemView>
#include <QCompleter>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPainter>
#include <QStringListModel>
#include <QToolTip>

namespace provost::ui {

namespace {

constexpr int Margin = 5;
constexpr int Gap = 4;
constexpr int ChipHeight = 20;
constexpr int ChipPadding = 6;
constexpr int CrossWidth = 14;
constexpr int EditWidthMin = 80;
constexpr qsizetype NamesMax = 512;

QFont chipFont()
{
    return monoFont(11);
}

} // namespace

ChipsEditor::ChipsEditor(const QString &name, const QString &accessible, QWidget *parent)
    : QWidget(parent)
    , m_edit(new QLineEdit(this))
    , m_completer(new QCompleter(this))
    , m_candidates(new QStringListModel(this))
{
    setObjectName(name);
    setAccessibleName(accessible);
    m_edit->setObjectName(name + QStringLiteral(".edit"));
    m_edit->setAccessibleName(accessible);
    m_edit->setFrame(false);
    m_edit->setFont(monoFont());
    m_edit->installEventFilter(this);
    m_edit->setTextMargins(-5, 0, 0, 0);
    setFocusProxy(m_edit);
    m_completer->setModel(m_candidates);
    m_completer->setFilterMode(Qt::MatchContains);
    m_completer->setCaseSensitivity(Qt::CaseInsensitive);
    m_edit->setCompleter(m_completer);
    connect(
        m_completer, qOverload<const QString &>(&QCompleter::activated), this,
        [this](const QString &chosen) { add(chosen); }, Qt::QueuedConnection);
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setMouseTracking(true);
}

void ChipsEditor::setNames(const QStringList &names)
{
    m_names.clear();
    for (const QString &name : names) {
        if (!name.isEmpty() && !m_names.contains(name) && m_names.size() < NamesMax) {
            m_names << name;
        }
    }
    relayout();
}

void ChipsEditor::setPlaceholder(const QString &text)
{
    m_placeholder = text;
    relayout();
}

void ChipsEditor::setCandidates(const QStringList &candidates)
{
    m_candidates->setStringList(candidates);
}

void ChipsEditor::setTrailing(const QString &text)
{
    m_trailing = text;
    relayout();
}

void ChipsEditor::setCheck(std::function<QString(const QString &)> check)
{
    m_check = std::move(check);
    update();
}

void ChipsEditor::setReadOnly(bool readOnly)
{
    m_readOnly = readOnly;
    m_edit->setReadOnly(readOnly);
    relayout();
}

void ChipsEditor::setInvalid(bool invalid)
{
    m_invalid = invalid;
    update();
}

int ChipsEditor::arrange(int width, std::vector<Chip> *chips, QRect *edit) const
{
    const QFontMetrics font(chipFont());
    const int trailing = m_trailing.isEmpty()
                             ? 0
                             : QFontMetrics(uiFont(12)).horizontalAdvance(m_trailing) + 2 * Margin;
    const int right = std::max(width - Margin, EditWidthMin);
    int x = Margin;
    int y = Margin;
    for (const QString &name : m_names) {
        const int cross = m_readOnly ? 0 : CrossWidth;
        const int wanted = font.horizontalAdvance(name) + 2 * ChipPadding + cross;
        const int edge = right - (y == Margin ? trailing : 0);
        const int chip = std::min(wanted, std::max(edge - Margin, 40));
        if (x > Margin && x + chip > edge) {
            x = Margin;
            y += ChipHeight + Gap;
        }
        if (chips != nullptr) {
            const QRect box(x, y, chip, ChipHeight);
            chips->push_back({box, QRect(box.right() - CrossWidth, y, cross, ChipHeight)});
        }
        x += chip + Gap;
    }
    const int edge = right - (y == Margin ? trailing : 0);
    if (!m_readOnly && x > Margin && x + EditWidthMin > edge) {
        x = Margin;
        y += ChipHeight + Gap;
    }
    if (edit != nullptr) {
        const int left = m_names.isEmpty() ? x + 6 : x;
        *edit =
            QRect(left, y, std::max(right - (y == Margin ? trailing : 0) - left, 10), ChipHeight);
    }
    return y + ChipHeight + Margin;
}

void ChipsEditor::relayout()
{
    m_chips.clear();
    QRect edit;
    arrange(width(), &m_chips, &edit);
    m_edit->setGeometry(edit);
    m_edit->setPlaceholderText(m_names.isEmpty() ? m_placeholder : QString());
    updateGeometry();
    update();
}

QSize ChipsEditor::sizeHint() const
{
    return {240, arrange(std::max(width(), 120), nullptr, nullptr)};
}

QSize ChipsEditor::minimumSizeHint() const
{
    return {120, metrics::ControlHeight};
}

int ChipsEditor::heightForWidth(int width) const
{
    return arrange(width, nullptr, nullptr);
}

void ChipsEditor::add(const QString &name)
{
    m_edit->clear();
    const QString trimmed = name.trimmed();
    if (trimmed.isEmpty() || m_names.contains(trimmed) || m_names.size() >= NamesMax) {
        return;
    }
    m_names << trimmed;
    relayout();
    Q_EMIT namesChanged(m_names);
}

void ChipsEditor::removeAt(qsizetype index)
{
    if (m_readOnly || index < 0 || index >= m_names.size()) {
        return;
    }
    m_names.removeAt(index);
    relayout();
    Q_EMIT namesChanged(m_names);
}

void ChipsEditor::commit()
{
    for (const QString &part : m_edit->text().split(u',')) {
        add(part);
    }
}

bool ChipsEditor::eventFilter(QObject *watched, QEvent *event)
{
    if (watched != m_edit || m_readOnly) {
        return QWidget::eventFilter(watched, event);
    }
    if (event->type() == QEvent::KeyPress) {
        const auto *const key = static_cast<QKeyEvent *>(event);
        const bool popup = m_completer->popup()->isVisible();
        const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if ((enter && !popup) || key->text() == QStringLiteral(",")) {
            commit();
            return true;
        }
        if (key->key() == Qt::Key_Tab && !m_edit->text().isEmpty() && !popup) {
            commit();
            return true;
        }
        if (key->key() == Qt::Key_Backspace && m_edit->text().isEmpty()) {
            removeAt(m_names.size() - 1);
            return true;
        }
    } else if (event->type() == QEvent::FocusOut && !m_completer->popup()->isVisible()) {
        commit();
        update();
    } else if (event->type() == QEvent::FocusIn) {
        update();
    }
    return QWidget::eventFilter(watched, event);
}

void ChipsEditor::resizeEvent(QResizeEvent *)
{
    relayout();
}

void ChipsEditor::paintEvent(QPaintEvent *)
{
    const Tokens &t = tokens();
    QPainter painter(this);
    const bool focused = m_edit->hasFocus();
    paintBox(painter, rect(),
             {.fill = isEnabled() ? t.field : t.hover,
              .border = m_invalid ? t.deny : (focused ? t.accent : t.line),
              .borderWidth = focused ? qreal(t.focusWidth) : 1.0});
    painter.setFont(chipFont());
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        const QString &name = m_names[static_cast<qsizetype>(i)];
        const Chip &chip = m_chips[i];
        const bool wrong = m_check && !m_check(name).isEmpty();
        paintBox(
            painter, chip.box,
            {.fill = wrong ? t.denySoft : t.hover, .border = wrong ? t.deny : t.line, .radius = 4});
        const QRect words =
            chip.box.adjusted(ChipPadding, 0, m_readOnly ? -ChipPadding : -CrossWidth - 1, 0);
        painter.setPen(wrong ? t.deny : t.text);
        painter.drawText(
            words, Qt::AlignVCenter | Qt::AlignLeft,
            painter.fontMetrics().elidedText(name, Qt::ElideMiddle, words.width() + 1));
        if (!m_readOnly) {
            painter.drawPixmap(QPoint(chip.cross.x() + 1, chip.cross.center().y() - 3),
                               iconPixmap(Icon::Close, t.muted, 9, devicePixelRatioF()));
        }
    }
    if (!m_trailing.isEmpty()) {
        painter.setFont(uiFont(12));
        painter.setPen(t.muted);
        painter.drawText(QRect(0, Margin, width() - 2 * Margin, ChipHeight),
                         Qt::AlignVCenter | Qt::AlignRight, m_trailing);
    }
}

void ChipsEditor::mousePressEvent(QMouseEvent *event)
{
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        if (m_chips[i].cross.contains(event->pos())) {
            removeAt(static_cast<qsizetype>(i));
            return;
        }
    }
    m_edit->setFocus();
}

bool ChipsEditor::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *const help = static_cast<QHelpEvent *>(event);
        for (std::size_t i = 0; i < m_chips.size(); ++i) {
            if (m_chips[i].box.contains(help->pos())) {
                const QString &name = m_names[static_cast<qsizetype>(i)];
                const QString wrong = m_check ? m_check(name) : QString();
                QToolTip::showText(help->globalPos(), plainToolTip(wrong.isEmpty() ? name : wrong),
                                   this);
                return true;
            }
        }
    }
    return QWidget::event(event);
}

} // namespace provost::ui
