#include "tests/support/wirecheck/wire.h"

#include "tests/support/wirecheck/judge.h"

#include <QTest>

namespace provost::testing {

namespace {

const Result<Judge> &theJudge()
{
    static const Result<Judge> judge = Judge::read(Judge::usualDirectory());
    return judge;
}

Json::Array messagesIn(const Json &text)
{
    return text.isArray() ? text.items() : Json::Array{text};
}

} // namespace

void Wire::said(QByteArrayView body, const QByteArray &header)
{
    const Json said = Json::parse(body).value_or(Json()); // the endpoint says what is wrong
    m_batched |= said.isArray();
    for (const Json &message : messagesIn(said))
        remember(message, header);
}

void Wire::remember(const Json &message, const QByteArray &header)
{
    const Json &claimed = message["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"];
    const QByteArray revision = claimed.isString() ? claimed.toByteArray() : header;
    m_spoken.insert(revision);
    if (message.contains("method"))
        m_requests[message["id"].toBytes()] = {revision, message["method"].toByteArray()};
}

void Wire::heard(QByteArrayView text) const
{
    if (!theJudge())
        return;
    QByteArrayList found;
    if (const auto heard = Json::parse(text); !heard)
        found = {"not JSON: " + heard.error().message.toUtf8()};
    else if (heard->isArray() && !m_batched)
        found = {"a batch that answers none"};
    else
        for (const Json &message : messagesIn(*heard))
            found += violations(message);
    if (found.isEmpty())
        return;
    const QByteArray told = found.join('\n') + "\n    in " + text;
    QTest::qFail(told.constData(), __FILE__, __LINE__);
}

QByteArrayList Wire::violations(const Json &message) const
{
    const auto request = m_requests.find(message["id"].toBytes());
    if (request != m_requests.end() && !message.contains("method"))
        return theJudge()->violations(
            message, {.revision = request->second.revision, .answers = request->second.method});
    QByteArrayList found{"nothing was said before"};
    for (const QByteArray &revision : m_spoken) {
        found = theJudge()->violations(message, {.revision = revision, .answers = {}});
        if (found.isEmpty())
            break;
    }
    return found;
}

} // namespace provost::testing
