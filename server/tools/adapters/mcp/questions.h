// Questions: what a legacy server wants to know of the agent's side before it goes on with a call: its open requests
// to us, in the form in which the agent is asked (InputNeeded).
// INVARIANT: each request of the server is answered at most once; keys are never used twice in a call.
// Thread: a value of the adapter's event loop.
#pragma once

#include "server/protocol/rpcerror.h"

#include <optional>
#include <vector>

namespace provost::tools::mcp {

class Questions
{
public:
    // Why an agent of `capabilities` cannot be asked this, in the error that MCP names; nothing if it can be.
    [[nodiscard]] static std::optional<protocol::RpcError>
    refusalOf(const Json &capabilities, const QByteArray &method, const Json &params);

    // Whether the server told which call it asks for. What it asks on its session's stream may be for another one.
    enum class Scope { Call, Session };

    // Keeps the server's request. False if there are too many of them, or the id is taken.
    [[nodiscard]] bool add(const Json &serverRequest, Scope scope);
    // The server takes its request back. False if it is not here.
    bool remove(const Json &serverId);
    [[nodiscard]] bool isEmpty() const { return m_open.empty(); }
    // All that are open, to be asked now: key -> {method, params}
    [[nodiscard]] Json ask();

    struct Answered
    {
        Json serverId;
        Json result;
    };
    // Takes the questions out that `inputResponses` answers.
    [[nodiscard]] std::vector<Answered> takeAnswered(const Json &inputResponses);
    // Takes all out.
    [[nodiscard]] std::vector<Json> takeServerIds();

    struct Leftover
    {
        Json serverRequest;
        bool wasAsked = false;
    };
    // Takes those out that may be of another call than this one, which is over.
    [[nodiscard]] std::vector<Leftover> takeOfSession();

private:
    struct Question
    {
        QByteArray key;
        Json serverId;
        Json request;
        Scope scope = Scope::Call;
        bool wasAsked = false;
    };

    std::vector<Question> m_open;
    int m_count = 0; // ever asked
};

} // namespace provost::tools::mcp
