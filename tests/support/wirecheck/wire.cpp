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

} // namespace

void Wire::said(QByteArrayView body, const QByteArray &header)
{
    const Json text = Json::parse(body).value_or(Json()); // the endpoint says what is wrong
    m_batched |= text.isArray();
    for (const Json &message : text.isArray() ? text.items() : Json::Array{text})
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
    const auto whole = Json::parse(text);
    QByteArrayList found;
    if (!whole)
        found = {"not JSON: " + whole.error().message.toUtf8()};
    else if (m_batched && whole->isArray())
        for (const Json &message : whole->items())
            found += violations(message);
    else
        found = violations(*whole);
    if (!found.isEmpty())
        QTest::qFail(QByteArray(found.join('\n') + "\n    in " + text).constData(), __FILE__,
                     __LINE__);
}

QByteArrayList Wire::violations(const Json &message) const
{
    const auto request = m_requests.find(message["id"].toBytes());
    if (request != m_requests.end() && !message.contains("method"))
        return theJudge()->violations(
            message, {.revision = request->second.revision, .answers = request->second.method});
    QByteArrayList found;
    for (const QByteArray &revision : m_spoken) {
        found = theJudge()->violations(message, {.revision = revision, .answers = {}});
        if (found.isEmpty())
            break;
    }
    return found;
}

} // namespace provost::testing
