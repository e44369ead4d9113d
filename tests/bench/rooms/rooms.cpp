// provost_bench_rooms: figures of single rooms, as one JSON line: decisions per second and core, durable records per
// second, and the plain sync of the same disk as the probe to compare with; what indexing a call costs, and how long
// questions to the index take; what small parts of a call cost.
#include "server/audit/committerpool.h"
#include "server/audit/indexfile.h"
#include "server/audit/journal.h"
#include "server/audit/query.h"
#include "server/base/eventthread.h"
#include "server/policy/loader.h"
#include "server/policy/snapshot.h"
#include "tests/bench/rooms/callparts.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <cstdio>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

using namespace provost;

namespace {

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

// `count` policies for as many roles and resources; the last one has a condition.
QByteArray orgWith(int count)
{
    QByteArray text = "tenants:\n  - id: bench\n    name: Bench\n    policies:\n";
    for (int i = 0; i < count; ++i) {
        const QByteArray number = QByteArray::number(i);
        text += "      - name: policy-" + number + "\n        roles: [role-" + number
                + "]\n        resources: [resource-" + number
                + "]\n        permissions: [read]\n        conditions:\n          - region == "
                  "${user.region}\n";
    }
    return text;
}

double decisionsPerSecond(int policies)
{
    const auto loaded = policy::loadOrg({{"bench.yaml", orgWith(policies)}});
    const auto snapshot = policy::Snapshot::compile(loaded.org.tenants.front(), "bench");
    policy::Request request;
    request.tenant = TenantId("bench");
    const QByteArray last = QByteArray::number(policies - 1);
    request.user = {UserId("alice"), {"role-" + last, "role-0"}, Json::object({{"region", "EU"}})};
    request.resource = {"resource-" + last, {}, Json::object({{"region", "EU"}}), {}};
    request.permission = "read";
    constexpr int rounds = 200'000;
    std::int64_t allowed = 0;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < rounds; ++i)
        allowed += (*snapshot)->decide(request).effect == policy::Effect::Allow ? 1 : 0;
    const double seconds = secondsSince(start);
    if (allowed != rounds)
        qFatal("the bench's request is not allowed");
    return rounds / seconds;
}

Task<void> appendMany(audit::Journal &journal, const audit::Record &record, int count,
                      std::atomic<int> &open)
{
    for (int i = 0; i < count; ++i) {
        if (const auto receipt = co_await journal.append(record); !receipt)
            qFatal("%s", qUtf8Printable(receipt.error().message));
    }
    if (--open == 0)
        QCoreApplication::quit();
}

double recordsPerSecond(const QString &folder, int inFlight)
{
    const SystemClock clock;
    audit::CommitterPool committers(4);
    const auto journal = audit::Journal::open(
        std::filesystem::path(folder.toStdString()) / "journal", committers, clock);
    audit::Record record;
    record.action = "tool_call";
    record.tool = "query_analytics";
    record.status = "success";
    record.user = UserId("alice@acme.com");
    record.tenant = TenantId("acme-corp");
    record.reason = QByteArray(200, 'x');
    constexpr int total = 40'000;
    std::atomic<int> open{inFlight};
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < inFlight; ++i)
        spawn(appendMany(**journal, record, total / inFlight, open));
    QCoreApplication::exec();
    return total / secondsSince(start);
}

// The probe: one writer, one page, one fdatasync after the other.
double syncsPerSecond(const QString &folder)
{
    const int file = ::open((folder + QStringLiteral("/probe")).toLocal8Bit().constData(),
                            O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    const QByteArray page(4096, 'x');
    constexpr int total = 2'000;
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < total; ++i) {
        if (::pwrite(file, page.constData(), 4096, 0) != 4096 || ::fdatasync(file) != 0)
            qFatal("cannot write the probe");
    }
    const double seconds = secondsSince(start);
    ::close(file);
    return total / seconds;
}

