// HttpAuthorizer: gives the requests to an upstream their credential, and learns when the server refused one.
// Thread: the adapter's event loop.
#pragma once

#include "server/base/result.h"

#include <QObject>

#include <functional>

namespace provost::tools::mcp {

class HttpAuthorizer : public QObject
{
    Q_OBJECT

public:
    // What the server said to a request: 401 or 403.
    struct Refusal
    {
        int status = 0;
        QByteArray challenge;  // the WWW-Authenticate header; may be empty
        QByteArray credential; // what the request had as its credential; may be empty
    };
    using Answer = std::function<void(Result<void>)>;

    // The value of the Authorization header for a request that is sent now; empty while there is none.
    [[nodiscard]] virtual QByteArray credential() const = 0;

    // Whether refused() could change anything.
    [[nodiscard]] virtual bool canMend(const Refusal &refusal) const = 0;
    // Calls `answer` once and not from within: with a value the request may be sent again with credential(), with an
    // error it has failed. Not at all if this is destroyed before.
    // Errors: Unavailable while an administrator must authorise first; Upstream, Timeout. Agents may read them.
    virtual void refused(Refusal refusal, Answer answer) = 0;

    // Where an administrator must go to authorise; empty if nothing is awaited.
    [[nodiscard]] virtual QByteArray authorizeAt() const = 0;

Q_SIGNALS:
    void authorizeAtChanged();
    // An administrator has authorised, so there is a credential that no request waits for.
    void authorized();
    // No credential could be got; for people who run Provost, not for agents.
    void failed(const provost::Error &error);
};

} // namespace provost::tools::mcp
