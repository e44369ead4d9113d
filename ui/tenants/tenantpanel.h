// TenantPanel: one part of what is known about a tenant: it loads, shows, and tells when there is nothing or when that
// failed.
// INVARIANT: an answer about another tenant than the one shown is dropped.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/page.h"

#include <QWidget>

class QHBoxLayout;
class QStackedLayout;
class QVBoxLayout;

namespace provost::ui {

class EmptyState;
class ErrorState;
class Label;

class TenantPanel : public QWidget
{
    Q_OBJECT

public:
    // `control` and `context` outlive the panel. `nothing` is told while there is no content.
    TenantPanel(const QString &name, const QString &nothing, control::ControlPlane &control,
                PageContext &context, QWidget *parent);

    // Forgets another tenant's content at once; load() brings the new.
    void setTenant(const control::TenantRow &tenant);
    void reload();
    [[nodiscard]] const control::TenantRow &tenant() const { return m_tenant; }

Q_SIGNALS:
    // Something was changed; whoever shows the tenant loads it again, this panel included.
    void changed();

protected:
    virtual void load() = 0;
    virtual void clear() = 0;

    // The panel's own place for content, with a line above it for a sentence and buttons.
    [[nodiscard]] QVBoxLayout *content() const { return m_content; }
    [[nodiscard]] QHBoxLayout *toolbar() const { return m_toolbar; }
    void setSummary(const QString &summary);
    // Replaces the content while there is none.
    [[nodiscard]] EmptyState *empty() const { return m_empty; }
    void showContent(bool some);
    void showError(const QString &happened, const Error &error);

    [[nodiscard]] control::ControlPlane &control() const { return m_control; }
    [[nodiscard]] PageContext &context() const { return m_context; }

    // An answer that `show` takes if it is about this tenant and good; else `happened` tells what failed.
    template <class T>
    control::Answer<T> answerTo(const QString &happened, std::function<void(const T &)> show)
    {
        return {this, [this, asked = m_asked, happened, show](const Result<T> &answer) {
                    if (asked != m_asked)
                        return;
                    if (answer)
                        show(*answer);
                    else
                        showError(happened, answer.error());
                }};
    }

private:
    control::ControlPlane &m_control;
    PageContext &m_context;
    control::TenantRow m_tenant;
    int m_asked = 0;
    QStackedLayout *m_states = nullptr;
    QVBoxLayout *m_content = nullptr;
    QHBoxLayout *m_toolbar = nullptr;
    Label *m_summary = nullptr;
    EmptyState *m_empty = nullptr;
    ErrorState *m_error = nullptr;
};

} // namespace provost::ui
