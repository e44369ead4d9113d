#include "ui/simulator/attributeseditor.h"

#include "ui/kit/button.h"
#include "ui/kit/form.h"

#include <QBoxLayout>

namespace provost::ui {

using namespace Qt::StringLiterals;

AttributesEditor::AttributesEditor(const QString &name, const QString &accessible, QWidget *parent)
    : QWidget(parent)
    , m_name(name)
    , m_accessible(accessible)
    , m_column(new QVBoxLayout(this))
{
    setObjectName(name);
    setAccessibleName(accessible);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(6);
    auto *const add = new Button(tr("+ add attribute"), ButtonKind::Link, this);
    add->setObjectName(name + u".add"_s);
    add->setAccessibleName(tr("%1: add").arg(accessible));
    m_column->addWidget(add, 0, Qt::AlignLeft);
    connect(add, &Button::clicked, this, [this] { addRow({})->setFocus(); });
}

LineField *AttributesEditor::addRow(const Attribute &attribute)
{
    const auto number = m_rows.size() + 1;
    const QString object = m_name + u'.' + QString::number(number);
    Row row;
    row.widget = new QWidget(this);
    auto *const layout = new QHBoxLayout(row.widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    row.name = new LineField(object + u".name"_s, tr("%1 %2, name").arg(m_accessible).arg(number),
                             row.widget);
    row.value = new LineField(object + u".value"_s,
                              tr("%1 %2, value").arg(m_accessible).arg(number), row.widget);
    row.name->setMono();
    row.value->setMono();
    row.name->setPlaceholderText(tr("region"));
    row.value->setPlaceholderText(tr("EU"));
    row.name->setText(attribute.name);
    row.value->setText(attribute.value);
    auto *const remove =
        new Button(Icon::Close, tr("%1 %2: remove").arg(m_accessible).arg(number), row.widget);
    remove->setObjectName(object + u".remove"_s);
    layout->addWidget(row.name, 2);
    layout->addWidget(row.value, 3);
    layout->addWidget(remove);
    m_column->insertWidget(m_column->count() - 1, row.widget);
    connect(row.name, &QLineEdit::editingFinished, this, &AttributesEditor::commit);
    connect(row.value, &QLineEdit::editingFinished, this, &AttributesEditor::commit);
    connect(remove, &Button::clicked, this, [this, name = row.name] {
        name->clear();
        commit();
        setAttributes(m_known);
    });
    m_rows.push_back(row);
    return row.name;
}

void AttributesEditor::setAttributes(const std::vector<Attribute> &attributes)
{
    m_known = attributes;
    const bool writing = !m_rows.empty() && m_rows.size() == attributes.size() + 1
                         && (m_rows.back().name->hasFocus() || m_rows.back().value->hasFocus());
    while (m_rows.size() > attributes.size() + (writing ? 1 : 0)) {
        m_rows.back().widget->hide();
        m_rows.back().widget->deleteLater();
        m_rows.pop_back();
    }
    for (std::size_t i = 0; i < attributes.size(); ++i) {
        if (i >= m_rows.size()) {
            addRow(attributes[i]);
            continue;
        }
        if (m_rows[i].name->text() != attributes[i].name) {
            m_rows[i].name->setText(attributes[i].name);
        }
        if (m_rows[i].value->text() != attributes[i].value) {
            m_rows[i].value->setText(attributes[i].value);
        }
    }
}

std::vector<Attribute> AttributesEditor::attributes() const
{
    std::vector<Attribute> attributes;
    for (const Row &row : m_rows) {
        if (const QString name = row.name->text().trimmed(); !name.isEmpty()) {
            attributes.push_back({name, row.value->text()});
        }
    }
    return attributes;
}

void AttributesEditor::commit()
{
    const std::vector<Attribute> now = attributes();
    if (now != m_known) {
        m_known = now;
        Q_EMIT attributesChanged(now);
    }
}

} // namespace provost::ui
