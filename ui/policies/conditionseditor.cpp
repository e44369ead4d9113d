#include "ui/policies/conditionseditor.h"

#include "ui/kit/button.h"
#include "ui/kit/form.h"

#include <QBoxLayout>
#include <QCompleter>
#include <QStringListModel>

namespace provost::ui {

using namespace Qt::StringLiterals;

namespace {

// Completes the word that the cursor stands behind, not the whole line.
class WordCompleter : public QCompleter
{
public:
    WordCompleter(QAbstractItemModel *model, QLineEdit *edit)
        : QCompleter(model, edit)
        , m_edit(edit)
    {
        setCaseSensitivity(Qt::CaseInsensitive);
    }

    [[nodiscard]] QStringList splitPath(const QString &) const override
    {
        return {m_edit->text().mid(wordStart(), m_edit->cursorPosition() - wordStart())};
    }

    [[nodiscard]] QString pathFromIndex(const QModelIndex &index) const override
    {
        const QString text = m_edit->text();
        return text.left(wordStart()) + QCompleter::pathFromIndex(index)
               + text.mid(m_edit->cursorPosition());
    }

private:
    [[nodiscard]] qsizetype wordStart() const
    {
        const QString text = m_edit->text();
        qsizetype at = m_edit->cursorPosition();
        while (
            at > 0
            && (text[at - 1].isLetterOrNumber() || text[at - 1] == u'.' || text[at - 1] == u'_')) {
            --at;
        }
        return at;
    }

    QLineEdit *m_edit;
};

} // namespace

ConditionsEditor::ConditionsEditor(QWidget *parent)
    : QWidget(parent)
    , m_column(new QVBoxLayout(this))
    , m_candidates(new QStringListModel(this))
{
    setObjectName(u"policies.conditions"_s);
    setAccessibleName(tr("Conditions"));
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(6);
    m_add = new Button(tr("+ add condition"), ButtonKind::Link, this);
    m_add->setObjectName(u"policies.addCondition"_s);
    m_add->setAccessibleName(tr("Add condition"));
    m_column->addWidget(m_add, 0, Qt::AlignLeft);
    connect(m_add, &Button::clicked, this, [this] { addLine({})->setFocus(); });
}

LineField *ConditionsEditor::addLine(const QString &text)
{
    const auto number = m_lines.size() + 1;
    auto *const row = new QWidget(this);
    auto *const layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    auto *const field =
        new LineField(u"policies.condition.%1"_s.arg(number), tr("Condition %1").arg(number), row);
    field->setMono();
    field->setText(text);
    field->setPlaceholderText(tr("region == ${user.region}"));
    field->setCompleter(new WordCompleter(m_candidates, field));
    auto *const remove = new Button(Icon::Close, tr("Remove condition %1").arg(number), row);
    remove->setObjectName(u"policies.removeCondition.%1"_s.arg(number));
    layout->addWidget(field, 1);
    layout->addWidget(remove);
    m_column->insertWidget(m_column->count() - 1, row);
    m_lines.push_back({row, field});
    connect(field, &QLineEdit::editingFinished, this, &ConditionsEditor::commit);
    connect(remove, &Button::clicked, this, [this, field] {
        field->clear();
        commit();
    });
    return field;
}

void ConditionsEditor::dropLast()
{
    m_lines.back().row->hide();
    m_lines.back().row->deleteLater();
    m_lines.pop_back();
}

void ConditionsEditor::setConditions(const QStringList &conditions)
{
    m_known = conditions;
    const auto wanted = static_cast<std::size_t>(conditions.size());
    while (m_lines.size() > wanted) {
        const LineField &last = *m_lines.back().field;
        if (m_lines.size() == wanted + 1 && last.hasFocus() && last.text().isEmpty()) {
            break; // just added and about to be written
        }
        dropLast();
    }
    for (std::size_t i = 0; i < wanted; ++i) {
        const QString &text = conditions[static_cast<qsizetype>(i)];
        if (i >= m_lines.size()) {
            addLine(text);
        } else if (m_lines[i].field->text() != text) {
            m_lines[i].field->setText(text);
        }
    }
}

QStringList ConditionsEditor::conditions() const
{
    QStringList conditions;
    for (const Line &line : m_lines) {
        if (const QString text = line.field->text().trimmed(); !text.isEmpty()) {
            conditions.append(text);
        }
    }
    return conditions;
}

void ConditionsEditor::setCandidates(const QStringList &candidates)
{
    m_candidates->setStringList(candidates);
}

void ConditionsEditor::commit()
{
    const QStringList now = conditions();
    if (now == m_known) {
        return;
    }
    setConditions(now);
    Q_EMIT conditionsChanged(now);
}

} // namespace provost::ui
