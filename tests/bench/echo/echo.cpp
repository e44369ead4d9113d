// provost_echo raw|door [loops]: answers every POST with its body, parsed as JSON and written again, and prints the
// URL. `raw` is QtHttpServer as it is, once per loop, with nothing in between; `door` is the whole front door. What
// one costs more than the other is the price of the front door; tests/bench/echo/run measures it.
#include "server/base/json.h"
#include "server/gateway/frontdoor.h"

#include <QAbstractHttpServer>
#include <QCoreApplication>
#include <QEventLoop>
#include <QHttpServerRequest>
#include <QTcpServer>
#include <QTcpSocket>

#include <cstdio>
#include <cstdlib>
#include <thread>

#include <netinet/in.h>
#include <sys/socket.h>

using provost::Json;

namespace {

QByteArray echoed(const QByteArray &body)
{
    const auto json = Json::parse(body);
    return json ? json->toBytes() : QByteArray();
}

class RawEcho final : public QAbstractHttpServer
{
protected:
    bool handleRequest(const QHttpServerRequest &request, QTcpSocket *socket) override
    {
        const QByteArray body = echoed(request.body());
        socket->write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: "
                      + QByteArray::number(body.size()) + "\r\n\r\n" + body);
        return true;
    }
    void missingHandler(const QHttpServerRequest &, QTcpSocket *) override {}
};

// A socket on this port of the loopback interface, which it shares with others of its kind; 0: on a free one.
int boundSocket(quint16 port)
{
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    const int on = 1;
    ::setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(descriptor, reinterpret_cast<const sockaddr *>(&address), sizeof address) != 0) {
        std::perror("provost_echo: cannot bind");
        std::exit(1);
    }
    return descriptor;
}

quint16 portOf(int descriptor)
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &size);
    return ntohs(address.sin_port);
}

// Each loop listens on the same port; the system spreads the connections.
void runRawLoop(int descriptor)
{
    QEventLoop events;
    RawEcho echo;
    auto *server = new QTcpServer(&echo);
    if (::listen(descriptor, 1'024) != 0 || !server->setSocketDescriptor(descriptor)) {
        std::perror("provost_echo: cannot listen");
        std::exit(1);
    }
    echo.bind(server);
    events.exec();
}

int runRaw(int loops)
{
    std::vector<std::thread> threads;
    quint16 port = 0;
    for (int i = 0; i < loops; ++i) {
        const int descriptor = boundSocket(port);
        port = portOf(descriptor);
        threads.emplace_back(runRawLoop, descriptor);
    }
    std::printf("http://127.0.0.1:%d\n", int(port));
    std::fflush(stdout);
    for (std::thread &thread : threads)
        thread.join();
    return 0;
}

int runDoor(int loops)
{
    const provost::SystemClock clock;
    provost::gateway::FrontDoorOptions options;
    options.loops = loops;
    provost::gateway::FrontDoor door(
        options, clock,
        provost::gateway::handlerFactory([](std::shared_ptr<provost::gateway::Exchange> exchange) {
            provost::gateway::HttpReply reply;
            reply.headers.push_back({"Content-Type", "application/json"});
            reply.body = echoed(exchange->request().body);
            exchange->reply(std::move(reply));
        }));
    const auto address = door.listen("127.0.0.1", 0);
    if (!address) {
        std::fprintf(stderr, "provost_echo: %s\n", qUtf8Printable(address.error().message));
        return 1;
    }
    std::printf("%s\n", address->url().constData());
    std::fflush(stdout);
    return QCoreApplication::exec();
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    const QByteArray kind = argc > 1 ? argv[1] : "";
    const int loops = argc > 2 ? std::atoi(argv[2]) : 2;
    if (kind == "raw")
        return runRaw(loops);
    if (kind == "door")
        return runDoor(loops);
    std::fprintf(stderr, "usage: provost_echo raw|door [loops]\n");
    return 2;
}
