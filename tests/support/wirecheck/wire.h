// Wire: what a test says to an MCP endpoint and hears from it. Each message that is heard is judged at once by the
// published schemas; one that is against them fails the test function that runs. Where the schemas are absent nothing is
// judged, and TstJudge is skipped with the reason.
// Thread: the test's.
#pragma once

#include "server/base/json.h"

#include <map>
#include <set>

namespace provost::testing {

class Wire
{
public:
    // A body on its way to the endpoint, of whatever kind; over HTTP with its MCP-Protocol-Version.
    void said(QByteArrayView body, const QByteArray &header = {});
    // A message of the endpoint, or the batch that answers one. What answers nothing that was said must be good in one of
    // the revisions that were spoken.
    void heard(QByteArrayView text) const;

private:
    struct Request
    {
        QByteArray revision;
        QByteArray method;
    };
    void remember(const Json &message, const QByteArray &header);
    [[nodiscard]] QByteArrayList violations(const Json &message) const;

    std::map<QByteArray, Request> m_requests; // by id
    std::set<QByteArray> m_spoken;            // revisions
    bool m_batched = false;
};

} // namespace provost::testing
