// What a page shows when there is nothing to show, when something failed, or when something must be known: never a
// blank, never a bare code.
// Thread: ui thread.
#pragma once

#include "server/base/result.h"
#include "ui/kit/button.h"
#include "ui/kit/icons.h"

#include <QWidget>

class QHBoxLayout;
class QVBoxLayout;

namespace provost::ui {

class Label;

// An icon, one sentence and what to do about it.
class EmptyState : public QWidget
{
    Q_OBJECT

public:
    EmptyState(Icon icon, const QString &sentence, QWidget *parent = nullptr);

    void setSentence(const QString &sentence);
    // A second, quieter line.
    void setDetail(const QString &detail);
    // The button's objectName is "empty.action".
    Button *setAction(const QString &text, ButtonKind kind = ButtonKind::Outlined);
    // Anything more below: a snippet, a list.
    void addBelow(QWidget *widget);

Q_SIGNALS:
    void actionTriggered();

private:
    Label *m_sentence = nullptr;
    Label *m_detail = nullptr;
    Button *m_action = nullptr;
    QVBoxLayout *m_column = nullptr;
};

// Three parts: what happened, what it means for agents now, what to do; with a code to copy.
struct Trouble
{
    QString happened;
    QString meaning;
    QString remedy;
    QString code; // "storage", to copy with the words
    bool operator==(const Trouble &) const = default;
};
// For an Error of the control plane; `happened` is the page's own sentence ("The audit records could not be read").
[[nodiscard]] Trouble troubleOf(const QString &happened, const Error &error);

class ErrorState : public QWidget
{
    Q_OBJECT

public:
    explicit ErrorState(QWidget *parent = nullptr);

    void setTrouble(const Trouble &trouble);
    // Shows "Try again" (objectName "error.retry").
    void setRetry(bool on);

Q_SIGNALS:
    void retry();

private:
    Label *m_happened = nullptr;
    Label *m_meaning = nullptr;
    Label *m_remedy = nullptr;
    Label *m_code = nullptr;
    Button *m_copy = nullptr;
    Button *m_retry = nullptr;
    Trouble m_trouble;
};

// A line across a page: a draft, a revision that is not live, enforcement off.
class Banner : public QWidget
{
    Q_OBJECT

public:
    explicit Banner(QWidget *parent = nullptr);

    // An empty text hides the banner.
    void set(Tone tone, const QString &text);
    Button *addButton(const QString &text, ButtonKind kind = ButtonKind::Outlined);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Tone m_tone = Tone::Neutral;
    QHBoxLayout *m_row = nullptr;
    Label *m_sign = nullptr;
    Label *m_text = nullptr;
};

} // namespace provost::ui
