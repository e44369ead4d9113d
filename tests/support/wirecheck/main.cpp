// Judges what an endpoint sent (judge.h): reads lines
//
//     {"revision": "2025-11-25", "for": "tools/call", "message": {…}}
//
// where `for` is the method of the request that the message answers, null if it answers none, and prints each violation,
// then `N messages, M violations`. Ends with 1 if there are violations, with 2 if the schemas cannot be read.
#include "tests/support/wirecheck/judge.h"

#include <QFile>

#include <cstdio>

using namespace provost;
using namespace provost::testing;

namespace {

constexpr int failed = 1;
constexpr int unreadable = 2;

QByteArrayList violationsIn(const Judge &judge, const QByteArray &line)
{
    const auto entry = Json::parse(line);
    if (!entry)
        return {"not JSON: " + entry.error().message.toUtf8()};
    return judge.violations((*entry)["message"], {.revision = (*entry)["revision"].toByteArray(),
                                                  .answers = (*entry)["for"].toByteArray()});
}

} // namespace

int main()
{
    const auto judge = Judge::read(Judge::usualDirectory());
    QFile input;
    if (!judge || !input.open(stdin, QIODevice::ReadOnly)) {
        std::fprintf(stderr, "%s\n",
                     qPrintable(judge ? input.errorString() : judge.error().message));
        return unreadable;
    }
    qsizetype messages = 0;
    qsizetype violations = 0;
    for (QByteArray line = input.readLine(); !line.isEmpty(); line = input.readLine()) {
        ++messages;
        for (const QByteArray &violation : violationsIn(*judge, line)) {
            ++violations;
            std::printf("%s\n    in %s\n", violation.constData(), line.trimmed().constData());
        }
    }
    std::printf("%lld messages, %lld violations\n", static_cast<long long>(messages),
                static_cast<long long>(violations));
    return violations > 0 ? failed : EXIT_SUCCESS;
}
