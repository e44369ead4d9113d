#include "server/gateway/replyencoder.h"

#include "server/base/assert.h"
#include "server/base/bytewriter.h"
#include "server/gateway/httpgrammar.h"

#include <algorithm>
#include <array>
#include <utility>

namespace provost::gateway {

namespace {

constexpr qsizetype headExpected = 384;

std::string_view viewOf(QByteArrayView text)
{
    return {text.data(), std::size_t(text.size())};
}

void writeHeader(ByteWriter &out, std::string_view name, QByteArrayView value)
{
    out.all({name, ": ", viewOf(value), "\r\n"});
}

bool has(const std::vector<Header> &headers, QByteArrayView name)
{
    return std::any_of(headers.begin(), headers.end(), [name](const Header &header) {
        return equalIgnoringCase(header.name, name);
    });
}

// Framing belongs to the front door alone; a handler that sets it would desynchronise the connection.
bool isFraming(QByteArrayView name)
{
    static constexpr std::array<QByteArrayView, 5> own{"Content-Length", "Transfer-Encoding",
                                                       "Connection", "Date", "Keep-Alive"};
    return std::any_of(own.begin(), own.end(),
                       [name](QByteArrayView each) { return equalIgnoringCase(name, each); });
}

void writeHead(ByteWriter &out, int status, const std::vector<Header> &headers,
               const ReplyFraming &framing)
{
    out.raw("HTTP/1.1 ");
    out.decimal(status);
    out.all({" ", reasonPhrase(status), "\r\nDate: ", viewOf(framing.date), "\r\n"});
    for (const Header &header : headers) {
        const bool isSafe =
            isToken(header.name) && isFieldValue(header.value) && !isFraming(header.name);
        PROVOST_ASSERT(isSafe, {});
        if (isSafe)
            writeHeader(out, viewOf(header.name), header.value);
    }
    out.raw("X-Content-Type-Options: nosniff\r\n");
    if (!has(headers, "Cache-Control"))
        out.raw("Cache-Control: no-store\r\n");
    if (!framing.keepAlive)
        out.raw("Connection: close\r\n");
    else if (!framing.http11)
        out.raw("Connection: keep-alive\r\n");
}

// The text up to the next line end of any kind; `rest` is what follows it.
QByteArrayView firstLine(QByteArrayView text, QByteArrayView &rest, bool &more)
{
    const auto end =
        std::find_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; });
    const qsizetype length = end - text.begin();
    more = end != text.end();
    const qsizetype skip = !more ? 0 : text.sliced(length).startsWith("\r\n") ? 2 : 1;
    rest = text.sliced(length + skip);
    return text.first(length);
}

// `prefix` and a line for each line of `text`.
void appendLines(QByteArray &out, const char *prefix, QByteArrayView text)
{
    bool more = true;
    while (more) {
        out.append(prefix);
        out.append(firstLine(text, text, more));
        out.append('\n');
    }
}

} // namespace

QByteArray encodeReply(const HttpReply &reply, const ReplyFraming &framing)
{
    QByteArray out;
    {
        ByteWriter writer(out, headExpected + reply.body.size());
        writeHead(writer, reply.status, reply.headers, framing);
        const bool bodiless = reply.status == 204 || reply.status == 304;
        if (!bodiless) {
            writer.raw("Content-Length: ");
            writer.decimal(reply.body.size());
            writer.raw("\r\n");
        }
        writer.raw("\r\n");
        if (!bodiless && !framing.withoutBody)
            writer.raw(reply.body);
    }
    return out;
}

QByteArray encodeEventsHead(const std::vector<Header> &extraHeaders, const ReplyFraming &framing)
{
    std::vector<Header> headers{{"Content-Type", "text/event-stream"},
                                {"Cache-Control", "no-cache"},
                                {"X-Accel-Buffering", "no"}};
    headers.insert(headers.end(), extraHeaders.begin(), extraHeaders.end());
    QByteArray out;
    {
        ByteWriter writer(out, headExpected);
        writeHead(writer, 200, headers, framing);
        if (framing.http11)
            writer.raw("Transfer-Encoding: chunked\r\n");
        writer.raw("\r\n");
    }
    return out;
}

QByteArray encodeEvent(QByteArrayView data, QByteArrayView id, QByteArrayView event)
{
    // A line end in these would start a field of its own; NUL makes the client ignore the id.
    const auto isOneLine = [](QByteArrayView text) {
        return !text.contains('\n') && !text.contains('\r') && !text.contains('\0');
    };
    PROVOST_ASSERT(isOneLine(id) && isOneLine(event), return {});
    QByteArray out;
    out.reserve(data.size() + id.size() + event.size() + 32);
    if (!event.isEmpty())
        appendLines(out, "event: ", event);
    if (!id.isEmpty())
        appendLines(out, "id: ", id);
    appendLines(out, "data: ", data);
    out.append('\n');
    return out;
}

QByteArray encodeComment(QByteArrayView text)
{
    QByteArray out;
    appendLines(out, ": ", text);
    out.append('\n');
    return out;
}

QByteArray encodeRetry(std::chrono::milliseconds retry)
{
    return "retry: " + QByteArray::number(qint64(retry.count())) + "\n\n";
}

QByteArray encodeChunk(QByteArrayView data)
{
    QByteArray out;
    out.reserve(data.size() + 16);
    out.append(QByteArray::number(data.size(), 16));
    out.append("\r\n");
    out.append(data);
    out.append("\r\n");
    return out;
}

QByteArray encodeDate(WallTime time)
{
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(std::chrono::floor<std::chrono::seconds>(time - day));
    const auto padded = [](auto value, qsizetype width) {
        return QByteArray::number(qint64(value)).rightJustified(width, '0');
    };
    QByteArray out = days[std::chrono::weekday(day).c_encoding()];
    out += ", " + padded(unsigned(date.day()), 2) + ' ' + months[unsigned(date.month()) - 1] + ' '
           + padded(int(date.year()), 4) + ' ' + padded(clock.hours().count(), 2) + ':'
           + padded(clock.minutes().count(), 2) + ':' + padded(clock.seconds().count(), 2) + " GMT";
    return out;
}

const char *reasonPhrase(int status)
{
    static constexpr std::array<std::pair<int, const char *>, 33> phrases{{
        {100, "Continue"},
        {101, "Switching Protocols"},
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {301, "Moved Permanently"},
        {302, "Found"},
        {304, "Not Modified"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {406, "Not Acceptable"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {410, "Gone"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {422, "Unprocessable Content"},
        {426, "Upgrade Required"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    }};
    const auto found = std::find_if(phrases.begin(), phrases.end(),
                                    [status](const auto &entry) { return entry.first == status; });
    return found == phrases.end() ? "" : found->second; // RFC 9112 4: the phrase may be empty
}

HttpReply refusalReply(int status, QByteArrayView reason)
{
    HttpReply reply;
    reply.status = status;
    reply.headers.push_back({"Content-Type", "application/json"});
    reply.body = "{\"error\":";
    appendJsonString(reply.body, reason);
    reply.body.append('}');
    return reply;
}

} // namespace provost::gateway
