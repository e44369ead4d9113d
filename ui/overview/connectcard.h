// ConnectCard: how to connect an agent: a snippet for the chosen tenant and client, and the first call as it arrives.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/card.h"

namespace provost::ui {

class Badge;
class Button;
class ComboField;
class CopyField;
class FirstCallPresenter;

class ConnectCard : public Card
{
    Q_OBJECT

public:
    // `control` outlives the card.
    explicit ConnectCard(control::ControlPlane &control, QWidget *parent = nullptr);

    // "http://127.0.0.1:7777"
    void setServer(const QByteArray &server);
    // Keeps the chosen tenant if it is still there; `preferred` is chosen at first.
    void setTenants(const std::vector<control::TenantRow> &tenants, const TenantId &preferred);

Q_SIGNALS:
    void linkWanted(const QByteArray &link);

private:
    void buildChoices();
    void buildWaiting();
    void showSnippet();
    void showCall();
    void watchChosen();
    [[nodiscard]] TenantId tenant() const;

    FirstCallPresenter *m_firstCall = nullptr;
    QByteArray m_server;
    QWidget *m_choices = nullptr;
    ComboField *m_tenant = nullptr;
    ComboField *m_client = nullptr;
    Label *m_where = nullptr;
    CopyField *m_snippet = nullptr;
    Button *m_key = nullptr;
    QWidget *m_waiting = nullptr;
    Badge *m_outcome = nullptr;
    Label *m_call = nullptr;
    Button *m_open = nullptr;
    QWidget *m_noTenant = nullptr;
};

} // namespace provost::ui
