// Ownership of a QObject that may be given up in the middle of one of its own signals.
// Thread: that of the object, which needs an event loop.
#pragma once

#include <QObject>

#include <memory>

namespace provost::tools::mcp {

struct DeleteLater
{
    void operator()(QObject *object) const { object->deleteLater(); }
};

template <class T>
using LaterPtr = std::unique_ptr<T, DeleteLater>;

template <class T, class... Args>
[[nodiscard]] LaterPtr<T> makeLater(Args &&...args)
{
    return LaterPtr<T>(std::make_unique<T>(std::forward<Args>(args)...).release());
}

} // namespace provost::tools::mcp
