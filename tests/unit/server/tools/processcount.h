// What a test of leaks counts: descriptors of this process, and processes that it left behind (Linux).
#pragma once

#include <QByteArray>
#include <QDir>
#include <QFile>

#include <unistd.h>

namespace provost::testing {

inline int descriptorCount()
{
    return static_cast<int>(QDir(QStringLiteral("/proc/self/fd"))
                                .entryList(QDir::NoDotAndDotDot | QDir::AllEntries | QDir::System)
                                .size());
}

inline bool isRunning(qint64 process)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(process));
    if (!stat.open(QFile::ReadOnly))
        return false;
    const QByteArray text = stat.readAll();
    return text.mid(text.lastIndexOf(')') + 2, 1) != "Z";
}

// Direct children, zombies included.
inline int childCount()
{
    int count = 0;
    const QDir processes(QStringLiteral("/proc"));
    for (const QString &entry : processes.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile stat(QStringLiteral("/proc/%1/stat").arg(entry));
        if (!stat.open(QFile::ReadOnly))
            continue;
        const QByteArray text = stat.readAll();
        const auto fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
        if (fields.size() > 1 && fields[1].toLongLong() == getpid())
            ++count;
    }
    return count;
}

} // namespace provost::testing
