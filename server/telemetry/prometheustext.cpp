#include "server/telemetry/prometheustext.h"

namespace provost::telemetry {

namespace {

QByteArray secondsText(std::int64_t us)
{
    const QByteArray fraction = QByteArray::number(qint64(us % 1'000'000)).rightJustified(6, '0');
    QByteArray text = QByteArray::number(qint64(us / 1'000'000)) + '.' + fraction;
    while (text.endsWith('0'))
        text.chop(1);
    if (text.endsWith('.'))
        text.chop(1);
    return text;
}

void appendHead(QByteArray &out, const char *name, const char *type, const char *help)
{
    out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
}

void appendSample(QByteArray &out, const char *name, const QByteArray &labels,
                  const QByteArray &value)
{
    out.append(name);
    if (!labels.isEmpty())
        out.append('{').append(labels).append('}');
    out.append(' ').append(value).append('\n');
}

void appendHistogram(QByteArray &out, const QByteArray &name, const QByteArray &labels,
                     const ExposedHistogram &histogram)
{
    const QByteArray bucket = name + "_bucket";
    for (std::size_t i = 0; i < durationBoundsUs.size(); ++i)
        appendSample(out, bucket.constData(),
                     labels + ",le=\"" + secondsText(durationBoundsUs[i]) + '"',
                     QByteArray::number(qint64(histogram.cumulative[i])));
    const QByteArray count = QByteArray::number(qint64(histogram.count));
    appendSample(out, bucket.constData(), labels + ",le=\"+Inf\"", count);
    appendSample(out, QByteArray(name + "_sum").constData(), labels,
                 secondsText(histogram.sum.count()));
    appendSample(out, QByteArray(name + "_count").constData(), labels, count);
}

QByteArray label(const char *name, QByteArrayView value)
{
    return QByteArray(name) + "=\"" + escapedLabel(value) + '"';
}

} // namespace

QByteArray escapedLabel(QByteArrayView value)
{
    QByteArray escaped;
    escaped.reserve(value.size());
    for (const char c : value) {
        switch (c) {
        case '\\': escaped.append("\\\\"); break;
        case '"': escaped.append("\\\""); break;
        case '\n': escaped.append("\\n"); break;
        default: escaped.append(c);
        }
    }
    return escaped;
}

ExposedHistogram exposed(const Histogram &histogram)
{
    return {histogram.cumulative(durationBoundsUs), histogram.count(), histogram.sum()};
}

QByteArray prometheusText(const std::vector<TenantExposition> &tenants,
                          const std::vector<ToolExposition> &tools,
                          std::int64_t failedAuthentications, std::int64_t startSecond)
{
    QByteArray out;
    appendHead(out, "provost_build_info", "gauge", "The version that runs; always 1.");
    appendSample(out, "provost_build_info", label("version", PROVOST_VERSION), "1");
    appendHead(out, "provost_start_time_seconds", "gauge", "When the server started, Unix time.");
    appendSample(out, "provost_start_time_seconds", {}, QByteArray::number(qint64(startSecond)));
    appendHead(out, "provost_authentication_failures_total", "counter",
               "Requests without a credential that verifies.");
    appendSample(out, "provost_authentication_failures_total", {},
                 QByteArray::number(qint64(failedAuthentications)));

    appendHead(out, "provost_calls_total", "counter",
               "Governed calls by outcome; an empty tool is a list or an unknown name.");
    for (const ToolExposition &tool : tools) {
        const QByteArray labels = label("tenant", tool.tenant) + ',' + label("tool", tool.tool);
        for (int i = 0; i < outcomeCount; ++i)
            appendSample(out, "provost_calls_total",
                         labels + ',' + label("outcome", nameOf(static_cast<Outcome>(i))),
                         QByteArray::number(qint64(tool.byOutcome[static_cast<std::size_t>(i)])));
    }
    appendHead(out, "provost_call_duration_seconds", "histogram",
               "From the complete request to the answer.");
    for (const ToolExposition &tool : tools)
        appendHistogram(out, "provost_call_duration_seconds",
                        label("tenant", tool.tenant) + ',' + label("tool", tool.tool),
                        tool.duration);
    appendHead(out, "provost_gateway_duration_seconds", "histogram",
               "The part of a call that is not spent in the tool.");
    for (const TenantExposition &tenant : tenants)
        appendHistogram(out, "provost_gateway_duration_seconds", label("tenant", tenant.tenant),
                        tenant.gateway);
    return out;
}

} // namespace provost::telemetry
