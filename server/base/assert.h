// Broken invariants. PROVOST_ASSERT always reports; it aborts where setAbortOnAssert(true) was called (tests,
// sanitizer builds), else it runs `action`, which in deciding, recording, authenticating and limiting refuses.
// Thread: any.
#pragma once

#include <QObject>
#include <QThread>

namespace provost {

void setAbortOnAssert(bool abort); // NOLINT: a process-wide switch, set once in main()
void reportBrokenInvariant(const char *condition, const char *file, int line);

} // namespace provost

#define PROVOST_ASSERT(condition, action)                                                          \
    do {                                                                                           \
        if (!(condition)) [[unlikely]] {                                                           \
            ::provost::reportBrokenInvariant(#condition, __FILE__, __LINE__);                      \
            action;                                                                                \
        }                                                                                          \
    } while (false)

// At the border of an object that belongs to one thread.
#define PROVOST_ASSERT_THREAD(object)                                                              \
    PROVOST_ASSERT((object)->thread() == QThread::currentThread(), qFatal("wrong thread"))
