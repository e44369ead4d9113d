#include "server/host/adminhandler.h"

namespace provost::host {

namespace {

using gateway::Exchange;
using gateway::HttpReply;
using gateway::PathParameters;

HttpReply text(int status, QByteArray body)
{
    return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)};
}

} // namespace

AdminHandler::AdminHandler(const gateway::LoopContext &context, const Services &services)
    : m_origin(context.listening, {})
{
    m_router.add("GET", "/healthz",
                 [](const std::shared_ptr<Exchange> &exchange, const PathParameters &) {
                     exchange->reply(text(200, "ok\n"));
                 });
    m_router.add("GET", "/readyz",
                 [problems = services.problems](const std::shared_ptr<Exchange> &exchange,
                                                const PathParameters &) {
                     QByteArray reasons;
                     for (const QByteArray &problem : problems())
                         reasons.append(problem).append('\n');
                     exchange->reply(reasons.isEmpty() ? text(200, "ready\n") : text(503, reasons));
                 });
    m_router.add("GET", "/metrics",
                 [&metrics = services.metrics](const std::shared_ptr<Exchange> &exchange,
                                               const PathParameters &) {
                     exchange->reply(
                         {200,
                          {{"Content-Type", "text/plain; version=0.0.4; charset=utf-8"}},
                          metrics.toPrometheus()});
                 });
}

void AdminHandler::handle(std::shared_ptr<Exchange> exchange)
{
    if (const auto trusted = m_origin.check(exchange->request()); !trusted) {
        exchange->reply(text(403, trusted.error().message.toUtf8() + "\n"));
        return;
    }
    m_router.route(std::move(exchange));
}

} // namespace provost::host
