// TryPresenter: one tool tried as a user: arguments as a value that a form and a JSON text both edit, the call, and the
// rounds in which the tool asks before it goes on.
// INVARIANT: a text that is no JSON object changes nothing else and cannot be run. At most one call runs; its answer is
// dropped once another tool is shown.
// Thread: ui thread.
#pragma once

#include "server/control/controlplane.h"
#include "ui/tools/schemafield.h"

#include <QObject>

namespace provost::ui {

// One thing that the tool asks.
struct Ask
{
    enum class Kind {
        Form, // an elicitation whose answer has fields
        Page, // an elicitation that is carried out on a page of the web
        Typed // the whole result is typed as JSON: sampling, roots, and what has no form
    };

    QByteArray key;
    QByteArray method; // "elicitation/create", …
    QString message;
    Kind kind = Kind::Typed;
    SchemaField form{}; // of a Form
    QByteArray page{};  // of a Page; as the tool gave it
    Json params{};      // the request, whole
    Json answer{};      // so far: the form's content, or the whole result
    bool operator==(const Ask &) const = default;

    [[nodiscard]] bool isElicitation() const { return method == "elicitation/create"; }
};

// What keeps `ask` from being answered like that; empty: nothing.
[[nodiscard]] QString answerProblem(const Ask &ask);

class TryPresenter : public QObject
{
    Q_OBJECT

public:
    // `control` outlives the presenter.
    TryPresenter(control::ControlPlane &control, QByteArray author, QObject *parent = nullptr);
    ~TryPresenter() override;

    // Another tool begins anew; the same one with the same schema changes nothing.
    void setTool(const control::ToolRow &tool);
    [[nodiscard]] const control::ToolRow &tool() const { return m_tool; }
    [[nodiscard]] const SchemaField &schema() const { return m_schema; }

    // --- as whom ---
    [[nodiscard]] const std::vector<control::UserRow> &users() const { return m_users; }
    [[nodiscard]] const UserId &user() const { return m_user; }
    void setUser(const UserId &user);
    void loadUsers();

    // --- with what ---
    [[nodiscard]] const Json &arguments() const { return m_arguments; }
    [[nodiscard]] QByteArray text() const { return m_text; }
    [[nodiscard]] QString textError() const { return m_textError; }
    void setArguments(const Json &arguments); // by the form
    void setText(const QByteArray &text);     // by the JSON editor
    // What the form holds that is no value; empty: nothing.
    void setFormError(const QString &error);
    // What the schema objects to; empty: nothing. The call may be made all the same: the tool decides.
    [[nodiscard]] QString warning() const;

    // --- the call ---
    [[nodiscard]] QString runBlocked() const;
    void run();
    void cancel();
    [[nodiscard]] bool isRunning() const { return m_running; }
    [[nodiscard]] bool isCancelling() const { return m_running && m_stop.stop_requested(); }
    // As the tool told last; none if it told nothing yet.
    [[nodiscard]] const std::optional<control::TrialProgress> &progress() const
    {
        return m_progress;
    }
    [[nodiscard]] int round() const { return m_round; } // from 1
    [[nodiscard]] const std::optional<control::TrialResult> &result() const { return m_result; }
    [[nodiscard]] const std::optional<Error> &error() const { return m_error; }

    // --- what it asks ---
    [[nodiscard]] const std::vector<Ask> &asks() const { return m_asks; }
    void setAnswer(const QByteArray &key, const Json &answer);
    [[nodiscard]] QString answerBlocked() const;
    // Only elicitations have a word for "no": where something else is asked, what is not accepted ends the call.
    enum class Reply { Accept, Decline, Cancel };
    // Goes on with the next round of the call as it was made.
    void reply(Reply reply);

Q_SIGNALS:
    void toolChanged();
    void usersChanged();
    void argumentsChanged();
    void stateChanged(); // running, result, error, asks
    void progressed();

private:
    void forget();
    void call();
    void take(const Result<control::TrialResult> &answer);

    control::ControlPlane &m_control;
    const QByteArray m_author;
    control::ToolRow m_tool;
    SchemaField m_schema;
    TenantId m_usersOf;
    std::vector<control::UserRow> m_users;
    UserId m_user;
    Json m_arguments = Json::object();
    QByteArray m_text;
    QString m_textError;
    QString m_formError;
    int m_asked = 0; // answers to older calls are dropped
    int m_usersAsked = 0;
    int m_round = 1;
    bool m_running = false;
    std::stop_source m_stop;
    control::ToolTrial m_trial; // the call as it was made last
    std::optional<control::TrialProgress> m_progress;
    std::optional<control::TrialResult> m_result;
    std::optional<Error> m_error;
    std::vector<Ask> m_asks;
};

} // namespace provost::ui
