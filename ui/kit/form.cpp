#include "ui/kit/form.h"

#include "ui/kit/chipseditor.h"
#include "ui/kit/fonts.h"
#include "ui/kit/label.h"
#include "ui/kit/paint.h"
#include "ui/kit/theme.h"

#include <QBoxLayout>
#include <QGridLayout>
#include <QListView>
#include <QPainter>
#include <QStyleOptionComboBox>
#include <QStylePainter>
#include <QWheelEvent>

namespace provost::ui {

using namespace Qt::StringLiterals;

LineField::LineField(const QString &name, const QString &accessible, QWidget *parent)
    : QLineEdit(parent)
{
    setObjectName(name);
    setAccessibleName(accessible);
    followTheme(this, [this] { setFont(m_mono ? monoFont() : uiFont()); });
}

void LineField::setInvalid(bool invalid)
{
    m_invalid = invalid;
    update();
}

void LineField::setMono()
{
    m_mono = true;
    setFont(monoFont());
}

void LineField::paintEvent(QPaintEvent *event)
{
    QLineEdit::paintEvent(event);
    if (m_invalid) {
        QPainter painter(this);
        paintBox(painter, rect(),
                 {.fill = {}, .border = tokens().deny, .borderWidth = hasFocus() ? 2.0 : 1.0});
    }
}

ComboField::ComboField(const QString &name, const QString &accessible, QWidget *parent)
    : QComboBox(parent)
{
    setObjectName(name);
    setAccessibleName(accessible);
    followTheme(this, [this] { setFont(uiFont()); });
    auto *const list = new QListView(this);
    list->setUniformItemSizes(true);
    setView(list);
    setSizeAdjustPolicy(QComboBox::AdjustToContents);
}

void ComboField::setPrefix(const QString &prefix)
{
    m_prefix = prefix;
    updateGeometry();
    update();
}

bool ComboField::choose(const QString &value)
{
    const int index = findData(value);
    const QSignalBlocker quiet(this);
    setCurrentIndex(index);
    return index >= 0;
}

QSize ComboField::sizeHint() const
{
    QSize hint = QComboBox::sizeHint();
    if (!m_prefix.isEmpty()) {
        hint.rwidth() += fontMetrics().horizontalAdvance(m_prefix) + 6;
    }
    hint.setHeight(metrics::ControlHeight);
    return hint;
}

QSize ComboField::minimumSizeHint() const
{
    return {std::min(sizeHint().width(), 90), metrics::ControlHeight};
}

void ComboField::paintEvent(QPaintEvent *event)
{
    if (isEditable()) {
        QComboBox::paintEvent(event);
        return;
    }
    QStylePainter painter(this);
    QStyleOptionComboBox option;
    initStyleOption(&option);
    painter.drawComplexControl(QStyle::CC_ComboBox, option);
    QRect words =
        style()->subControlRect(QStyle::CC_ComboBox, &option, QStyle::SC_ComboBoxEditField, this);
    const Tokens &t = tokens();
    painter.setFont(font());
    if (!m_prefix.isEmpty()) {
        painter.setPen(t.muted);
        painter.drawText(words, Qt::AlignVCenter | Qt::AlignLeft, m_prefix);
        words.setLeft(words.left() + fontMetrics().horizontalAdvance(m_prefix) + 6);
    }
    if (!option.currentIcon.isNull()) {
        const QRect icon(words.left(), words.center().y() - metrics::IconSize / 2,
                         metrics::IconSize, metrics::IconSize);
        option.currentIcon.paint(&painter, icon);
        words.setLeft(words.left() + metrics::IconSize + 6);
    }
    const bool placeholder = currentIndex() < 0;
    painter.setPen(!isEnabled() ? t.faint : (placeholder ? t.muted : t.text));
    painter.drawText(words, static_cast<int>(Qt::AlignVCenter | Qt::AlignLeft) | Qt::TextSingleLine,
                     fontMetrics().elidedText(placeholder ? placeholderText() : currentText(),
                                              Qt::ElideRight, words.width()));
}

void ComboField::wheelEvent(QWheelEvent *event)
{
    event->ignore(); // scrolling a form must not change what it says
}

FormRow::FormRow(Label *label, QWidget *field, Label *note, QObject *parent)
    : QObject(parent)
    , m_label(label)
    , m_field(field)
    , m_note(note)
{
    show();
}

void FormRow::setError(const QString &error)
{
    m_error = error;
    if (auto *const line = qobject_cast<LineField *>(m_field)) {
        line->setInvalid(!error.isEmpty());
    } else if (auto *const chips = qobject_cast<ChipsEditor *>(m_field)) {
        chips->setInvalid(!error.isEmpty());
    }
    show();
}

void FormRow::setHint(const QString &hint)
{
    m_hint = hint;
    show();
}

void FormRow::setVisible(bool visible)
{
    m_label->setVisible(visible);
    m_field->setVisible(visible);
    m_note->setVisible(visible && !m_note->text().isEmpty());
}

void FormRow::show()
{
    const bool wrong = !m_error.isEmpty();
    m_note->setText(wrong ? u"✕ "_s + m_error : m_hint);
    m_note->setTone(wrong ? Tone::Deny : Tone::Muted);
    m_note->setVisible(!m_note->text().isEmpty() && !m_field->isHidden());
    m_field->setAccessibleDescription(wrong ? m_error : m_hint);
}

Form::Form(QWidget *parent)
    : QWidget(parent)
    , m_grid(new QGridLayout)
{
    auto *const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(m_grid);
    column->addStretch(1);
    m_grid->setHorizontalSpacing(0);
    m_grid->setVerticalSpacing(3);
    m_grid->setColumnStretch(1, 1);
    setLabelWidth(102);
}

FormRow *Form::addRow(const QString &label, QWidget *field)
{
    auto *const name = new Label(label, TextRole::Body, this);
    name->setTone(Tone::Muted);
    name->setBuddy(field);
    auto *const note = new Label({}, TextRole::Caption, this);
    note->setWordWrap(true);
    name->setMinimumHeight(metrics::ControlHeight);
    m_grid->addWidget(name, m_rows, 0, Qt::AlignTop);
    if (field->sizePolicy().horizontalPolicy() == QSizePolicy::Fixed) {
        m_grid->addWidget(field, m_rows, 1, Qt::AlignLeft | Qt::AlignTop);
    } else {
        m_grid->addWidget(field, m_rows, 1);
    }
    m_grid->addWidget(note, m_rows + 1, 1);
    m_rows += 2;
    return new FormRow(name, field, note, this);
}

void Form::addWide(QWidget *widget)
{
    m_grid->addWidget(widget, m_rows, 0, 1, 2);
    ++m_rows;
}

void Form::setLabelWidth(int width)
{
    m_grid->setColumnMinimumWidth(0, width);
}

} // namespace provost::ui
