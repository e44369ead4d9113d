#include "ui/tools/trypresenter.h"

#include "ui/tools/webpage.h"

#include <QUuid>

#include <algorithm>

namespace provost::ui {

using namespace control;
using namespace Qt::StringLiterals;

namespace {

// What the typing of a whole result begins with: its shape.
Json typedBeginning(const Ask &ask)
{
    if (ask.method == "sampling/createMessage")
        return Json::object({{"role", "assistant"},
                             {"content", Json::object({{"type", "text"}, {"text", ""}})},
                             {"model", "typed in the console"},
                             {"stopReason", "endTurn"}});
    if (ask.method == "roots/list")
        return Json::object({{"roots", Json::array()}});
    return Json::object({{"action", "accept"}, {"content", Json::object()}});
}

QString samplingProblem(const Json &answer)
{
    if (answer["role"] != Json("assistant") && answer["role"] != Json("user"))
        return TryPresenter::tr("“role” is \"assistant\" or \"user\"");
    if (!answer["content"].isObject() && !answer["content"].isArray())
        return TryPresenter::tr("“content” is a block, or a list of blocks");
    return answer["model"].isString() ? QString() : TryPresenter::tr("“model” is a text");
}

QString rootsProblem(const Json &answer)
{
    if (!answer["roots"].isArray())
        return TryPresenter::tr("“roots” is a list");
    const auto &roots = answer["roots"].items();
    const bool good = std::all_of(roots.begin(), roots.end(), [](const Json &root) {
        return root["uri"].toByteArray().startsWith("file://");
    });
    return good ? QString() : TryPresenter::tr("Each root has a “uri” that begins with file://");
}

std::vector<Ask> asksOf(const Json &requests)
{
    std::vector<Ask> asks;
    for (const Json::Member &request : requests.members()) {
        const Json &params = request.value["params"];
        Ask ask{.key = request.key,
                .method = request.value["method"].toByteArray(),
                .message = params["message"].toText(),
                .params = params};
        if (ask.isElicitation() && params["mode"] == Json("url")) {
            ask.kind = Ask::Kind::Page;
            ask.page = params["url"].toByteArray();
        } else if (ask.isElicitation()) {
            ask.form = readSchema(params["requestedSchema"]);
            if (ask.form.kind == SchemaField::Kind::Object)
                ask.kind = Ask::Kind::Form;
        }
        ask.answer = ask.kind == Ask::Kind::Form ? initialValue(ask.form) : typedBeginning(ask);
        asks.push_back(std::move(ask));
    }
    return asks;
}

Json answerOf(const Ask &ask, TryPresenter::Reply reply)
{
    switch (reply) {
    case TryPresenter::Reply::Decline: return Json::object({{"action", "decline"}});
    case TryPresenter::Reply::Cancel: return Json::object({{"action", "cancel"}});
    case TryPresenter::Reply::Accept: break;
    }
    switch (ask.kind) {
    case Ask::Kind::Form: return Json::object({{"action", "accept"}, {"content", ask.answer}});
    case Ask::Kind::Page: return Json::object({{"action", "accept"}});
    case Ask::Kind::Typed: break;
    }
    return ask.answer;
}

} // namespace

QString answerProblem(const Ask &ask)
{
    if (ask.kind == Ask::Kind::Form)
        return valueProblem(ask.form, ask.answer);
    if (ask.kind == Ask::Kind::Page)
        return webPage(ask.page) ? QString()
                                 : TryPresenter::tr("The address is no page of the web");
    if (ask.method == "sampling/createMessage")
        return samplingProblem(ask.answer);
    if (ask.method == "roots/list")
        return rootsProblem(ask.answer);
    return ask.answer["action"].isString() ? QString() : TryPresenter::tr("“action” is a text");
}

TryPresenter::TryPresenter(ControlPlane &control, QByteArray author, QObject *parent)
    : QObject(parent)
    , m_control(control)
    , m_author(std::move(author))
{
    connect(&control, &ControlPlane::trialProgressed, this,
            [this](const QByteArray &id, const TrialProgress &progress) {
                if (!m_running || id != m_trial.id)
                    return;
                m_progress = progress;
                Q_EMIT progressed();
            });
}

TryPresenter::~TryPresenter()
{
    m_stop.request_stop();
}

void TryPresenter::setTool(const ToolRow &tool)
{
    const bool same = tool.tenant == m_tool.tenant && tool.name == m_tool.name
                      && tool.inputSchema == m_tool.inputSchema;
    m_tool = tool;
    if (same)
        return;
    forget();
    m_schema = readSchema(tool.inputSchema);
    m_arguments = initialValue(m_schema);
    if (!m_arguments.isObject())
        m_arguments = Json::object();
    m_text = m_arguments.toIndented();
    m_textError.clear();
    m_formError.clear();
    if (m_usersOf != tool.tenant) {
        m_usersOf = tool.tenant;
        m_users.clear();
        m_user = UserId();
        loadUsers();
    }
    Q_EMIT toolChanged();
}

// The call of another tool goes on nowhere.
void TryPresenter::forget()
{
    m_stop.request_stop();
    ++m_asked;
    m_running = false;
    m_round = 1;
    m_result.reset();
    m_error.reset();
    m_asks.clear();
}

void TryPresenter::loadUsers()
{
    m_control.users(m_tool.tenant,
                    {this, [this, asked = ++m_usersAsked](const auto &answer) {
                         if (asked != m_usersAsked || !answer)
                             return;
                         m_users = *answer;
                         std::erase_if(m_users, [](const UserRow &user) { return user.disabled; });
                         const bool known =
                             std::any_of(m_users.begin(), m_users.end(),
                                         [&](const UserRow &user) { return user.id == m_user; });
                         if (!known)
                             m_user = m_users.empty() ? UserId() : m_users.front().id;
                         Q_EMIT usersChanged();
                     }});
}

void TryPresenter::setUser(const UserId &user)
{
    m_user = user;
    Q_EMIT stateChanged();
}

void TryPresenter::setArguments(const Json &arguments)
{
    m_formError.clear();
    if (arguments == m_arguments && m_textError.isEmpty())
        return;
    m_arguments = arguments;
    m_text = arguments.toIndented();
    m_textError.clear();
    Q_EMIT argumentsChanged();
}

void TryPresenter::setText(const QByteArray &text)
{
    if (text == m_text)
        return;
    m_text = text;
    m_formError.clear();
    const auto read = Json::parse(text);
    if (!read)
        m_textError = read.error().message;
    else if (!read->isObject())
        m_textError = tr("arguments are an object: { … }");
    else
        m_textError.clear();
    if (m_textError.isEmpty())
        m_arguments = *read;
    Q_EMIT argumentsChanged();
}

void TryPresenter::setFormError(const QString &error)
{
    if (m_formError == error)
        return;
    m_formError = error;
    Q_EMIT argumentsChanged();
}

QString TryPresenter::warning() const
{
    return valueProblem(m_schema, m_arguments);
}

QString TryPresenter::runBlocked() const
{
    if (m_tool.name.isEmpty())
        return tr("Select a tool first");
    if (m_running)
        return tr("The call runs");
    if (m_user.isEmpty())
        return tr("The tenant has no user to call as; create one on the page Tenants");
    if (!m_textError.isEmpty())
        return tr("The JSON is not complete: %1").arg(m_textError);
    return m_formError;
}

void TryPresenter::run()
{
    if (!runBlocked().isEmpty())
        return;
    forget();
    m_trial = {.tenant = m_tool.tenant,
               .user = m_user,
               .tool = m_tool.name,
               .arguments = m_arguments,
               .author = m_author};
    call();
}

void TryPresenter::cancel()
{
    if (!m_running)
        return;
    m_stop.request_stop();
    Q_EMIT stateChanged();
}

void TryPresenter::call()
{
    m_running = true;
    m_progress.reset();
    m_asks.clear();
    m_trial.id = QUuid::createUuid().toByteArray(QUuid::WithoutBraces);
    m_stop = m_control.tryTool(m_trial, {this, [this, asked = ++m_asked](const auto &answer) {
                                             if (asked == m_asked)
                                                 take(answer);
                                         }});
    Q_EMIT stateChanged();
}

void TryPresenter::take(const Result<TrialResult> &answer)
{
    m_running = false;
    m_result.reset();
    m_error.reset();
    if (!answer) {
        m_error = answer.error();
    } else {
        m_result = *answer;
        m_asks = asksOf(answer->asks);
    }
    Q_EMIT stateChanged();
}

void TryPresenter::setAnswer(const QByteArray &key, const Json &answer)
{
    for (Ask &ask : m_asks) {
        if (ask.key == key)
            ask.answer = answer;
    }
}

QString TryPresenter::answerBlocked() const
{
    for (const Ask &ask : m_asks) {
        if (QString problem = answerProblem(ask); !problem.isEmpty())
            return problem;
    }
    return {};
}

void TryPresenter::reply(Reply reply)
{
    if (m_running || !m_result || m_asks.empty()
        || (reply == Reply::Accept && !answerBlocked().isEmpty()))
        return;
    Json responses = Json::object();
    for (const Ask &ask : m_asks)
        responses.set(ask.key, answerOf(ask, reply));
    // The state is good for the call as it was made, whatever stands in the fields by now.
    m_trial.givenUp = reply != Reply::Accept
                      && !std::all_of(m_asks.begin(), m_asks.end(),
                                      [](const Ask &ask) { return ask.isElicitation(); });
    m_trial.inputResponses = m_trial.givenUp ? Json() : std::move(responses);
    m_trial.requestState = m_result->requestState;
    ++m_round;
    call();
}

} // namespace provost::ui
