// WhyView: the words of an explanation, laid out. Made once per record and thrown away.
// Thread: ui thread.
#pragma once

#include "ui/audit/whywords.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class WhyView : public QWidget
{
    Q_OBJECT

public:
    explicit WhyView(const WhyWords &words, QWidget *parent = nullptr);
    // Instead of an explanation: what is the matter, with "Try again" where that may help.
    WhyView(const QString &sentence, const QString &detail, bool retry, QWidget *parent = nullptr);

Q_SIGNALS:
    void retry();

private:
    QVBoxLayout *addSection(const QString &title);
    void addHead(const WhyWords &words);
    void addSteps(const WhyWords &words);
    void addSuggestions(const WhyWords &words);
    void addFacts(const WhyWords &words);

    QVBoxLayout *m_column = nullptr;
};

} // namespace provost::ui
