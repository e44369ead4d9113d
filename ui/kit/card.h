// Card: a surface with a hairline border that holds one subject; optionally a header with its name and something at
// the right. Section: a hairline and a heading inside a card.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QFrame>

#include <optional>

class QHBoxLayout;
class QVBoxLayout;

namespace provost::ui {

class Label;

class Card : public QFrame
{
    Q_OBJECT

public:
    explicit Card(QWidget *parent = nullptr);
    explicit Card(const QString &title, QWidget *parent = nullptr);

    // The body's layout: 14 px padding, 12 px gaps. setFlush() takes the padding away, for tables and editors.
    [[nodiscard]] QVBoxLayout *body() const { return m_body; }
    void setFlush();
    // Makes the header if there is none. Headers end with a hairline when `separated`.
    void setTitle(const QString &title);
    void setSeparated();
    // Puts something at the right end of the header.
    void addToHeader(QWidget *widget);
    // A hairline over the whole width and a heading: a new part below the body. Parts keep together at the top.
    QVBoxLayout *addSection(const QString &title);
    // The border tells something: a draft, a warning. The text must tell it too.
    void setBorderTone(Tone tone);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QHBoxLayout *header();

    QVBoxLayout *m_column = nullptr;
    QVBoxLayout *m_body = nullptr;
    QWidget *m_headerWidget = nullptr;
    QHBoxLayout *m_header = nullptr;
    Label *m_title = nullptr;
    std::optional<Tone> m_borderTone;
    bool m_separated = false;
    bool m_hasSections = false;
};

// A one pixel line in the line colour.
class Hairline : public QWidget
{
    Q_OBJECT

public:
    explicit Hairline(Qt::Orientation orientation = Qt::Horizontal, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace provost::ui
