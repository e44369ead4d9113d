// TrialView: how a tried call ended: the decision and its rule, the result as text, structured and whole, images, the time,
// and the way to its audit records. Everything of the result is untrusted and shown as plain text or as a bounded image.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"
#include "ui/kit/page.h"

#include <QImage>
#include <QWidget>

class QStackedWidget;
class QVBoxLayout;

namespace provost::ui {

class Badge;
class Button;
class JsonTree;
class Label;
class ScrollArea;
class Segments;

class TrialView : public QWidget
{
    Q_OBJECT

public:
    explicit TrialView(QWidget *parent);

    void setResult(const control::TrialResult &result, int round);

Q_SIGNALS:
    void linkActivated(const Link &link);

private:
    void showDecision();
    void showContent();
    void addBlock(const Json &block, QVBoxLayout &column);

    control::TrialResult m_result;
    Badge *m_badge = nullptr;
    Label *m_took = nullptr;
    Label *m_reason = nullptr;
    Button *m_rule = nullptr;
    Button *m_record = nullptr;
    Segments *m_which = nullptr;
    Button *m_structured = nullptr;
    QStackedWidget *m_stack = nullptr;
    ScrollArea *m_blocks = nullptr;
    JsonTree *m_tree = nullptr;
};

// The image of a content block, at most `edgeMax` pixels a side; null if it is none that is shown: another type than
// PNG, JPEG, GIF or WebP, broken, or larger than 4096 pixels a side.
[[nodiscard]] QImage imageOf(const Json &block, int edgeMax);

} // namespace provost::ui
