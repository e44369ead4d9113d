// Button: the console's push buttons. At most one Primary per page. Segments: a row of which one is chosen.
// Thread: ui thread.
#pragma once

#include "ui/kit/icons.h"

#include <QPushButton>

#include <optional>

class QButtonGroup;
class QHBoxLayout;

namespace provost::ui {

enum class ButtonKind {
    Outlined, // what most are
    Primary,  // filled: the one thing that a page is for
    Danger,   // outlined, in the deny colour: takes something away
    Flat,     // no border until hovered: in toolbars, card headers and rows
    Link      // looks like a link
};

class Button : public QPushButton
{
    Q_OBJECT

public:
    explicit Button(const QString &text = {}, ButtonKind kind = ButtonKind::Outlined,
                    QWidget *parent = nullptr);
    // An icon alone; `name` is its accessible name and tooltip.
    Button(Icon icon, const QString &name, QWidget *parent = nullptr);

    [[nodiscard]] ButtonKind kind() const { return m_kind; }
    void setKind(ButtonKind kind);
    void setIconOf(Icon icon);
    // Text in a tone of its own; the words must tell it too.
    void setInk(Tone tone);
    [[nodiscard]] std::optional<Tone> ink() const { return m_ink; }
    // 12 px text, for status lines and captions.
    void setSmall();
    // A key shown inside the button ("F2"); the shortcut itself belongs to an action.
    void setKeyHint(const QString &keys);
    [[nodiscard]] QString keyHint() const { return m_keyHint; }
    // The tone of a checked segment and of its text.
    void setCheckedTone(Tone tone) { m_checkedTone = tone; }
    [[nodiscard]] Tone checkedTone() const { return m_checkedTone; }

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

private:
    ButtonKind m_kind;
    QString m_keyHint;
    Tone m_checkedTone = Tone::Accent;
    std::optional<Tone> m_ink;
    int m_size = 13;
};

// A segmented choice: [Source][Form][Both].
class Segments : public QWidget
{
    Q_OBJECT

public:
    explicit Segments(QWidget *parent = nullptr);

    // `id` names the segment in current(); it becomes part of the button's objectName.
    Button *add(const QString &id, const QString &text, Tone tone = Tone::Accent);
    [[nodiscard]] QString current() const;
    // Does not emit.
    void setCurrent(const QString &id);

Q_SIGNALS:
    // By the user.
    void chosen(const QString &id);

private:
    QHBoxLayout *m_row = nullptr;
    QButtonGroup *m_group = nullptr;
};

} // namespace provost::ui
