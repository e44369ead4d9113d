// CommandPalette: search or run: one line and what it finds, over the middle of the window.
// Thread: ui thread.
#pragma once

#include "ui/shell/palettemodel.h"

#include <QFrame>

class QLineEdit;
class QListView;

namespace provost::ui {

class CommandPalette : public QFrame
{
    Q_OBJECT

public:
    // Lies over `window`.
    explicit CommandPalette(QWidget *window);

    void setFilterItem(std::function<PaletteItem(const QString &filter)> make);
    // Ids of what was run, latest first.
    [[nodiscard]] QStringList recent() const { return m_recent; }
    void setRecent(const QStringList &ids);
    // Opens with what can be done now; `text` may begin with a prefix.
    void openWith(std::vector<PaletteItem> items, const QString &text = {});

Q_SIGNALS:
    // The user chose an item that is blocked.
    void refused(const QString &reason);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void search(const QString &text);
    void choose(int row);
    void shut();
    void fit();

    PaletteModel m_model;
    QLineEdit *m_edit = nullptr;
    QListView *m_list = nullptr;
    QStringList m_recent;
    QWidget *m_focusBefore = nullptr;
};

} // namespace provost::ui
