// TopBar: whose records and which time all pages show, the way into the palette, theme and menu.
// Thread: ui thread.
#pragma once

#include "ui/kit/page.h"

#include <QWidget>

namespace provost::ui {

class Button;
class ComboField;

class TopBar : public QWidget
{
    Q_OBJECT

public:
    explicit TopBar(QWidget *parent = nullptr);

    // Keeps the chosen tenant, even if it is not among them (any more).
    void setTenants(const std::vector<std::pair<TenantId, QString>> &tenants);
    // Does not emit.
    void setScope(const Scope &scope);
    [[nodiscard]] Scope scope() const;
    [[nodiscard]] Button *menuButton() const { return m_menu; }
    [[nodiscard]] Button *themeButton() const { return m_theme; }

Q_SIGNALS:
    void scopeChosen(const provost::ui::Scope &scope);
    void searchRequested();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    ComboField *m_tenant = nullptr;
    ComboField *m_range = nullptr;
    Button *m_theme = nullptr;
    Button *m_menu = nullptr;
};

} // namespace provost::ui
