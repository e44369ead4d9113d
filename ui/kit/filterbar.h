// FilterBar: the line in which a filter is typed: coloured while valid or not, a hint below the cursor's trouble, what could
// come next in a popup, the count of results at the right, former filters by Up and Down.
// It knows no language: the page checks, completes and runs.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QStringList>
#include <QTimer>
#include <QWidget>

#include <functional>

class QKeyEvent;
class QLineEdit;
class QListView;
class QStandardItemModel;

namespace provost::ui {

class Label;

class FilterBar : public QWidget
{
    Q_OBJECT

public:
    struct Check
    {
        bool valid = true;
        int position = 0; // of the error, in characters
        QString message;
    };
    struct Candidate
    {
        QString text; // replaces the word at the cursor
        QString hint;
    };

    FilterBar(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    // Called as the text changes; quick and pure.
    void setCheck(std::function<Check(const QString &text)> check);
    void setCandidates(std::function<std::vector<Candidate>(const QString &text, int cursor)> make);
    [[nodiscard]] QString text() const;
    // Does not emit; checks the text.
    void setText(const QString &text);
    [[nodiscard]] bool isValid() const { return m_check.valid; }
    // "1,204 of 118,204,331 · 0.04 s"
    void setResult(const QString &result);
    void setPlaceholder(const QString &text);
    [[nodiscard]] QStringList history() const { return m_history; }
    void setHistory(const QStringList &history); // newest first
    void focusText();

Q_SIGNALS:
    // Valid and either Enter or a pause of 300 ms in typing.
    void filterChanged(const QString &text);
    // Enter: worth remembering.
    void submitted(const QString &text);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void moveEvent(QMoveEvent *event) override;

private:
    void onEdited();
    void recheck();
    void colorWords();
    void offer();
    void take(int row);
    void hidePopup();
    void recall(int step);
    void submit();
    bool onKey(QKeyEvent *event);

    std::function<Check(const QString &)> m_checker;
    std::function<std::vector<Candidate>(const QString &, int)> m_complete;
    Check m_check;
    QLineEdit *m_edit = nullptr;
    Label *m_result = nullptr;
    Label *m_hint = nullptr; // floats below the bar
    QListView *m_popup = nullptr;
    QStandardItemModel *m_offers = nullptr;
    QTimer m_pause;
    QString m_announced;
    QStringList m_history;
    int m_recalled = -1;
    QString m_draft; // what was typed before recalling
};

} // namespace provost::ui
