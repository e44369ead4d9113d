#include "server/gateway/frontdoor.h"

#include "server/base/assert.h"
#include "server/gateway/httploop.h"

#include <QHostAddress>
#include <QNetworkProxy>
#include <QTcpServer>

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace provost::gateway {

namespace {

constexpr int backlog = 1'024;
constexpr rlim_t descriptorsForOthers = 1'024; // journals, databases, upstream servers

class FunctionHandler final : public LoopHandler
{
public:
    explicit FunctionHandler(RequestHandler handler)
        : m_handler(std::move(handler))
    {
    }
    void handle(std::shared_ptr<Exchange> exchange) override { m_handler(std::move(exchange)); }

private:
    const RequestHandler m_handler;
};

// A socket that listens there. It is taken out of its QTcpServer, because that belongs to this thread.
Result<Descriptor> bindTo(const QHostAddress &host, quint16 port, ListenAddress &address)
{
    QTcpServer server;
    server.setProxy(QNetworkProxy::NoProxy); // else Qt asks the desktop, which may take seconds
    server.setListenBacklogSize(backlog);
    if (!server.listen(host, port))
        return fail(ErrorCode::Unavailable, QStringLiteral("cannot listen on `%1` port %2: %3")
                                                .arg(host.toString())
                                                .arg(port)
                                                .arg(server.errorString()));
    address = {server.serverAddress().toString().toLatin1(), server.serverPort()};
    Descriptor listening{::dup(int(server.socketDescriptor()))};
    if (!listening.isOpen())
        return fail(ErrorCode::Unavailable,
                    QStringLiteral("no descriptor for the listening socket"));
    return listening;
}

// Systems start a process with room for about a thousand descriptors and let it ask for more.
void makeRoomForDescriptors(int connections)
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    const rlim_t wanted = std::min(limit.rlim_max, rlim_t(connections) + descriptorsForOthers);
    if (limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted;
    ::setrlimit(RLIMIT_NOFILE, &limit); // if refused, accepting pauses when descriptors run out
}

} // namespace

QByteArray ListenAddress::authority() const
{
    const QByteArray name = host.contains(':') ? QByteArray('[' + host + ']') : host;
    return name + ':' + QByteArray::number(port);
}

QByteArray ListenAddress::url() const
{
    return "http://" + authority();
}

LoopHandlerFactory handlerFactory(RequestHandler handler)
{
    return [handler = std::move(handler)](const LoopContext &) {
        return std::make_unique<FunctionHandler>(handler);
    };
}

FrontDoor::FrontDoor(FrontDoorOptions options, const Clock &clock, LoopHandlerFactory makeHandler)
    : m_options(options)
    , m_clock(clock)
    , m_makeHandler(std::move(makeHandler))
{
}

FrontDoor::~FrontDoor()
{
    stop(std::chrono::milliseconds(0));
}

int FrontDoor::loops() const
{
    return m_options.loops > 0 ? m_options.loops
                               : std::max(1, int(std::thread::hardware_concurrency()));
}

int FrontDoor::connections() const
{
    return m_open;
}

Result<ListenAddress> FrontDoor::listen(QByteArrayView host, quint16 port)
{
    PROVOST_ASSERT(m_loops.empty(), return fail(ErrorCode::Internal,
                                                QStringLiteral("the front door is open already")));
    const QString name = QString::fromUtf8(host);
    const QHostAddress wanted =
        host == "localhost" ? QHostAddress(QHostAddress::LocalHost) : QHostAddress(name);
    if (wanted.isNull())
        return fail(ErrorCode::InvalidInput, QStringLiteral("`%1` is not an IP address").arg(name));
    if (!wanted.isLoopback())
        return fail(
            ErrorCode::Denied,
            QStringLiteral("refusing to listen on `%1`: beyond loopback the server needs TLS "
                           "and authentication")
                .arg(name));
    ListenAddress address;
    TRY_LET(Descriptor listening, bindTo(wanted, port, address));
    makeRoomForDescriptors(m_options.connectionsMax);

    auto accept = std::make_unique<Accept>();
    for (int i = 0; i < loops(); ++i) {
        const LoopContext context{LoopId{i}, loops(), address, m_clock};
        m_loops.push_back(std::make_unique<HttpLoop>(context, m_options, m_makeHandler));
        accept->loops.push_back(m_loops.back()->sender());
    }
    accept->listening = std::move(listening);
    accept->open = &m_open;
    m_loops.front()->sender().post(std::move(accept));
    return address;
}

void FrontDoor::stop(std::chrono::milliseconds patience)
{
    // The first loop first: it accepts for all of them.
    for (const auto &loop : m_loops)
        loop->sender().post(Drain{patience});
    m_loops.clear();
    m_open = 0;
}

} // namespace provost::gateway
