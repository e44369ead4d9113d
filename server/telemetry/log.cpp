#include "server/telemetry/log.h"

#include <QLoggingCategory>

#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace provost::telemetry {

namespace {

constexpr qsizetype textBytesMax = 8192;

std::atomic<Log *> installedLog{nullptr}; // Qt has one message handler per process

const char *nameOf(LogLevel level)
{
    switch (level) {
    case LogLevel::Debug: return "debug";
    case LogLevel::Info: return "info";
    case LogLevel::Warning: return "warning";
    case LogLevel::Error: return "error";
    }
    return "error";
}

LogLevel levelOf(QtMsgType type)
{
    switch (type) {
    case QtDebugMsg: return LogLevel::Debug;
    case QtInfoMsg: return LogLevel::Info;
    case QtWarningMsg: return LogLevel::Warning;
    case QtCriticalMsg:
    case QtFatalMsg: return LogLevel::Error;
    }
    return LogLevel::Error;
}

// "provost.audit" is room "audit"; what Qt says keeps its category.
QByteArrayView roomOf(const QMessageLogContext &context)
{
    constexpr QByteArrayView ours = "provost.";
    const QByteArrayView category = context.category != nullptr ? context.category : "default";
    return category.startsWith(ours) ? category.sliced(ours.size()) : category;
}

void handleQtMessage(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (Log *log = installedLog)
        log->write(levelOf(type), roomOf(context), message.toUtf8());
}

// Valid UTF-8, at most textBytesMax bytes of it.
QByteArray presentable(QByteArrayView text)
{
    return QString::fromUtf8(text.first(std::min(text.size(), textBytesMax))).toUtf8();
}

} // namespace

Log::Log(const Clock &clock, LogOptions options)
    : m_clock(clock)
    , m_options(std::move(options))
{
}

Log::~Log()
{
    Log *self = this;
    if (installedLog.compare_exchange_strong(self, nullptr))
        qInstallMessageHandler(nullptr);
}

void Log::installMessageHandler()
{
    installedLog = this;
    qInstallMessageHandler(handleQtMessage);
}

Json Log::redacted(const Json &value) const
{
    if (value.isString()) {
        const QByteArray text = presentable(value.toByteArray());
        return {m_options.redact ? m_options.redact(text) : text};
    }
    if (value.isArray()) {
        Json::Array items;
        for (const Json &item : value.items())
            items.push_back(redacted(item));
        return {std::move(items)};
    }
    if (value.isObject()) {
        Json::Object members;
        for (const Json::Member &member : value.members())
            members.push_back({redacted(Json(member.key)).toByteArray(), redacted(member.value)});
        return {std::move(members)};
    }
    return value;
}

void Log::write(LogLevel level, QByteArrayView room, QByteArrayView message,
                const Json::Object &fields)
{
    if (level < m_options.level)
        return;
    Json entry = Json::object({{"time", toRfc3339(m_clock.now())},
                               {"level", nameOf(level)},
                               {"room", room},
                               {"message", redacted(Json(message))}});
    if (!fields.empty())
        entry.set("fields", redacted(Json(fields)));
    const QByteArray line = entry.toBytes() + '\n';
    const Lock lock(m_mutex);
    qsizetype written = 0;
    while (written < line.size()) {
        const ssize_t n = ::write(m_options.descriptor, line.constData() + written,
                                  static_cast<std::size_t>(line.size() - written));
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return; // nowhere to say so
        written += n;
    }
}

} // namespace provost::telemetry
