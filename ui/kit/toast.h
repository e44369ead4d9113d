// Toasts: short notices at the lower right that go by themselves; those with an action or about a failure stay until closed.
// Thread: ui thread.
#pragma once

#include "ui/kit/page.h"

#include <QWidget>

class QVBoxLayout;

namespace provost::ui {

class ToastStack : public QWidget
{
    Q_OBJECT

public:
    // Covers the lower right corner of `parent`.
    explicit ToastStack(QWidget *parent);

    void show(const Notice &notice);
    [[nodiscard]] int count() const;

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void place();

    QVBoxLayout *m_column = nullptr;
};

} // namespace provost::ui
