#include "tests/support/testing.h"

#ifdef PROVOST_TEST_WIDGETS
#include <QApplication>
using Application = QApplication;
#else
#include <QCoreApplication>
using Application = QCoreApplication;
#endif

int main(int argc, char **argv)
{
    const Application application(argc, argv);
    return provost::testing::runTests(argc, argv);
}
