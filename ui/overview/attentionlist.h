// AttentionList: what needs a person, one row each, with a button that leads there.
// Thread: ui thread.
#pragma once

#include "server/control/types.h"

#include <QWidget>

#include <vector>

class QVBoxLayout;

namespace provost::ui {

class Label;

class AttentionList : public QWidget
{
    Q_OBJECT

public:
    explicit AttentionList(QWidget *parent = nullptr);

    // Rows are reused, so that a figure that changes takes the keyboard from nobody.
    void setItems(const std::vector<control::Attention> &items);

Q_SIGNALS:
    void opened(const QByteArray &link);

private:
    class Row;

    QVBoxLayout *m_column = nullptr;
    Label *m_nothing = nullptr;
    std::vector<Row *> m_rows;
};

} // namespace provost::ui