double cpuSeconds()
{
    timespec used{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return double(used.tv_sec) + double(used.tv_nsec) / 1e9;
}

constexpr int indexedCalls = 200'000;

// The two lines of call number `i`: 500 users, 40 tools, and one rare tool.
audit::Record callRecord(int i, audit::Phase phase)
{
    audit::Record record;
    record.phase = phase;
    record.callId = "call-" + QByteArray::number(i);
    record.timestamp = WallTime(std::chrono::seconds(1'770'000'000)) + std::chrono::milliseconds(i);
    record.tenant = TenantId("acme-corp");
    record.user = UserId("user-" + QByteArray::number(i * 7 % 500) + "@acme.com");
    record.roles = {"data-analyst"};
    record.agent = "claude-code/2.0";
    record.action = "tool_call";
    record.tool = i % 10'000 == 0 ? "rare" : QByteArray("tool-" + QByteArray::number(i * 13 % 40));
    record.arguments = Json::object({{"query", "SELECT * FROM customers WHERE id = 1"}});
    record.requestId = "request-" + QByteArray::number(i);
    record.transport = "http";
    record.status = phase == audit::Phase::Intent ? "pending" : "success";
    record.durationUs = phase == audit::Phase::Intent ? 0 : i * 31 % 100'000;
    return record;
}

// Without a journal: the lines are made beforehand, and read no further than to their fields.
double indexingUsPerCall(const std::filesystem::path &folder)
{
    constexpr int callsPerBatch = 2000;
    auto file = audit::IndexFile::open(folder / "index.db", folder);
    if (!file)
        qFatal("%s", qUtf8Printable(file.error().message));
    std::int64_t sequence = 0;
    double used = 0;
    for (int first = 0; first < indexedCalls; first += callsPerBatch) {
        std::vector<QByteArray> lines;
        for (int i = 2 * first; i < 2 * (first + callsPerBatch); ++i) {
            QByteArray members;
            appendMembers(members, callRecord(i / 2, audit::Phase(i % 2)));
            audit::sealLine(lines.emplace_back(), {i + 1, 0}, members);
            lines.back().chop(1);
        }
        const double before = cpuSeconds();
        for (const QByteArray &line : lines) {
            ++sequence;
            file->add({{sequence, 0}, {sequence, sequence * 700, line.size()}, line});
        }
        if (const auto written = file->flush(); !written)
            qFatal("%s", qUtf8Printable(written.error().message));
        used += cpuSeconds() - before;
    }
    return used * 1e6 / indexedCalls;
}

template <class Ask>
double millisecondsOf(const char *filter, const Ask &ask)
{
    const audit::AuditQuery query{audit::Filter::fromText(filter, {}).value(), {}};
    const auto start = std::chrono::steady_clock::now();
    const bool answered = ask(query).has_value();
    if (!answered)
        qFatal("the index does not answer");
    return secondsSince(start) * 1e3;
}

QByteArray indexFigures(const QString &folder)
{
    const std::filesystem::path path = folder.toStdString();
    const double perCall = indexingUsPerCall(path);
    auto reader = audit::AuditReader::open(path / "index.db", path).value();
    const auto page = [&](const audit::AuditQuery &query) { return reader.page(query, {}); };
    const auto count = [&](const auto &query) { return reader.count(query, indexedCalls); };
    const auto bars = [&](const auto &query) { return reader.histogram(query, 100); };
    return QString::asprintf(
               "{\"cpu_us_per_call\":%.2f,\"rare_page_ms\":%.1f,\"call_page_ms\":%.1f,"
               "\"count_ms\":%.1f,\"histogram_ms\":%.1f,\"free_text_ms\":%.1f}",
               perCall, millisecondsOf("tool:rare", page), millisecondsOf("call:call-4711", page),
               millisecondsOf("ms>50", count), millisecondsOf("ms>50", bars),
               millisecondsOf("orders", count))
        .toLatin1();
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QTemporaryDir folder(QString::fromLocal8Bit(argc > 1 ? argv[1] : "/var/tmp")
                               + QStringLiteral("/provost-bench-XXXXXX"));
    std::printf(
        "{\"decisions_per_s\":{\"100\":%.0f,\"10000\":%.0f},\"records_per_s\":{\"1\":%.0f,"
        "\"64\":%.0f},\"syncs_per_s\":%.0f,\"index\":%s,\"call_parts_ns\":%s}\n",
        decisionsPerSecond(100), decisionsPerSecond(10'000),
        recordsPerSecond(folder.path() + QStringLiteral("/a"), 1),
        recordsPerSecond(folder.path() + QStringLiteral("/b"), 64), syncsPerSecond(folder.path()),
        indexFigures(folder.path()).constData(),
        bench::callPartFigures((folder.path() + QStringLiteral("/c")).toLocal8Bit()).constData());
    return 0;
}
