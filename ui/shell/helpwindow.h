// HelpWindow: the help pages (Markdown in resources/help) and the list of shortcuts; everything offline.
// Thread: ui thread.
#pragma once

#include <QWidget>

#include <vector>

class QListWidget;
class QTextBrowser;

namespace provost::ui {

class ActionRegistry;

struct HelpTopic
{
    QString id; // file name in resources/help
    QString title;
};

[[nodiscard]] std::vector<HelpTopic> helpTopics();

class HelpWindow : public QWidget
{
    Q_OBJECT

public:
    HelpWindow(const ActionRegistry &actions, QWidget *parent);

    // An unknown topic shows the first one.
    void open(const QString &topic);

private:
    void load(const QString &topic);
    [[nodiscard]] QString shortcuts() const; // as Markdown

    const ActionRegistry &m_actions;
    QListWidget *m_topics = nullptr;
    QTextBrowser *m_text = nullptr;
};

} // namespace provost::ui
