#include "server/gateway/mcprounds.h"

#include "server/protocol/jsonrpc.h"
#include "server/protocol/text.h"

#include <span>

namespace provost::gateway {

namespace {

constexpr const char *elicit = "elicitation/create";
constexpr qsizetype errorBytesMax = 200; // of what a client says
constexpr int elicitationIdSymbols = 22;

// One request of ours on its way.
struct Asked
{
    QByteArray key;
    QByteArray method;
    QByteArray id;
    Completion<Json> answer{};
};

bool send(Session &session, const McpCall::Asker &askOnCall, const QByteArray &message)
{
    return (askOnCall && askOnCall(message)) || session.send(message);
}

// The legacy revisions want an id for each url that somebody is sent to.
Json legacyParams(const Json &request, Random &random)
{
    Json params = request["params"].isObject() ? request["params"] : Json::object();
    if (params["mode"] == Json("url") && !params.contains("elicitationId"))
        params.set("elicitationId", randomToken(random, elicitationIdSymbols));
    return params;
}

// A client without an answer says so by an error. For a form that is an answer: the user gave none.
Result<Json> useful(const Asked &asked, const Json &response)
{
    if (const Json &result = response["result"]; result.isObject())
        return result;
    if (asked.method == elicit)
        return Json::object({{"action", "cancel"}});
    const QByteArray said =
        protocol::clipped(response["error"]["message"].toByteArray(), errorBytesMax);
    return fail(ErrorCode::InvalidInput,
                QStringLiteral("the client answered `%1` with an error: %2")
                    .arg(QString::fromUtf8(asked.method), QString::fromUtf8(said)));
}

// Nobody waits for these any more; the client should take its dialogs away.
void withdraw(Session &session, const McpCall::Asker &askOnCall, std::span<const Asked> asked,
              const Error &why)
{
    for (const Asked &request : asked) {
        const bool open = session.requests().answer(request.id, fail(why));
        if (open || why.code == ErrorCode::Timeout || why.code == ErrorCode::Conflict)
            send(session, askOnCall,
                 protocol::encodeNotification(
                     "notifications/cancelled",
                     Json::object({{"requestId", request.id}, {"reason", why.message}})));
    }
}

// Sends what is asked; nothing waits if it cannot. Errors: RateLimited, Unavailable, Cancelled.
Result<std::vector<Asked>> askAll(const McpServices &services, Session &session,
                                  const McpCall::Asker &askOnCall, const Json &requests)
{
    std::vector<Asked> asked;
    const auto askOne = [&](const Json::Member &member) -> Result<void> {
        Asked next{member.key, member.value["method"].toByteArray(), {}};
        TRY_LET(next.id,
                session.requests().begin(next.answer.resolver(), services.clock.monotonic()));
        asked.push_back(next);
        if (!send(session, askOnCall,
                  protocol::encodeRequest(next.id, next.method,
                                          legacyParams(member.value, services.random))))
            return fail(ErrorCode::Unavailable,
                        QStringLiteral("the client has no open stream on which to be asked"));
        return {};
    };
    for (const Json::Member &member : requests.members()) {
        if (const auto sent = askOne(member); !sent) {
            withdraw(session, askOnCall, asked, sent.error());
            return fail(sent.error());
        }
    }
    return asked;
}

} // namespace

// NOLINTNEXTLINE(performance-unnecessary-value-param): a coroutine keeps what it was given
Task<Result<Json>> askClient(const McpServices &services, std::shared_ptr<Session> session,
                             McpCall::Asker askOnCall, Json requests, std::stop_token stop,
                             Error whenStopped)
{
    const auto asked = askAll(services, *session, askOnCall, requests);
    if (!asked)
        co_return fail(asked.error());
    const std::stop_callback onStop(stop, [&] {
        for (const Asked &request : *asked)
            session->requests().answer(request.id, fail(whenStopped));
    });
    Json answers = Json::object();
    for (std::size_t i = 0; i < asked->size(); ++i) {
        const Asked &request = asked->at(i);
        Completion<Json> waiting = request.answer;
        const auto response = co_await waiting;
        auto answer = response ? useful(request, *response) : fail(response.error());
        if (!answer) {
            withdraw(*session, askOnCall, std::span(*asked).subspan(i), answer.error());
            co_return fail(answer.error());
        }
        answers.set(request.key, std::move(*answer));
    }
    co_return answers;
}

Task<calls::CallReply> runRounds(const McpServices &services, std::shared_ptr<Session> session,
                                 McpCall::Asker askOnCall, calls::CallRequest request)
{
    for (;;) {
        calls::CallReply reply = co_await services.run(request);
        if (!reply.needsInput())
            co_return reply;
        request.requestState = reply.needs().state;
        auto answers = co_await askClient(
            services, session, askOnCall, reply.needs().requests, request.stop,
            {ErrorCode::Cancelled, QStringLiteral("the caller cancelled the call")});
        request.received = services.clock.monotonic();
        if (answers)
            request.inputResponses = std::move(*answers);
        else // told to the governed call, so that it is recorded
            request.givenUp = calls::Refusal{.code = answers.error().code,
                                             .reason = answers.error().message.toUtf8()};
    }
}

} // namespace provost::gateway
