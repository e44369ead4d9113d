// SimulatorPresenter: one request, as a value that a form and a JSON text both edit, and what it is decided to be, by
// the live revision or by the draft as well.
// INVARIANT: a text that is no JSON object changes neither the request nor anything that is shown of it; it cannot be run.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/kit/draftstore.h"

#include <QObject>

#include <optional>

namespace provost::ui {

class SimulatorPresenter : public QObject
{
    Q_OBJECT

public:
    enum class Against { Live, Draft };

    struct Example
    {
        QString title;
        Json request;
    };

    SimulatorPresenter(control::ControlPlane &control, DraftStore drafts,
                       QObject *parent = nullptr);

    // --- the request ---
    [[nodiscard]] const Json &request() const { return m_request; }
    [[nodiscard]] QByteArray text() const { return m_text; }
    // What is wrong with the text; empty: nothing.
    [[nodiscard]] QString textError() const { return m_textError; }
    void setRequest(const Json &request); // by the form
    void setText(const QByteArray &text); // by the JSON editor
    // The form holds something that is not in the request; empty: no longer.
    void setFormError(const QString &error);
    [[nodiscard]] bool isEmpty() const { return m_request.members().empty() && m_text.isEmpty(); }
    void clear();
    // A recorded call; the request arrives with requestChanged() and is run.
    void loadRecord(const control::RecordId &record);
    // Where the request came from, in words; empty: written here.
    [[nodiscard]] QString source() const { return m_source; }
    [[nodiscard]] const std::optional<control::RecordId> &record() const { return m_record; }

    // --- what to choose from ---
    void setTenant(const TenantId &tenant);
    [[nodiscard]] const control::Vocabulary &vocabulary() const { return m_vocabulary; }
    [[nodiscard]] std::vector<Example> examples() const;

    // --- the decision ---
    [[nodiscard]] Against against() const { return m_against; }
    void setAgainst(Against against);
    [[nodiscard]] bool hasDraft() const { return !m_draft.isEmpty(); }
    // Reads the draft again; without one the live revision decides.
    void refreshDraft();
    [[nodiscard]] QString runBlocked() const;
    void run();
    [[nodiscard]] bool isRunning() const { return m_running; }
    // Of the last run, also while the request is changed.
    [[nodiscard]] const std::optional<control::SimulationResult> &result() const
    {
        return m_result;
    }
    [[nodiscard]] bool isStale() const { return m_result && m_request != m_decided; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }

Q_SIGNALS:
    void requestChanged();
    void vocabularyChanged();
    void resultChanged();
    void againstChanged();

private:
    void changed();

    control::ControlPlane &m_control;
    DraftStore m_store;
    Draft m_draft;
    Json m_request = Json::object();
    QByteArray m_text;
    QString m_textError;
    QString m_formError;
    QString m_source;
    std::optional<control::RecordId> m_record;
    TenantId m_tenant;
    control::Vocabulary m_vocabulary;
    Against m_against = Against::Live;
    std::optional<control::SimulationResult> m_result;
    std::optional<Error> m_error;
    Json m_decided;
    quint64 m_asked = 0; // answers to older runs are dropped
    bool m_running = false;
};

// Whether two answers mean something else for the agent.
[[nodiscard]] bool differs(const policy::Decision &a, const policy::Decision &b);

} // namespace provost::ui
