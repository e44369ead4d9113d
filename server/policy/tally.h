// Puts the results of single rules together into one decision: deny wins over ask, ask over allow, and without a grant
// it is a denial. Fails closed: a deny or ask rule that could not be evaluated applies, an allow rule does not.
// Thread: one thread; made for one request.
#pragma once

#include "server/policy/rule.h"

#include <QVarLengthArray>

namespace provost::policy {

class Tally
{
public:
    explicit Tally(const Request &request)
        : m_request(request)
    {
    }

    // Rules come in the order deny, ask, allow; each is one whose other gates are passed. True: the rules that are
    // left cannot change the decision.
    bool add(const Rule &rule, ConditionResult result);
    // An allow rule that holds, but is reached only through roles whose quota is used up.
    void addStoppedByQuota(const QByteArray &role) { m_quotaRole = role; }

    [[nodiscard]] Decision finish();

private:
    struct Grant
    {
        const Rule *rule = nullptr;
        std::optional<RowFilter> rows; // none: all
    };
    using Grants = QVarLengthArray<Grant, 4>;

    bool addDeny(const Rule &rule, ConditionResult result);
    void addAsk(const Rule &rule, ConditionResult result);
    bool addAllow(const Rule &rule, ConditionResult result);
    [[nodiscard]] Decision denied(DenyKind kind, const Rule *rule, QByteArray reason) const;
    [[nodiscard]] Decision asked();
    [[nodiscard]] Decision allowed();
    [[nodiscard]] Decision withoutGrant() const;
    void restrictRows(Decision &decision, const std::vector<const Grant *> &grants);

    const Request &m_request;
    const Rule *m_deny = nullptr;
    const Rule *m_unevaluableDeny = nullptr;
    QByteArray m_denyProblem;
    std::vector<RowFilter> m_notDenied; // rows for which a deny rule is certainly false
    bool m_asks = false;                // an ask rule applies, exhausted or not
    Grants m_askGrants;
    const Rule *m_unevaluableAsk = nullptr;
    QByteArray m_askProblem;
    const Rule *m_plainGrant =
        nullptr; // gives every row and field without a limit: nothing else matters
    Grants m_unlimited;
    Grants m_limited; // with a rate limit that has calls left
    const Rule *m_exhausted = nullptr;
    QByteArray m_quotaRole;
};

} // namespace provost::policy
