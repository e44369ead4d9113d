#include "server/tools/adapters/mcp/connection.h"

#include "server/base/assert.h"
#include "server/protocol/jsonrpc.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr std::size_t requestsMax = 4096;
constexpr milliseconds logLevelPatience{10'000};

} // namespace

Connection::Connection(std::unique_ptr<Transport> transport, ConnectionOptions options, Ids &ids,
                       ParkedCalls &parked)
    : m_transport(std::move(transport))
    , m_options(std::move(options))
    , m_ids(ids)
    , m_parkedCalls(parked)
    , m_era(m_options.era)
{
    connect(m_transport.get(), &Transport::received, this, &Connection::onReceived);
    connect(m_transport.get(), &Transport::garbage, this, &Connection::onGarbage);
    connect(m_transport.get(), &Transport::tooLarge, this, &Connection::onTooLarge);
    connect(m_transport.get(), &Transport::failed, this, &Connection::onFailed);
    connect(m_transport.get(), &Transport::canHear, this, &Connection::transmitHeld);
    connect(m_transport.get(), &Transport::missed, this, &Connection::missed);
    connect(m_transport.get(), &Transport::closed, this, &Connection::onClosed);
}

Connection::~Connection()
{
    m_transport->disconnect(this);
    finishAll({ErrorCode::Unavailable, QStringLiteral("the connection to the server was ended")});
}

void Connection::open()
{
    m_transport->open();
    beginHandshake();
}

void Connection::request(Request request)
{
    PROVOST_ASSERT_THREAD(this);
    const Transport::RequestId id = request.id;
    Pending *pending = keep(std::move(request));
    if (pending != nullptr && m_state == State::Ready && !mustQueue(*pending))
        transmit(id, *pending);
}

Connection::Pending *Connection::keep(Request request)
{
    const auto refuse = [&request](const QString &why) -> Pending * {
        request.resolver.resolve(fail(ErrorCode::Unavailable, why));
        return nullptr;
    };
    if (m_state == State::Closing || m_state == State::Closed)
        return refuse(QStringLiteral("the server is not running"));
    if (m_pending.size() >= requestsMax)
        return refuse(QStringLiteral("too many calls wait for the server"));
    const Transport::RequestId id = request.id;
    const auto [entry, isNew] = m_pending.try_emplace(id);
    PROVOST_ASSERT(isNew, return refuse(QStringLiteral("the request's id is taken")));

    Pending &pending = entry->second;
    pending.request = std::move(request);
    pending.agentToken = protocol::progressTokenOf(pending.request.params);
    startDeadline(id, pending);
    return &pending;
}

void Connection::startDeadline(Transport::RequestId id, Pending &pending)
{
    if (pending.request.deadline.isForever())
        return;
    pending.timer =
        startTimer(milliseconds(pending.request.deadline.remainingTime()), Qt::PreciseTimer);
    m_timers.emplace(pending.timer, id);
}

void Connection::stopDeadline(Pending &pending)
{
    if (pending.timer == 0)
        return;
    killTimer(pending.timer);
    m_timers.erase(std::exchange(pending.timer, 0));
}

void Connection::close(Error why)
{
    if (m_state == State::Closing || m_state == State::Closed)
        return;
    m_state = State::Closing;
    finishAll(why);
    m_closeReason = std::move(why);
    m_transport->close();
}

std::int64_t Connection::callsInFlight() const
{
    return std::count_if(m_pending.begin(), m_pending.end(),
                         [](const auto &keyed) { return keyed.second.request.caller.has_value(); });
}

std::vector<Request> Connection::takeHeld()
{
    std::vector<Transport::RequestId> ids;
    for (const auto &[id, pending] : m_pending) {
        if (pending.handshake == 0 && pending.request.caller && !pending.repeated)
            ids.push_back(id);
    }
    std::sort(ids.begin(), ids.end());
    std::vector<Request> held;
    for (const Transport::RequestId id : ids) {
        auto entry = m_pending.extract(id);
        stopDeadline(entry.mapped());
        held.push_back(std::move(entry.mapped().request));
    }
    return held;
}

// Those who want to hear of a call wait until the server knows how much, and until it can be heard: what it says before
// that is lost. Where nothing but the order of things tells whom the server asks, the calls go one after the other.
bool Connection::mustQueue(const Pending &pending) const
{
    if (!pending.request.caller)
        return false;
    const bool takesLogs = !pending.request.caller->logLevel.isEmpty();
    if (m_levelRequest != Transport::NoRequest && takesLogs)
        return true;
    if (!m_options.ofOnePrincipal || m_session.era != Era::Legacy)
        return false;
    const bool canAsk = canBeAsked(m_options.capabilities);
    if ((canAsk || takesLogs) && !m_transport->hears())
        return true;
    return canAsk && !hasStreams()
           && std::any_of(m_pending.begin(), m_pending.end(),
                          [](const auto &keyed) { return isUnderWay(keyed.second); });
}

