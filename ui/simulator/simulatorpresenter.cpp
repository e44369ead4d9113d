#include "ui/simulator/simulatorpresenter.h"

#include "ui/simulator/requestfields.h"

namespace provost::ui {

using namespace Qt::StringLiterals;

SimulatorPresenter::SimulatorPresenter(control::ControlPlane &control, DraftStore drafts,
                                       QObject *parent)
    : QObject(parent)
    , m_control(control)
    , m_store(std::move(drafts))
{
}

// --- the request ---

void SimulatorPresenter::setRequest(const Json &request)
{
    if (request == m_request && m_textError.isEmpty()) {
        return;
    }
    m_request = request;
    m_text = request.members().empty() ? QByteArray() : request.toIndented();
    m_textError.clear();
    changed();
}

void SimulatorPresenter::setText(const QByteArray &text)
{
    if (text == m_text) {
        return;
    }
    m_text = text;
    if (text.trimmed().isEmpty()) {
        m_request = Json::object();
        m_textError.clear();
        changed();
        return;
    }
    const Result<Json> json = Json::parse(text);
    if (!json) {
        m_textError = json.error().message;
    } else if (!json->isObject()) {
        m_textError = tr("a request is a JSON object");
    } else {
        m_request = *json;
        m_textError.clear();
    }
    changed();
}

void SimulatorPresenter::setFormError(const QString &error)
{
    if (error != m_formError) {
        m_formError = error;
        Q_EMIT resultChanged();
    }
}

// The request is somebody's own now; it no longer is what was recorded.
void SimulatorPresenter::changed()
{
    if (m_record) {
        m_source = tr("changed since it was taken from record %1").arg(m_record->sequence);
    }
    Q_EMIT requestChanged();
}

void SimulatorPresenter::clear()
{
    ++m_asked;
    m_running = false;
    m_result.reset();
    m_error.reset();
    m_record.reset();
    m_source.clear();
    m_request = Json::object();
    m_text.clear();
    m_textError.clear();
    Q_EMIT requestChanged();
    Q_EMIT resultChanged();
}

void SimulatorPresenter::loadRecord(const control::RecordId &record)
{
    const quint64 asked = ++m_asked;
    m_running = true;
    Q_EMIT resultChanged();
    m_control.why(record,
                  {this, [this, asked, record](Result<control::Why> answer) {
                       if (asked != m_asked) {
                           return;
                       }
                       m_running = false;
                       if (!answer) {
                           m_result.reset();
                           m_error = answer.error();
                           Q_EMIT resultChanged();
                           return;
                       }
                       m_record = record;
                       m_request = answer->request;
                       m_text = m_request.toIndented();
                       m_textError.clear();
                       m_source =
                           tr("from record %1 of %2")
                               .arg(record.sequence)
                               .arg(QString::fromLatin1(toRfc3339(answer->row.timestamp).left(19)));
                       if (!answer->note.isEmpty()) {
                           m_source += u" · "_s + QString::fromUtf8(answer->note);
                       }
                       Q_EMIT requestChanged();
                       run();
                   }});
}

// --- what to choose from ---

void SimulatorPresenter::setTenant(const TenantId &tenant)
{
    m_tenant = tenant;
    m_control.vocabulary(tenant, {this, [this, tenant](Result<control::Vocabulary> answer) {
                                      if (answer && tenant == m_tenant) {
                                          m_vocabulary = *std::move(answer);
                                          Q_EMIT vocabularyChanged();
                                      }
                                  }});
}

std::vector<SimulatorPresenter::Example> SimulatorPresenter::examples() const
{
    constexpr std::size_t ExamplesMax = 3;
    const auto valueAt = [](const std::vector<QByteArray> &names, std::size_t index) {
        return names.empty() ? QByteArray() : names[index % names.size()];
    };
    std::vector<Example> examples;
    for (std::size_t i = 0; i < std::min(ExamplesMax, m_vocabulary.roles.size()); ++i) {
        const QByteArray role = m_vocabulary.roles[i];
        const QByteArray tool = valueAt(m_vocabulary.tools, i);
        Json request = Json::object();
        setAt(request, {"tenant", {}}, Json(m_tenant.value));
        setAt(request, {"user", "id"}, Json("someone"));
        setAt(request, {"user", "roles"}, Json::array({role}));
        setAt(request, {"tool", {}}, tool.isEmpty() ? Json() : Json(tool));
        if (const QByteArray resource = valueAt(m_vocabulary.resources, i); !resource.isEmpty()) {
            setAt(request, {"resource", "id"}, Json(resource));
        }
        const QByteArray permission = valueAt(m_vocabulary.permissions, i);
        setAt(request, {"permission", {}}, Json(permission.isEmpty() ? "read" : permission));
        examples.push_back(
            {tool.isEmpty()
                 ? tr("Somebody with role %1").arg(QString::fromUtf8(role))
                 : tr("%1 calls %2").arg(QString::fromUtf8(role), QString::fromUtf8(tool)),
             std::move(request)});
    }
    if (examples.empty()) {
        Json request =
            Json::object({{"tenant", m_tenant.value},
                          {"user", Json::object({{"id", "someone"}, {"roles", Json::array()}})},
                          {"permission", "read"}});
        examples.push_back({tr("Somebody without a role reads"), std::move(request)});
    }
    return examples;
}

// --- the decision ---

void SimulatorPresenter::setAgainst(Against against)
{
    const Against possible = hasDraft() ? against : Against::Live;
    if (possible != m_against) {
        m_against = possible;
        Q_EMIT againstChanged();
    }
}

void SimulatorPresenter::refreshDraft()
{
    // An unreadable draft is none here; the page on policies tells of it.
    m_draft = m_store.load().value_or(Draft());
    if (!hasDraft()) {
        m_against = Against::Live;
    }
    Q_EMIT againstChanged();
}

QString SimulatorPresenter::runBlocked() const
{
    if (!m_textError.isEmpty()) {
        return tr("The request is no valid JSON: %1").arg(m_textError);
    }
    if (!m_formError.isEmpty()) {
        return tr("The arguments are no valid JSON: %1").arg(m_formError);
    }
    return isEmpty() ? tr("There is no request yet") : QString();
}

void SimulatorPresenter::run()
{
    if (!runBlocked().isEmpty()) {
        return;
    }
    control::Simulation simulation{m_request, {}};
    if (m_against == Against::Draft) {
        for (const DraftFile &file : m_draft.files) {
            simulation.draft.push_back({file.name, file.text});
        }
    }
    m_running = true;
    const quint64 asked = ++m_asked;
    m_control.simulate(std::move(simulation), {this, [this, asked, request = m_request](
                                                         Result<control::SimulationResult> answer) {
                                                   if (asked != m_asked) {
                                                       return;
                                                   }
                                                   m_running = false;
                                                   m_decided = request;
                                                   m_result.reset();
                                                   m_error.reset();
                                                   if (answer) {
                                                       m_result = *std::move(answer);
                                                   } else {
                                                       m_error = answer.error();
                                                   }
                                                   Q_EMIT resultChanged();
                                               }});
    Q_EMIT resultChanged();
}

bool differs(const policy::Decision &a, const policy::Decision &b)
{
    const auto nameOfRule = [](const policy::Decision &decision) {
        return decision.rule ? decision.rule->policy : QByteArray();
    };
    return a.effect != b.effect || nameOfRule(a) != nameOfRule(b) || a.reason != b.reason
           || a.rowFilter != b.rowFilter || a.fields != b.fields || a.charge != b.charge;
}

} // namespace provost::ui
