#include "server/audit/journalformat.h"

#include "server/base/bytewriter.h"
#include "server/base/hash.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <system_error>

namespace provost::audit {

namespace {

constexpr std::string_view crcStart = R"({"crc":")";
constexpr std::string_view crcEnd = R"(",)";
constexpr qsizetype crcDigits = 8;
// The checksum covers every byte of the line from here on, up to and with the closing brace.
constexpr qsizetype coveredFrom = qsizetype(crcStart.size() + crcEnd.size()) + crcDigits;
constexpr std::string_view sequenceName = R"("seq":)";
constexpr std::string_view batchName = R"("batch":)";
constexpr std::string_view segmentSuffix = ".jsonl";
constexpr std::size_t segmentDigits = 20;

std::string_view viewOf(QByteArrayView bytes)
{
    return {bytes.data(), std::size_t(bytes.size())};
}

bool take(std::string_view &text, std::string_view wanted)
{
    if (!text.starts_with(wanted))
        return false;
    text.remove_prefix(wanted.size());
    return true;
}

std::optional<std::int64_t> takeNumber(std::string_view &text)
{
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || value < 0)
        return std::nullopt;
    text.remove_prefix(std::size_t(end - text.data()));
    return value;
}

// `"name":NUMBER,`, or nothing.
std::optional<std::int64_t> takeMember(std::string_view &text, std::string_view name)
{
    std::string_view rest = text;
    if (!take(rest, name))
        return std::nullopt;
    const auto value = takeNumber(rest);
    if (!value || !take(rest, ","))
        return std::nullopt;
    text = rest;
    return value;
}

// `START` text `"`, or nothing. What stands here has no escapes: the journal refuses such call ids.
QByteArrayView takeText(std::string_view &text, std::string_view start)
{
    if (!take(text, start))
        return {};
    const std::size_t end = std::min(text.find('"'), text.size());
    const QByteArrayView value(text.data(), qsizetype(end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return value;
}

} // namespace

void sealLine(QByteArray &out, const LineHeader &header, QByteArrayView members)
{
    static constexpr char hex[] = "0123456789abcdef";
    const qsizetype start = out.size();
    {
        ByteWriter line(out, members.size() + sealBytesMax);
        line.all({crcStart, "00000000", crcEnd, sequenceName});
        line.decimal(header.sequence);
        line.raw(',');
        if (header.batch > 0) {
            line.raw(batchName);
            line.decimal(header.batch);
            line.raw(',');
        }
        line.raw(members);
        line.raw("}\n");
    }
    const std::uint32_t crc = crc32c(QByteArrayView(out).sliced(start + coveredFrom).chopped(1));
    char *digits = out.data() + start + qsizetype(crcStart.size());
    for (qsizetype i = 0; i < crcDigits; ++i)
        digits[i] = hex[(crc >> (28U - 4U * unsigned(i))) & 0xfU];
}

std::optional<LineHeader> readHeader(QByteArrayView line)
{
    std::string_view rest = viewOf(line);
    if (line.size() <= coveredFrom || !take(rest, crcStart) || line.back() != '}')
        return std::nullopt;
    std::uint32_t crc = 0;
    for (int i = 0; i < crcDigits; ++i) {
        const char c = rest[std::size_t(i)];
        const bool isDigit = c >= '0' && c <= '9';
        if (!isDigit && (c < 'a' || c > 'f'))
            return std::nullopt;
        crc = crc << 4U | unsigned(isDigit ? c - '0' : c - 'a' + 10);
    }
    rest.remove_prefix(crcDigits);
    if (!take(rest, crcEnd) || crc != crc32c(line.sliced(coveredFrom)))
        return std::nullopt;
    const auto sequence = takeMember(rest, sequenceName);
    if (!sequence || *sequence < 1)
        return std::nullopt;
    return LineHeader{*sequence, takeMember(rest, batchName).value_or(0)};
}

LineCall readCall(QByteArrayView line)
{
    std::string_view rest = viewOf(line);
    rest.remove_prefix(std::min(std::size_t(coveredFrom), rest.size()));
    takeMember(rest, sequenceName);
    takeMember(rest, batchName);
    LineCall call;
    if (take(rest, R"("phase":"intent")"))
        call.phase = Phase::Intent;
    else if (take(rest, R"("phase":"outcome")"))
        call.phase = Phase::Outcome;
    else
        take(rest, R"("phase":"event")");
    call.callId = takeText(rest, R"(,"call_id":")").toByteArray();
    call.timestamp = fromRfc3339(takeText(rest, R"(,"timestamp":")")).value_or(WallTime());
    return call;
}

std::filesystem::path segmentPath(const std::filesystem::path &directory, std::int64_t first)
{
    std::string name = std::to_string(first);
    name.insert(0, segmentDigits - name.size(), '0');
    return directory / name.append(segmentSuffix);
}

Result<std::vector<Segment>> listSegments(const std::filesystem::path &directory)
{
    std::vector<Segment> segments;
    std::error_code error;
    for (std::filesystem::directory_iterator entry(directory, error), end; !error && entry != end;
         entry.increment(error)) {
        const std::string name = entry->path().filename().string();
        std::string_view rest = name;
        const auto first = takeNumber(rest);
        if (first && rest == segmentSuffix && name.size() == segmentDigits + segmentSuffix.size())
            segments.push_back({*first, entry->path()});
    }
    if (error)
        return fail(ErrorCode::Storage,
                    QStringLiteral("cannot list journal `%1`: %2")
                        .arg(toText(directory), QString::fromStdString(error.message())));
    std::sort(segments.begin(), segments.end(),
              [](const Segment &a, const Segment &b) { return a.first < b.first; });
    return segments;
}

QString toText(const std::filesystem::path &path)
{
    return QString::fromStdString(path.string());
}

} // namespace provost::audit
