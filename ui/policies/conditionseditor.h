// ConditionsEditor: the conditions of a policy, one line each; add, change, take away. A condition counts when its line
// is left or Enter is pressed; an emptied line goes.
// Thread: ui thread.
#pragma once

#include <QStringList>
#include <QWidget>

class QStringListModel;
class QVBoxLayout;

namespace provost::ui {

class Button;
class LineField;

class ConditionsEditor : public QWidget
{
    Q_OBJECT

public:
    explicit ConditionsEditor(QWidget *parent = nullptr);

    // Does not emit. Lines that are the same already keep cursor and selection.
    void setConditions(const QStringList &conditions);
    [[nodiscard]] QStringList conditions() const;
    // Attributes to complete the word at the cursor with.
    void setCandidates(const QStringList &candidates);

Q_SIGNALS:
    // By the user.
    void conditionsChanged(const QStringList &conditions);

private:
    struct Line
    {
        QWidget *row = nullptr;
        LineField *field = nullptr;
    };
    LineField *addLine(const QString &text);
    void dropLast();
    void commit();

    QVBoxLayout *m_column = nullptr;
    Button *m_add = nullptr;
    QStringListModel *m_candidates = nullptr;
    std::vector<Line> m_lines;
    QStringList m_known; // as last set or told
};

} // namespace provost::ui
