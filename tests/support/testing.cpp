#include "tests/support/testing.h"

#include "server/base/assert.h"

#include <QTest>

#include <cstdio>
#include <map>
#include <string>

namespace provost::testing {

namespace {

using Makers = std::map<std::string, std::function<std::unique_ptr<QObject>()>>;

Makers &makers()
{
    static Makers all;
    return all;
}

} // namespace

void registerTest(const char *name, std::function<std::unique_ptr<QObject>()> make)
{
    makers().emplace(name, std::move(make));
}

int runTests(int argc, char **argv)
{
    setAbortOnAssert(true);
    // A debugger attached to each hung test costs more than its stack tells; ctest's time-out ends the test.
    qputenv("QTEST_DISABLE_STACK_DUMP", "1");
    std::vector<char *> qtArguments{argv[0]};
    std::vector<std::string> chosen;
    for (int i = 1; i < argc; ++i) {
        if (makers().contains(argv[i]))
            chosen.emplace_back(argv[i]);
        else
            qtArguments.push_back(argv[i]);
    }
    int failed = 0;
    for (const auto &[name, make] : makers()) {
        if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), name) == chosen.end())
            continue;
        const auto test = make();
        failed +=
            QTest::qExec(test.get(), static_cast<int>(qtArguments.size()), qtArguments.data());
    }
    return failed == 0 ? 0 : 1;
}

} // namespace provost::testing
