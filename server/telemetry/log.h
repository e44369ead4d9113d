// Log: structured lines for operators (`provost serve --log-json`), one JSON object per line on stderr:
//     {"time":"2026-01-15T14:23:45.000123Z","level":"warning","room":"audit","message":"…","fields":{…}}
// Rooms that have nothing to say in fields use Qt's logging (qCWarning with a category "provost.<room>"), which ends
// here too once installMessageHandler() was called.
// INVARIANT: a line is one line, valid JSON, and passed through `redact` before it is written.
// Thread: write() from any thread.
#pragma once

#include "server/base/clock.h"
#include "server/base/json.h"
#include "server/base/mutex.h"

#include <functional>

namespace provost::telemetry {

enum class LogLevel { Debug, Info, Warning, Error };

struct LogOptions
{
    LogLevel level = LogLevel::Info; // lower ones are left out
    int descriptor = 2;
    std::function<QByteArray(QByteArray)> redact; // of every text; any thread
};

class Log
{
public:
    // `clock` outlives the object.
    explicit Log(const Clock &clock, LogOptions options = {});
    ~Log(); // gives Qt its own message handler back

    void write(LogLevel level, QByteArrayView room, QByteArrayView message,
               const Json::Object &fields = {});

    // What Qt and the rooms say from now on is written here. One Log at a time.
    void installMessageHandler();

    Log(const Log &) = delete;
    Log &operator=(const Log &) = delete;

private:
    [[nodiscard]] Json redacted(const Json &value) const;

    const Clock &m_clock;
    const LogOptions m_options;
    Mutex m_mutex; // one line at a time on the descriptor
};

} // namespace provost::telemetry
