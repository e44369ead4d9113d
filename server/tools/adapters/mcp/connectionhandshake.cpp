// The part of Connection that gets to know the server, at the beginning and whenever it has forgotten us.
#include "server/protocol/jsonrpc.h"
#include "server/tools/adapters/mcp/connection.h"

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds probePatience{10'000}; // over pipes, where silence is an answer too

} // namespace

void Connection::beginHandshake()
{
    m_state = State::Handshake;
    m_logLevel.reset();
    m_levelRequest = Transport::NoRequest;
    m_transport->handshakeBegins();
    spawn(shakeHands(this, ++m_handshake));
}

Task<> Connection::shakeHands(QPointer<Connection> self, int handshake)
{
    AskFirst askServer = [self](Step step, QByteArray method, Json params) {
        return ask(self, step, std::move(method), std::move(params));
    };
    Introduction introduction{
        .known = self->m_era,
        .capabilities = self->m_options.capabilities,
        .silenceIsLegacy = !self->m_transport->hasStreams(),
    };
    Result<Session> session = co_await negotiate(std::move(askServer), std::move(introduction));
    if (self && self->m_state == State::Handshake && self->m_handshake == handshake)
        self->endHandshake(std::move(session));
}

Task<Reply> Connection::ask(QPointer<Connection> self, Step step, QByteArray method, Json params)
{
    Completion<Reply> reply;
    if (self) {
        const milliseconds patience = self->m_options.startTimeout;
        const bool silenceIsAnswer = step == Step::Probe && !self->m_transport->hasStreams();
        const Transport::RequestId id = self->m_ids++;
        Pending *pending = self->keep({
            .id = id,
            .method = std::move(method),
            .params = std::move(params),
            .deadline =
                QDeadlineTimer(silenceIsAnswer ? std::min(patience / 2, probePatience) : patience,
                               Qt::PreciseTimer),
            .notify = {},
            .resolver = {},
        });
        if (pending != nullptr) {
            pending->step = step;
            pending->reply = reply.resolver();
            self->transmit(id, *pending);
        } else {
            reply.resolver().resolve(
                Reply{fail(ErrorCode::Unavailable, QStringLiteral("the server is not running"))});
        }
    } else {
        reply.resolver().resolve(Reply{fail(
            ErrorCode::Unavailable, QStringLiteral("the connection to the server was ended"))});
    }
    Result<Reply> got = co_await reply;
    co_return got ? *std::move(got) : Reply{fail(std::move(got).error())};
}

void Connection::endHandshake(Result<Session> session)
{
    if (!session) {
        Q_EMIT handshakeFailed(session.error());
        close(session.error());
        return;
    }
    m_session = *std::move(session);
    m_era = m_session.era;
    m_state = State::Ready;
    const bool isLegacy = m_session.era == Era::Legacy;
    m_transport->handshakeEnded(isLegacy ? m_session.protocolVersion : QByteArray());
    if (isLegacy)
        sendUnasked(protocol::encodeNotification("notifications/initialized", nullptr));
    Q_EMIT ready();
    transmitHeld();
}

} // namespace provost::tools::mcp