// Of an agent, and the server has it.
bool Connection::isUnderWay(const Pending &pending)
{
    return pending.request.caller && pending.handshake != 0;
}

void Connection::transmitHeld()
{
    if (m_state != State::Ready)
        return;
    std::vector<Transport::RequestId> held;
    for (const auto &[id, pending] : m_pending) {
        if (pending.handshake == 0)
            held.push_back(id);
    }
    std::sort(held.begin(), held.end());
    for (const Transport::RequestId id : held) {
        const auto entry = m_pending.find(id);
        if (m_state == State::Ready && entry != m_pending.end() && !mustQueue(entry->second))
            transmit(id, entry->second);
    }
}

void Connection::transmit(Transport::RequestId id, Pending &pending)
{
    const Request &request = pending.request;
    const bool modern = pending.step ? *pending.step == Step::Probe : m_session.era == Era::Modern;
    if (!modern && !pending.step
        && (request.params.contains("inputResponses") || request.params.contains("requestState"))) {
        finish(id, {fail(ErrorCode::InvalidInput,
                         QStringLiteral("the server was restarted and knows nothing of these "
                                        "answers: make the call again without them"))});
        return;
    }
    if (!modern && request.caller && wantLogs(request.caller->logLevel))
        return;
    pending.handshake = m_handshake;
    const Json params = paramsOf(id, pending, modern);
    Outgoing message{.id = id, .text = {}};
    if (modern) {
        const bool listens = request.method == "subscriptions/listen";
        message.role = listens ? Role::Listen : Role::Stateless;
        message.headers = headersOf(protocol::latestModern().name, request.method, params,
                                    request.parameterHeaders.get());
    } else if (pending.step) {
        message.role = Role::Initialize;
    }
    message.text = Json::object({
                                    {"jsonrpc", "2.0"},
                                    {"id", id},
                                    {"method", request.method},
                                    {"params", params},
                                })
                       .toBytes();
    if (const auto sent = m_transport->send(message); !sent)
        finish(id, {fail(sent.error())});
}

Json Connection::paramsOf(Transport::RequestId id, const Pending &pending, bool modern) const
{
    const Request &request = pending.request;
    Json params = request.params;
    const Json *agentMeta = params.find("_meta");
    if (!modern && agentMeta == nullptr)
        return params;
    Session session = m_session;
    if (pending.step) {
        session.era = Era::Modern;
        session.protocolVersion = protocol::latestModern().name.toByteArray();
    }
    Json capabilities =
        request.caller
            // A modern agent that declares no tasks is refused where the server insists on them.
            ? carriedCapabilities(Era::Modern, request.caller->capabilities,
                                  !request.caller->session.isEmpty())
            : carriedCapabilities(Era::Modern);
    Json meta = metaForUpstream(session, agentMeta != nullptr ? *agentMeta : Json::object(),
                                std::move(capabilities),
                                request.caller ? request.caller->logLevel : QByteArray());
    if (!pending.agentToken.isNull())
        meta.set("progressToken", id);
    if (meta.members().empty())
        params.remove("_meta");
    else
        params.set("_meta", std::move(meta));
    return params;
}

// A session has one level, so it is the least severe that any of its calls wants.
bool Connection::wantLogs(const QByteArray &level)
{
    const auto wanted = protocol::logLevelOf(level);
    if (!wanted || !m_session.can("logging") || (m_logLevel && *m_logLevel <= *wanted))
        return false;
    m_logLevel = wanted;
    m_levelRequest = m_ids++;
    request({
        .id = m_levelRequest,
        .method = "logging/setLevel",
        .params = Json::object({{"level", level}}),
        .deadline = QDeadlineTimer(logLevelPatience),
        .notify = {},
        .resolver = {},
    });
    return true;
}

void Connection::sendUnasked(const QByteArray &message)
{
    // The server learns less than it should if this fails; nobody waits for it.
    static_cast<void>(m_transport->send({.id = Transport::NoRequest, .text = message}));
}

// The server refused before doing anything, so the request may be sent once more under a new session.
void Connection::repeat(Transport::RequestId id, Pending &pending)
{
    pending.repeated = true;
    const bool sessionIsCurrent = pending.handshake == m_handshake;
    pending.handshake = 0;
    m_transport->release(id);
    if (m_state == State::Ready && sessionIsCurrent)
        beginHandshake();
    else if (m_state == State::Ready && !mustQueue(pending))
        transmit(id, pending);
}

} // namespace provost::tools::mcp
