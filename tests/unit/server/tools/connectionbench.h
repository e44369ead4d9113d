// A Connection over a transport that the test drives.
#pragma once

#include "server/tools/adapters/mcp/connection.h"
#include "tests/unit/server/tools/mcptesting.h"

namespace provost::tools::mcp::testing {

class FakeTransport final : public Transport
{
public:
    void open() override {}
    Result<void> send(const Outgoing &message) override
    {
        if (sendFails)
            return fail(ErrorCode::Unavailable, QStringLiteral("full"));
        sent.push_back(*Json::parse(message.text));
        outgoing.push_back(message);
        return {};
    }
    void release(RequestId id) override { released.push_back(id); }
    void handshakeBegins() override { ++handshakes; }
    void handshakeEnded(const QByteArray &protocolVersion) override { version = protocolVersion; }
    void close() override { isClosing = true; }
    bool hasStreams() const override { return streams; }
    bool hears() const override { return !isDeaf; }
    QByteArray name() const override { return "fake"; }
    QByteArray lastWords() const override { return {}; }

    [[nodiscard]] const Json &last() const { return sent.back(); }
    [[nodiscard]] bool hasReleased(const Json &request) const
    {
        return std::find(released.begin(), released.end(), *request["id"].toInteger())
               != released.end();
    }
    void answer(const Json &request, const char *result)
    {
        say(R"({"jsonrpc":"2.0","id":)" + request["id"].numberText()
            + ",\"result\":" + QByteArray(result) + '}');
    }
    void answerError(const Json &request, const char *error)
    {
        say(R"({"jsonrpc":"2.0","id":)" + request["id"].numberText()
            + ",\"error\":" + QByteArray(error) + '}');
    }
    void say(const QByteArray &text, RequestId stream = NoRequest)
    {
        Q_EMIT received(text, stream);
    }
    void refuse(const Json &request, Failure failure, int status = 404, Json rpcError = {})
    {
        Q_EMIT failed(*request["id"].toInteger(),
                      {.error = {ErrorCode::Upstream, QStringLiteral("404")},
                       .failure = failure,
                       .httpStatus = status,
                       .rpcError = std::move(rpcError)});
    }
    void hear()
    {
        isDeaf = false;
        Q_EMIT canHear();
    }
    void die() { Q_EMIT closed({ErrorCode::Upstream, QStringLiteral("the server crashed")}); }

    std::vector<Json> sent;
    std::vector<Outgoing> outgoing;
    std::vector<RequestId> released;
    bool streams = false;
    bool isDeaf = false;
    QByteArray version;
    int handshakes = 0;
    bool sendFails = false;
    bool isClosing = false;
};

const char *const initialized = R"({"protocolVersion":"2025-06-18","capabilities":{"tools":{}},)"
                                R"("serverInfo":{"name":"s","version":"1"}})";

const char *const discovered =
    R"({"resultType":"complete","supportedVersions":["2026-07-28"],"capabilities":{"tools":{}},)"
    R"("serverInfo":{"name":"m","version":"2"},"ttlMs":0,"cacheScope":"private"})";

inline Task<Result<Json>> resultOf(Completion<Answer> completion)
{
    Result<Answer> answer = co_await completion;
    if (!answer)
        co_return fail(std::move(answer).error());
    co_return std::move(answer->result);
}

inline Task<Result<Answer>> answerOf(Completion<Answer> completion)
{
    co_return co_await completion;
}

struct BenchOptions
{
    std::optional<Era> era = Era::Legacy;
    Json capabilities = Json::object();
    bool ofOnePrincipal = false;
    bool streams = false;
    bool isDeaf = false;
    std::chrono::milliseconds parkedPatience = std::chrono::minutes(10);
    std::chrono::milliseconds taskPatience = std::chrono::seconds(20);
};

// A Connection with its transport.
class Bench
{
public:
    explicit Bench(BenchOptions options = {})
        : parked(nullptr, options.parkedPatience)
    {
        auto made = std::make_unique<FakeTransport>();
        transport = made.get();
        transport->streams = options.streams;
        transport->isDeaf = options.isDeaf;
        connection = std::make_unique<Connection>(std::move(made),
                                                  ConnectionOptions{
                                                      .startTimeout = std::chrono::seconds(20),
                                                      .messageBytesMax = 1 << 16,
                                                      .secrets = {"s3cret-token"},
                                                      .era = options.era,
                                                      .capabilities = options.capabilities,
                                                      .ofOnePrincipal = options.ofOnePrincipal,
                                                      .taskPatience = options.taskPatience,
                                                  },
                                                  ids, parked);
        connection->open();
    }

    // Answers the last request of the handshake.
    void shakeHands(const char *result = initialized)
    {
        transport->answer(transport->sent.back(), result);
        (void)QTest::qWaitFor([this] { return connection->isReady() || transport->isClosing; });
    }
    // The next request of the handshake has been sent.
    [[nodiscard]] bool waitFor(const char *method) const
    {
        return QTest::qWaitFor([this, method] {
            return !transport->sent.empty() && transport->last()["method"].toByteArray() == method;
        });
    }

    Request make(Resolver<Answer> resolver)
    {
        lastId = ids++;
        return {
            .id = lastId,
            .method = "tools/call",
            .deadline = QDeadlineTimer(std::chrono::seconds(20), Qt::PreciseTimer),
            .notify = {},
            .resolver = std::move(resolver),
        };
    }
    Running<Result<Json>> request(Json params = Json::object(),
                                  std::chrono::milliseconds deadline = std::chrono::seconds(20),
                                  std::function<void(QByteArray, Json)> notify = {})
    {
        Completion<Answer> completion;
        Request request = make(completion.resolver());
        request.params = std::move(params);
        request.deadline = QDeadlineTimer(deadline, Qt::PreciseTimer);
        request.notify = std::move(notify);
        connection->request(std::move(request));
        return Running<Result<Json>>(resultOf(std::move(completion)));
    }
    // A call of an agent.
    Running<Result<Answer>> call(Caller caller, const std::function<void(Request &)> &adjust = {})
    {
        Completion<Answer> completion;
        Request request = make(completion.resolver());
        request.caller = std::move(caller);
        if (adjust)
            adjust(request);
        connection->request(std::move(request));
        return Running<Result<Answer>>(answerOf(std::move(completion)));
    }
    // A further round of the call whose handle is in `state`.
    Running<Result<Answer>> round(Caller caller, const QByteArray &state, Json responses,
                                  std::chrono::milliseconds deadline = std::chrono::seconds(20))
    {
        Completion<Answer> completion;
        Request request = make(completion.resolver());
        request.inputResponses = std::move(responses);
        request.deadline = QDeadlineTimer(deadline, Qt::PreciseTimer);
        auto place = parked.take(state.mid(1), caller);
        request.caller = std::move(caller);
        if (place)
            place->connection->resume(place->id, std::move(request));
        else
            request.resolver.resolve(fail(place.error()));
        return Running<Result<Answer>>(answerOf(std::move(completion)));
    }

    Ids ids{1};
    ParkedCalls parked;
    Transport::RequestId lastId = 0;
    FakeTransport *transport = nullptr;
    std::unique_ptr<Connection> connection;
};

} // namespace provost::tools::mcp::testing
