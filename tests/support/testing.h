// Registration of test classes: PROVOST_TEST(TstName) after the class makes it known to the executable's main(),
// which runs all classes or the ones named on its command line. Each class becomes one ctest entry.
#pragma once

#include <QObject>

#include <functional>
#include <memory>

namespace provost::testing {

void registerTest(const char *name, std::function<std::unique_ptr<QObject>()> make);

struct Registration
{
    Registration(const char *name, std::function<std::unique_ptr<QObject>()> make)
    {
        registerTest(name, std::move(make));
    }
};

// Runs the registered classes; the exit code is 0 if every function passed.
int runTests(int argc, char **argv);

} // namespace provost::testing

#define PROVOST_TEST(Class)                                                                        \
    static const ::provost::testing::Registration registration##Class(                             \
        #Class, [] { return std::unique_ptr<QObject>(std::make_unique<Class>()); });
