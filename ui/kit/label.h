// Label: text in one of the console's few roles. Always plain text: what comes from an agent, a file or a server is
// shown as it is and never read as markup.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QLabel>

namespace provost::ui {

enum class TextRole {
    Body,    // 13 px
    Strong,  // 13 px, semi-bold
    Title,   // 15 px, semi-bold: the name of what a page shows
    Number,  // 20 px, semi-bold: one figure
    Heading, // 12 px, semi-bold, muted: the name of a card or section
    Caption, // 12 px, muted
    Mono     // 12 px, JetBrains Mono
};

[[nodiscard]] QFont fontOf(TextRole role);

class Label : public QLabel
{
    Q_OBJECT

public:
    explicit Label(const QString &text = {}, TextRole role = TextRole::Body,
                   QWidget *parent = nullptr);

    void setRole(TextRole role);
    // Overrides the role's colour.
    void setTone(Tone tone);
    // Lets the reader select and copy.
    void setSelectable();
    // Shortens with an ellipsis instead of asking for room; the whole text is the tooltip then.
    void setElided(Qt::TextElideMode mode = Qt::ElideRight);
    void setText(const QString &text);

    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void applyColor();

    TextRole m_role;
    std::optional<Tone> m_tone;
    Qt::TextElideMode m_elide = Qt::ElideNone;
};

// What a tooltip must be given, so that untrusted text is not read as markup there either.
[[nodiscard]] QString plainToolTip(const QString &text);

// Disables a control and says why in its tooltip, or enables it again with its own tooltip (empty reason).
void setBlocked(QWidget &control, const QString &reason);

} // namespace provost::ui
