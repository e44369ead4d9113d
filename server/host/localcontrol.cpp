#include "server/host/localcontrol.h"

#include "server/host/auditdesk.h"
#include "server/host/policydesk.h"
#include "server/host/sessiondesk.h"
#include "server/host/tenantdesk.h"
#include "server/host/tooldesk.h"

namespace provost::host {

using namespace control; // this file speaks the console's words throughout

LocalControl::LocalControl(Desks desks)
    : m_desks(desks)
    , m_answers([](const std::function<void()> &deliver) { deliver(); })
    , m_news([this](News news) { take(news); })
{
    m_recordsTimer.setInterval(100);
    m_recordsTimer.setSingleShot(true);
    connect(&m_recordsTimer, &QTimer::timeout, this, [this] {
        if (std::exchange(m_recordsWaiting, false))
            take(News::Records);
    });
}

LocalControl::~LocalControl() = default;

std::function<void(LocalControl::News)> LocalControl::newsSender() const
{
    return [sender = m_news.sender()](News news) { sender.post(news); };
}

void LocalControl::take(News news)
{
    switch (news) {
    case News::Configuration: Q_EMIT configurationChanged(); return;
    case News::Status: Q_EMIT statusChanged(); return;
    case News::Records: break;
    }
    if (m_recordsTimer.isActive()) {
        m_recordsWaiting = true;
        return;
    }
    m_recordsTimer.start();
    Q_EMIT recordsAppended();
}

template <class T, class Question>
void LocalControl::onControl(Answer<T> answer, Question question)
{
    m_desks.controlThread.post(
        [question = std::move(question), answer = std::move(answer), sender = m_answers.sender()] {
            auto result = question();
            sender.post([answer, result = std::move(result)] { answer.deliver(result); });
        });
}

template <class T, class Question>
void LocalControl::changeIdentities(Answer<T> answer, Question question)
{
    onControl(std::move(answer), [question = std::move(question), news = newsSender()] {
        auto result = question();
        if (result)
            news(News::Configuration);
        return result;
    });
}

template <class T, class Question>
std::stop_source LocalControl::onQueries(Answer<T> answer, Question question)
{
    std::stop_source stop;
    const auto sender = m_answers.sender();
    auto job = [question = std::move(question), answer, sender, token = stop.get_token()] {
        Result<T> result =
            token.stop_requested()
                ? fail(ErrorCode::Cancelled, QStringLiteral("the question was withdrawn"))
                : question(token);
        sender.post([answer, result = std::move(result)] { answer.deliver(result); });
    };
    if (!m_desks.queries.run(std::move(job)))
        sender.post([answer] {
            answer.deliver(fail(ErrorCode::Unavailable,
                                QStringLiteral("too many questions wait; try again in a moment")));
        });
    return stop;
}

// --- audit ---

void LocalControl::status(Answer<ServerStatus> answer)
{
    onControl(std::move(answer), [this] { return m_desks.tenants.status(); });
}

std::stop_source LocalControl::overview(TenantId tenant, TimeRange range, Answer<Overview> answer)
{
    return onQueries(std::move(answer),
                     [this, tenant = std::move(tenant), range](const std::stop_token &stop) {
                         return m_desks.audit.overview(tenant, range, stop);
                     });
}

std::stop_source LocalControl::auditPage(AuditPageRequest request, Answer<AuditPage> answer)
{
    return onQueries(std::move(answer),
                     [this, request = std::move(request)](const std::stop_token &stop) {
                         return m_desks.audit.page(request, stop);
                     });
}

std::stop_source LocalControl::auditCount(AuditQuery query, Answer<AuditCount> answer)
{
    return onQueries(std::move(answer),
                     [this, query = std::move(query)](const std::stop_token &stop) {
                         return m_desks.audit.count(query, stop);
                     });
}

std::stop_source LocalControl::auditHistogram(AuditQuery query, int buckets,
                                              Answer<std::vector<HistogramBucket>> answer)
{
    return onQueries(std::move(answer),
                     [this, query = std::move(query), buckets](const std::stop_token &stop) {
                         return m_desks.audit.histogram(query, buckets, stop);
                     });
}

std::stop_source LocalControl::auditFacets(AuditQuery query, Answer<std::vector<Facet>> answer)
{
    return onQueries(std::move(answer),
                     [this, query = std::move(query)](const std::stop_token &stop) {
                         return m_desks.audit.facets(query, stop);
                     });
}

void LocalControl::auditDetail(RecordId id, Answer<AuditDetail> answer)
{
    onQueries(std::move(answer), [this, id = std::move(id)](const std::stop_token &) {
        return m_desks.audit.detail(id);
    });
}

void LocalControl::why(RecordId id, Answer<Why> answer)
{
    // The record comes from the audit log, the decision from the policies of two revisions.
    onQueries(
        Answer<AuditDetail>(this,
                            [this, answer](Result<AuditDetail> detail) {
                                if (!detail) {
                                    answer.deliver(fail(detail.error()));
                                    return;
                                }
                                onControl(answer, [this, detail = *detail] {
                                    return m_desks.policy.why(detail);
                                });
                            }),
        [this, id = std::move(id)](const std::stop_token &) { return m_desks.audit.detail(id); });
}

std::stop_source LocalControl::auditExport(AuditQuery query, QString path, QByteArray author,
                                           Answer<std::int64_t> answer)
{
    return onQueries(std::move(answer), [this, query = std::move(query), path = std::move(path),
                                         author = std::move(author)](const std::stop_token &stop) {
        return m_desks.audit.exportTo(query, path, author, stop);
    });
}

FilterCheck LocalControl::checkFilter(QByteArrayView filter) const
{
    return m_desks.audit.checkFilter(filter);
}

std::vector<FilterCandidate> LocalControl::completeFilter(QByteArrayView filter, int cursor) const
{
    return AuditDesk::completeFilter(filter, cursor);
}

// --- policies and simulator ---

void LocalControl::orgState(Answer<OrgState> answer)
{
    onControl(std::move(answer), [this] { return m_desks.policy.state(); });
}

void LocalControl::checkDraft(std::vector<OrgFile> draft, Answer<DraftCheck> answer)
{
    onControl(std::move(answer),
              [this, draft = std::move(draft)] { return m_desks.policy.check(draft); });
}

void LocalControl::editPolicy(QByteArray text, PolicyEdit edit, Answer<QByteArray> answer)
{
    onControl(std::move(answer), [text = std::move(text), edit = std::move(edit)] {
        return PolicyDesk::edit(text, edit);
    });
}

void LocalControl::apply(ChangeRequest change, Answer<QByteArray> answer)
{
    onControl(std::move(answer),
              [this, change = std::move(change)] { return m_desks.policy.apply(change); });
}

void LocalControl::history(int revisionsMax, Answer<std::vector<Revision>> answer)
{
    onControl(std::move(answer),
              [this, revisionsMax] { return m_desks.policy.history(revisionsMax); });
}

void LocalControl::orgAt(QByteArray revision, Answer<OrgState> answer)
{
    onControl(std::move(answer),
              [this, revision = std::move(revision)] { return m_desks.policy.stateAt(revision); });
}

void LocalControl::rollBack(QByteArray revision, QByteArray reason, QByteArray author,
                            Answer<QByteArray> answer)
{
    onControl(std::move(answer), [this, revision = std::move(revision), reason = std::move(reason),
                                  author = std::move(author)] {
        return m_desks.policy.rollBack(revision, reason, author);
    });
}

void LocalControl::vocabulary(TenantId tenant, Answer<Vocabulary> answer)
{
    onControl(std::move(answer),
              [this, tenant = std::move(tenant)] { return m_desks.policy.vocabulary(tenant); });
}

void LocalControl::simulate(Simulation simulation, Answer<SimulationResult> answer)
{
    onControl(std::move(answer), [this, simulation = std::move(simulation)] {
        return m_desks.policy.simulate(simulation);
    });
}

// --- tenants, users, keys, tools ---

void LocalControl::tenants(Answer<std::vector<TenantRow>> answer)
{
    onControl(std::move(answer), [this] { return m_desks.tenants.tenants(); });
}

void LocalControl::templates(Answer<std::vector<QByteArray>> answer)
{
    onControl(std::move(answer), [] { return TenantDesk::templates(); });
}

void LocalControl::createTenant(NewTenant tenant, Answer<QByteArray> answer)
{
    onControl(std::move(answer),
              [this, tenant = std::move(tenant)] { return m_desks.tenants.create(tenant); });
}

void LocalControl::users(TenantId tenant, Answer<std::vector<UserRow>> answer)
{
    onControl(std::move(answer),
              [this, tenant = std::move(tenant)] { return m_desks.tenants.users(tenant); });
}

void LocalControl::putUser(UserRow user, QByteArray author, Answer<UserRow> answer)
{
    changeIdentities(std::move(answer), [this, user = std::move(user), author = std::move(author)] {
        return m_desks.tenants.putUser(user, author);
    });
}

void LocalControl::keys(TenantId tenant, Answer<std::vector<KeyRow>> answer)
{
    onControl(std::move(answer),
              [this, tenant = std::move(tenant)] { return m_desks.tenants.keys(tenant); });
}

void LocalControl::createKey(NewKeyRequest request, Answer<CreatedKey> answer)
{
    changeIdentities(std::move(answer), [this, request = std::move(request)] {
        return m_desks.tenants.createKey(request);
    });
}

void LocalControl::revokeKey(CredentialId id, QByteArray author, Answer<KeyRow> answer)
{
    changeIdentities(std::move(answer), [this, id = std::move(id), author = std::move(author)] {
        return m_desks.tenants.revokeKey(id, author);
    });
}

void LocalControl::tools(TenantId tenant, Answer<std::vector<ToolRow>> answer)
{
    onControl(std::move(answer),
              [this, tenant = std::move(tenant)] { return m_desks.tools.tools(tenant); });
}

void LocalControl::servers(TenantId tenant, Answer<std::vector<ServerRow>> answer)
{
    onControl(std::move(answer),
              [this, tenant = std::move(tenant)] { return m_desks.tools.servers(tenant); });
}

void LocalControl::changeServer(ServerCommand command, Answer<ServerRow> answer)
{
    onControl(std::move(answer),
              [this, command = std::move(command)] { return m_desks.tools.change(command); });
}

void LocalControl::confirmServer(ServerConfirmation confirmation, Answer<ServerRow> answer)
{
    onControl(std::move(answer), [this, confirmation = std::move(confirmation)] {
        return m_desks.tools.confirm(confirmation);
    });
}

void LocalControl::draftServer(ServerSource source, Answer<ServerDraft> answer)
{
    onControl(std::move(answer),
              [this, source = std::move(source)] { return m_desks.tools.draft(source); });
}

void LocalControl::addServers(NewServers servers, Answer<QByteArray> answer)
{
    onControl(std::move(answer),
              [this, servers = std::move(servers)] { return m_desks.tools.add(servers); });
}

std::stop_source LocalControl::tryTool(ToolTrial trial, Answer<TrialResult> answer)
{
    std::stop_source stop;
    auto news = trial.id.isEmpty() ? nullptr : newsOfTrial(trial.id);
    m_desks.controlThread.post([this, trial = std::move(trial), stop, news = std::move(news),
                                answer = std::move(answer), sender = m_answers.sender()] {
        m_desks.tools.tryTool(trial, stop, news, [answer, sender](Result<TrialResult> result) {
            sender.post([answer, result = std::move(result)] { answer.deliver(result); });
        });
    });
    return stop;
}

// A tool may tell more than anybody can read: one letter at a time is on its way, with what was told last.
std::function<void(TrialProgress)> LocalControl::newsOfTrial(const QByteArray &id)
{
    struct Latest
    {
        Mutex mutex;
        std::optional<TrialProgress> waiting GUARDED_BY(mutex);
    };
    const auto latest = std::make_shared<Latest>();
    const auto deliver = [this, latest, id] {
        std::optional<TrialProgress> told;
        {
            const Lock lock(latest->mutex);
            told = std::exchange(latest->waiting, std::nullopt);
        }
        if (told)
            Q_EMIT trialProgressed(id, *told);
    };
    return [latest, deliver, sender = m_answers.sender()](TrialProgress progress) {
        {
            const Lock lock(latest->mutex);
            const bool onItsWay = latest->waiting.has_value();
            latest->waiting = std::move(progress);
            if (onItsWay)
                return;
        }
        sender.post(deliver);
    };
}

// --- sessions ---

void LocalControl::sessions(TenantId tenant, Answer<std::vector<SessionRow>> answer)
{
    onControl(std::move(answer),
              [this, tenant = std::move(tenant)] { return m_desks.sessions.sessions(tenant); });
}

void LocalControl::endSession(SessionEnd end, Answer<SessionRow> answer)
{
    onControl(std::move(answer),
              [this, end = std::move(end)] { return m_desks.sessions.end(end); });
}

void LocalControl::sessionMessages(MessagesRequest request, Answer<SessionMessages> answer)
{
    onControl(std::move(answer),
              [this, request = std::move(request)] { return m_desks.sessions.messages(request); });
}

} // namespace provost::host
