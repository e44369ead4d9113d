#include "ui/tenants/userattributeseditor.h"

#include "ui/kit/button.h"
#include "ui/kit/form.h"

#include <QHBoxLayout>

#include <algorithm>

namespace provost::ui {

using namespace Qt::StringLiterals;

UserAttributesEditor::UserAttributesEditor(QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
{
    setObjectName(u"attributes"_s);
    setAccessibleName(tr("Attributes"));
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(6);
    addRow({}, {});
}

void UserAttributesEditor::setTexts(const AttributeTexts &texts)
{
    for (const Row &row : m_rows)
        row.widget->deleteLater();
    m_rows.clear();
    for (const auto &[name, value] : texts)
        addRow(name, value);
    addRow({}, {});
}

AttributeTexts UserAttributesEditor::texts() const
{
    AttributeTexts texts;
    for (const Row &row : m_rows) {
        const QString name = row.name->text().trimmed();
        const QString value = row.value->text().trimmed();
        if (!name.isEmpty() || !value.isEmpty())
            texts.emplace_back(name, value);
    }
    return texts;
}

void UserAttributesEditor::addRow(const QString &name, const QString &value)
{
    const QString id = u"attributes.%1"_s.arg(m_made++);
    Row row;
    row.widget = new QWidget(this);
    row.name = new LineField(id + u".name"_s, tr("Name of the attribute"), row.widget);
    row.value = new LineField(id + u".value"_s, tr("Value of the attribute"), row.widget);
    row.remove = new Button(Icon::Close, tr("Remove the attribute"), row.widget);
    row.remove->setObjectName(id + u".remove"_s);
    row.name->setMono();
    row.value->setMono();
    row.name->setPlaceholderText(tr("region"));
    row.value->setPlaceholderText(tr("emea"));
    row.name->setText(name);
    row.value->setText(value);
    auto *const line = new QHBoxLayout(row.widget);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    line->addWidget(row.name, 2);
    line->addWidget(row.value, 3);
    line->addWidget(row.remove);
    m_column->addWidget(row.widget);
    connect(row.name, &QLineEdit::textChanged, this, &UserAttributesEditor::edited);
    connect(row.value, &QLineEdit::textChanged, this, &UserAttributesEditor::edited);
    connect(row.remove, &Button::clicked, this, [this, widget = row.widget] { removeRow(widget); });
    m_rows.push_back(row);
}

void UserAttributesEditor::removeRow(const QWidget *widget)
{
    const auto row = std::find_if(m_rows.begin(), m_rows.end(),
                                  [&](const Row &known) { return known.widget == widget; });
    if (row == m_rows.end())
        return;
    row->widget->hide();
    row->widget->deleteLater();
    m_rows.erase(row);
    edited();
}

void UserAttributesEditor::edited()
{
    if (m_rows.empty() || !m_rows.back().name->text().isEmpty()
        || !m_rows.back().value->text().isEmpty())
        addRow({}, {});
    Q_EMIT changed();
}

} // namespace provost::ui
