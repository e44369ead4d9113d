// Answer<T>: where the answer to an asynchronous question goes. It is delivered on the thread that asked, once, unless
// the receiver has gone by then.
// Thread: made and delivered on the asking thread; may travel through others in between.
#pragma once

#include "server/base/result.h"

#include <QObject>
#include <QPointer>

#include <functional>

namespace provost::control {

template <class T>
class Answer
{
public:
    // `receiver` guards `callback`: when it dies first, the answer is dropped.
    Answer(QObject *receiver, std::function<void(Result<T>)> callback)
        : m_receiver(receiver)
        , m_callback(std::move(callback))
    {
    }

    void deliver(Result<T> result) const
    {
        if (m_receiver)
            m_callback(std::move(result));
    }

private:
    QPointer<QObject> m_receiver;
    std::function<void(Result<T>)> m_callback;
};

} // namespace provost::control
