// Where public test data lies: $PROVOST_CORPORA, else ../shared/corpora beside the source. It is not part of the
// project; a test that does not find it is skipped with the reason.
#pragma once

#include <QString>

namespace provost::testing {

[[nodiscard]] inline QString corpora()
{
    const QString fromEnvironment = qEnvironmentVariable("PROVOST_CORPORA");
    return fromEnvironment.isEmpty() ? QStringLiteral(PROVOST_SOURCE_DIR "/../shared/corpora")
                                     : fromEnvironment;
}

} // namespace provost::testing
