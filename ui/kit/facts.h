// Facts: names and values in two columns, such as what is known of a server. Values can be selected and copied; they are
// plain text whatever they hold.
// Thread: ui thread.
#pragma once

#include "ui/kit/label.h"

#include <QWidget>

#include <vector>

class QGridLayout;

namespace provost::ui {

struct Fact
{
    QString name;
    QString value;
    TextRole role = TextRole::Body;
    Tone tone = Tone::Neutral;
    QString link = {}; // what linkActivated() tells; empty: the value is no link
    bool operator==(const Fact &) const = default;
};

class Facts : public QWidget
{
    Q_OBJECT

public:
    // `name` is the objectName; that of a link is "<name>.<row>".
    explicit Facts(const QString &name, QWidget *parent = nullptr);

    // Facts without a value are left out. Nothing happens if they are the same as before.
    void setFacts(const std::vector<Fact> &facts);
    void setNameWidth(int pixels); // 110 unless told

Q_SIGNALS:
    void linkActivated(const QString &link);

private:
    std::vector<Fact> m_facts;
    QWidget *m_rows = nullptr;
    int m_nameWidth = 110;
};

} // namespace provost::ui
