// Subscriptions: keeps what an upstream is asked to tell of its own accord equal to what somebody here wants to know:
// changes of its lists, and of the resources that are watched. A modern server is listened to with one
// `subscriptions/listen`, which is made anew when the wishes change; a legacy one is subscribed to for each resource.
// Thread: the adapter's event loop.
#pragma once

#include "server/tools/adapters/mcp/connection.h"

#include <map>

namespace provost::tools::mcp {

class Subscriptions final : public QObject
{
    Q_OBJECT

public:
    // `ids` outlives this.
    Subscriptions(QObject *parent, Ids &ids);

    // `onUpdated` is called whenever the resource changed, or may have while there was no connection.
    void add(std::int64_t watch, const QByteArray &uri, std::function<void()> onUpdated);
    void remove(std::int64_t watch);
    // The connection is ready, again maybe. It is forgotten when it ends.
    void attach(Connection *connection);

private:
    struct Watcher
    {
        QByteArray uri;
        std::function<void()> onUpdated;
    };

    [[nodiscard]] std::size_t countOf(const QByteArray &uri) const;
    void onUpdated(const QByteArray &uri) const;
    void onMissed();
    void onListening(Transport::RequestId id);
    [[nodiscard]] bool isModern() const;
    void subscribe(const QByteArray &method, const QByteArray &uri);
    [[nodiscard]] Json wishes() const;
    void listen();
    static Task<> follow(QPointer<Subscriptions> self, Transport::RequestId id,
                         Completion<Answer> end);
    void onListenEnded(Transport::RequestId id);

    Ids &m_ids;
    QPointer<Connection> m_connection;
    bool m_wasAttached = false;
    std::map<std::int64_t, Watcher> m_watchers;
    Transport::RequestId m_listen = Transport::NoRequest;
    std::vector<Transport::RequestId> m_replaced; // end when the server has acknowledged m_listen
    int m_failures = 0;                           // of listening, since it last worked
    bool m_hasMissed = false;                     // what changed since listening ended
    QTimer m_timer{this};                         // active: listens (again) soon
};

} // namespace provost::tools::mcp
