// CopyField: a snippet to take away: mono, selectable, with a copy button. Secrets are shown once: setSecret() copies with
// a clipboard that forgets after 30 s.
// Thread: ui thread.
#pragma once

#include <QWidget>

class QPlainTextEdit;

namespace provost::ui {

class Button;

class CopyField : public QWidget
{
    Q_OBJECT

public:
    CopyField(const QString &name, const QString &accessible, QWidget *parent = nullptr);

    void setText(const QString &text);
    void setSecret(const QString &secret);
    // Breaks long lines anywhere instead of scrolling: all of it is seen at once.
    void setWrapped();
    [[nodiscard]] QString text() const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void copy();
    [[nodiscard]] int lines() const;

    QPlainTextEdit *m_text = nullptr;
    Button *m_copy = nullptr;
    bool m_secret = false;
    bool m_wrapped = false;
};

} // namespace provost::ui
