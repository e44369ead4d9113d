#include "server/tools/adapters/mcp/oauth/addressrule.h"

#include <array>
#include <optional>
#include <span>

namespace provost::tools::mcp::oauth {

namespace {

constexpr int httpPort = 80;
constexpr int httpsPort = 443;

struct Block
{
    const char *address;
    int bits;
    Reach reach;
};

// The special-purpose registries of IANA (RFC 6890 and its followers). The first that matches counts.
constexpr std::array blocksV4{
    Block{"127.0.0.0", 8, Reach::Loopback},  Block{"10.0.0.0", 8, Reach::Private},
    Block{"172.16.0.0", 12, Reach::Private}, Block{"192.168.0.0", 16, Reach::Private},
    Block{"100.64.0.0", 10, Reach::Private}, Block{"169.254.0.0", 16, Reach::LinkLocal},
    Block{"0.0.0.0", 8, Reach::Never},       Block{"192.0.0.0", 24, Reach::Never},
    Block{"192.0.2.0", 24, Reach::Never},    Block{"192.88.99.0", 24, Reach::Never},
    Block{"198.18.0.0", 15, Reach::Never},   Block{"198.51.100.0", 24, Reach::Never},
    Block{"203.0.113.0", 24, Reach::Never},  Block{"224.0.0.0", 3, Reach::Never},
};

constexpr std::array blocksV6{
    Block{"::1", 128, Reach::Loopback},       Block{"fc00::", 7, Reach::Private},
    Block{"fe80::", 10, Reach::LinkLocal},    Block{"fec0::", 10, Reach::Private},
    Block{"64:ff9b:1::", 48, Reach::Private}, Block{"2001::", 23, Reach::Never},
    Block{"2001:db8::", 32, Reach::Never},    Block{"3fff::", 20, Reach::Never},
    Block{"2000::", 3, Reach::Public},        Block{"::", 0, Reach::Never},
};

Reach lookUp(const QHostAddress &address, std::span<const Block> blocks)
{
    for (const Block &block : blocks) {
        if (address.isInSubnet(QHostAddress(QLatin1StringView(block.address)), block.bits))
            return block.reach;
    }
    return Reach::Public;
}

// The IPv4 address that an IPv6 one carries: mapped, compatible, NAT64 and 6to4.
std::optional<quint32> embeddedV4(const Q_IPV6ADDR &bytes)
{
    const auto begins = [&bytes](std::initializer_list<quint8> prefix) {
        return std::equal(prefix.begin(), prefix.end(), bytes.c);
    };
    const auto at = [&bytes](std::size_t from) {
        return quint32(bytes[int(from)]) << 24U | quint32(bytes[int(from) + 1]) << 16U
               | quint32(bytes[int(from) + 2]) << 8U | quint32(bytes[int(from) + 3]);
    };
    if (begins({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff})
        || begins({0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0}))
        return at(12);
    if (begins({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) && at(12) > 1)
        return at(12);
    if (begins({0x20, 0x02}))
        return at(2);
    return std::nullopt;
}

tl::unexpected<Error> refuse(const QUrl &url, const char *why)
{
    return fail(ErrorCode::Denied,
                QStringLiteral("`%1` is not asked: %2")
                    .arg(url.toDisplayString(QUrl::RemoveQuery), QLatin1StringView(why)));
}

} // namespace

Reach reachOf(const QHostAddress &address)
{
    if (address.protocol() == QAbstractSocket::IPv4Protocol)
        return lookUp(address, blocksV4);
    if (address.protocol() != QAbstractSocket::IPv6Protocol)
        return Reach::Never;
    if (const auto inner = embeddedV4(address.toIPv6Address()))
        return lookUp(QHostAddress(*inner), blocksV4);
    return lookUp(address, blocksV6);
}

bool isLoopbackName(const QUrl &url)
{
    const QHostAddress literal(url.host());
    return url.host() == u"localhost" || (!literal.isNull() && reachOf(literal) == Reach::Loopback);
}

bool isSameOrigin(const QUrl &a, const QUrl &b)
{
    const auto portOf = [](const QUrl &url) {
        return url.port(url.scheme() == u"https" ? httpsPort : httpPort);
    };
    return a.isValid() && a.scheme() == b.scheme() && a.host() == b.host()
           && portOf(a) == portOf(b);
}

AddressRule::AddressRule(QUrl upstream, QUrl issuer)
    : m_upstream(std::move(upstream))
    , m_issuer(std::move(issuer))
{
    if (isLoopbackName(m_upstream))
        m_reach = Reach::Loopback;
    else if (const QHostAddress literal(m_upstream.host()); !literal.isNull())
        m_reach = reachOf(literal);
}

bool AddressRule::isConfigured(const QUrl &url) const
{
    return isSameOrigin(url, m_upstream) || isSameOrigin(url, m_issuer);
}

Result<void> AddressRule::check(const QUrl &url) const
{
    if (!url.isValid() || url.host().isEmpty() || !url.userInfo().isEmpty() || url.hasFragment())
        return refuse(url, "it is no plain address");
    if (url.scheme() != u"https" && !(url.scheme() == u"http" && isLoopbackName(url)))
        return refuse(url, "it is not https");
    if (isLoopbackName(url))
        return check(url, QHostAddress(QHostAddress::LocalHost));
    if (const QHostAddress literal(url.host()); !literal.isNull())
        return check(url, literal);
    return {};
}

Result<void> AddressRule::check(const QUrl &url, const QHostAddress &address) const
{
    const Reach reach = reachOf(address);
    if (url.scheme() == u"http" && reach != Reach::Loopback)
        return refuse(url, "it is not https");
    if (isConfigured(url) || reach == Reach::Public)
        return {};
    if (reach == Reach::Never || reach != m_reach)
        return refuse(url, "it leads to an address that is not public");
    return {};
}

} // namespace provost::tools::mcp::oauth
