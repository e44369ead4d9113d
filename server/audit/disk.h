// The calls that a journal makes on its open segment. The default is the system's; a test passes its own to make them fail.
// Each answers 0 or an errno.
// Thread: safe from any thread.
#pragma once

#include <QByteArrayView>
#include <QString>

namespace provost::audit {

class Disk
{
public:
    virtual ~Disk() = default;
    // All of `bytes`, or an error.
    [[nodiscard]] virtual int write(int file, QByteArrayView bytes, qint64 offset);
    [[nodiscard]] virtual int sync(int file);    // fdatasync: contents and size
    [[nodiscard]] virtual int syncAll(int file); // fsync: directories too
    [[nodiscard]] virtual int truncate(int file, qint64 bytes);

    [[nodiscard]] static Disk &system();
};

// What an errno means, for people.
[[nodiscard]] QString systemErrorText(int code);

} // namespace provost::audit
