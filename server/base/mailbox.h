// Mailbox<T>: the one way for a value to reach another event loop. The receiver owns the Mailbox and reads it on
// its own thread; a Sender is a cheap copy that any thread may post with. The first post into an empty box rings
// once (one queued event without payload), so a burst costs one wake-up. Ringing wakes the receiver, so it happens
// after the letters are unlocked: else the receiver's first step would be to wait for the sender.
// INVARIANT: after ~Mailbox no callback runs, and every later post() returns false and destroys its value.
// Thread: Mailbox belongs to the thread that made it, which needs an event loop; Sender is safe from any thread.
#pragma once

#include "server/base/mutex.h"

#include <QCoreApplication>
#include <QEvent>
#include <QObject>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <utility>

namespace provost {

namespace detail {

class Bell final : public QObject
{
public:
    explicit Bell(std::function<void()> onRing)
        : m_onRing(std::move(onRing))
    {
    }

    // Safe from any thread while the Bell lives.
    void ring()
    {
        QCoreApplication::postEvent(this, new QEvent(QEvent::User), Qt::HighEventPriority);
    }

protected:
    // Only ring() posts custom events here. Not event(): looking at an event that another thread made is what
    // ThreadSanitizer, which cannot see Qt's own locks, takes for a race.
    void customEvent(QEvent *) override { m_onRing(); }

private:
    std::function<void()> m_onRing;
};

template <class T>
struct MailboxState
{
    Mutex mutex;
    std::deque<T> letters GUARDED_BY(mutex);
    std::atomic<bool> isOpen{true}; // written under `mutex`
    Mutex bellMutex;
    Bell *bell GUARDED_BY(bellMutex) = nullptr; // null once the Mailbox is gone
};

} // namespace detail

template <class T>
class Mailbox
{
public:
    class Sender
    {
    public:
        Sender() = default;

        // False if the receiver is gone; the value is then destroyed.
        bool post(T value) const
        {
            if (!m_state)
                return false;
            {
                const Lock lock(m_state->mutex);
                if (!m_state->isOpen)
                    return false;
                m_state->letters.push_back(std::move(value));
                if (m_state->letters.size() > 1)
                    return true; // rung already
            }
            const Lock lock(m_state->bellMutex);
            if (m_state->bell != nullptr)
                m_state->bell->ring();
            return true;
        }

    private:
        friend class Mailbox;
        explicit Sender(std::shared_ptr<detail::MailboxState<T>> state)
            : m_state(std::move(state))
        {
        }
        std::shared_ptr<detail::MailboxState<T>> m_state;
    };

    // `onLetter` runs on this thread, once per value, in the order of posting.
    explicit Mailbox(std::function<void(T)> onLetter)
        : m_onLetter(std::make_shared<const std::function<void(T)>>(std::move(onLetter)))
        , m_bell([this] { deliver(); })
    {
        const Lock lock(m_state->bellMutex);
        m_state->bell = &m_bell;
    }

    ~Mailbox()
    {
        std::deque<T>
            undelivered; // destroyed outside the lock: a value's destructor may post again
        {
            const Lock lock(m_state->bellMutex);
            m_state->bell = nullptr;
        }
        const Lock lock(m_state->mutex);
        m_state->isOpen = false;
        undelivered.swap(m_state->letters);
    }

    Mailbox(const Mailbox &) = delete;
    Mailbox &operator=(const Mailbox &) = delete;

    [[nodiscard]] Sender sender() const { return Sender(m_state); }

    // Letters are delivered on `thread` from now on; with the owner's own moveToThread().
    // REQUIRES: called on this Mailbox's thread, before the first post.
    void moveToThread(QThread &thread) { m_bell.moveToThread(&thread); }

private:
    void deliver()
    {
        const auto alive = m_state; // a letter may destroy this Mailbox
        const auto onLetter = m_onLetter;
        std::deque<T> letters;
        {
            const Lock lock(alive->mutex);
            letters.swap(alive->letters);
        }
        for (T &letter : letters) {
            if (!alive->isOpen)
                return;
            (*onLetter)(std::move(letter));
        }
    }

    std::shared_ptr<detail::MailboxState<T>> m_state = std::make_shared<detail::MailboxState<T>>();
    const std::shared_ptr<const std::function<void(T)>> m_onLetter;
    detail::Bell m_bell;
};

} // namespace provost
