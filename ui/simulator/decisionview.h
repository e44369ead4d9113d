// DecisionView: one decision: what it is, why, by which rule, and what comes with it (row filter, masked fields, charge).
// Thread: ui thread.
#pragma once

#include "server/control/types.h"
#include "ui/kit/page.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class Badge;
class Button;
class Label;

class DecisionView : public QWidget
{
    Q_OBJECT

public:
    // `name` becomes part of the objectNames.
    explicit DecisionView(const QString &name, QWidget *parent = nullptr);

    void setTitle(const QString &title); // "live", "draft"
    // The rule's link names `revision`; empty: the text as it is now.
    void setDecision(const policy::Decision &decision, const QByteArray &revision);

Q_SIGNALS:
    void linkActivated(const provost::ui::Link &link);

private:
    struct Fact
    {
        Label *name = nullptr;
        Label *value = nullptr;
    };
    Fact addFact(const QString &name);
    static void showFact(const Fact &fact, const QString &value);

    Label *m_title = nullptr;
    Badge *m_effect = nullptr;
    Label *m_reason = nullptr;
    Button *m_rule = nullptr;
    QVBoxLayout *m_column = nullptr;
    Fact m_rows;
    Fact m_masked;
    Fact m_dropped;
    Fact m_charge;
    Link m_link;
};

} // namespace provost::ui
