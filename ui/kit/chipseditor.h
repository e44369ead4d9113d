// ChipsEditor: a list of names as chips that can be taken away, and a place to type the next one. Enter, comma or Tab
// adds; Backspace in the empty place takes the last one away; Left moves to the chips.
// INVARIANT: no name is empty or there twice.
// Thread: ui thread.
#pragma once

#include <QStringList>
#include <QWidget>

#include <functional>

class QCompleter;
class QLineEdit;
class QStringListModel;

namespace provost::ui {

class ChipsEditor : public QWidget
{
    Q_OBJECT

public:
    ChipsEditor(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    [[nodiscard]] QStringList names() const { return m_names; }
    // Does not emit.
    void setNames(const QStringList &names);
    // Shown when there are none: "everyone".
    void setPlaceholder(const QString &text);
    void setCandidates(const QStringList &candidates);
    // Muted, at the right: "matches 3".
    void setTrailing(const QString &text);
    // What is wrong with a name, or empty; such chips are drawn in the deny tone.
    void setCheck(std::function<QString(const QString &)> check);
    void setReadOnly(bool readOnly);
    void setInvalid(bool invalid);

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;

Q_SIGNALS:
    // By the user.
    void namesChanged(const QStringList &names);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Chip
    {
        QRect box;
        QRect cross;
    };
    // Places chips and the edit for a width; returns the height.
    int arrange(int width, std::vector<Chip> *chips, QRect *edit) const;
    void relayout();
    void add(const QString &name);
    void removeAt(qsizetype index);
    void commit();

    QStringList m_names;
    std::vector<Chip> m_chips;
    QLineEdit *m_edit = nullptr;
    QCompleter *m_completer = nullptr;
    QStringListModel *m_candidates = nullptr;
    QString m_placeholder;
    QString m_trailing;
    std::function<QString(const QString &)> m_check;
    bool m_readOnly = false;
    bool m_invalid = false;
};

} // namespace provost::ui
