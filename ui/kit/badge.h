// Badge: one word about a decision or state, in its tone and with its sign (✓ ✕ ? ◐), so that colour is never alone.
// Thread: ui thread.
#pragma once

#include "ui/kit/tokens.h"

#include <QWidget>

class QPainter;

namespace provost::ui {

enum class BadgeKind {
    Neutral,
    Allow,   // ✓
    Deny,    // ✕
    Ask,     // ?
    Masked,  // ◐
    Warning, // !
    Accent
};

[[nodiscard]] Tone toneOf(BadgeKind kind);
[[nodiscard]] QString signOf(BadgeKind kind); // empty for Neutral and Accent

// A badge as data, for models.
struct BadgeLook
{
    BadgeKind kind = BadgeKind::Neutral;
    QString text;
    bool operator==(const BadgeLook &) const = default;
};

[[nodiscard]] QSize badgeSize(const BadgeLook &look);
// Draws at the left of `rect`, centred vertically; for delegates.
void paintBadge(QPainter &painter, const QRect &rect, const BadgeLook &look);

class Badge : public QWidget
{
    Q_OBJECT

public:
    explicit Badge(BadgeKind kind = BadgeKind::Neutral, const QString &text = {},
                   QWidget *parent = nullptr);

    void set(BadgeKind kind, const QString &text);
    [[nodiscard]] QString text() const { return m_look.text; }
    [[nodiscard]] BadgeKind kind() const { return m_look.kind; }
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    BadgeLook m_look;
};

} // namespace provost::ui
