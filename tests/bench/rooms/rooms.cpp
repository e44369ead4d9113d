// provost_bench_rooms: figures of single rooms, as one JSON line: decisions per second and core, durable records per
// second, and the plain sync of the same disk as the probe to compare with.
#include "server/audit/committerpool.h"
#include "server/audit/journal.h"
#include "server/base/eventthread.h"
#include "server/policy/loader.h"
#include "server/policy/snapshot.h"

#include <QCoreApplication>
#include <QTemporaryDir>

#include <cstdio>
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

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QTemporaryDir folder(QString::fromLocal8Bit(argc > 1 ? argv[1] : "/var/tmp")
                               + QStringLiteral("/provost-bench-XXXXXX"));
    std::printf("{\"decisions_per_s\":{\"100\":%.0f,\"10000\":%.0f},\"records_per_s\":{\"1\":%.0f,"
                "\"64\":%.0f},\"syncs_per_s\":%.0f}\n",
                decisionsPerSecond(100), decisionsPerSecond(10'000),
                recordsPerSecond(folder.path() + QStringLiteral("/a"), 1),
                recordsPerSecond(folder.path() + QStringLiteral("/b"), 64),
                syncsPerSecond(folder.path()));
    return 0;
}
