#include "server/gateway/originpolicy.h"

#include "server/gateway/httpgrammar.h"

#include <QHostAddress>

#include <algorithm>

namespace provost::gateway {

OriginPolicy::OriginPolicy(const ListenAddress &listening, OriginPolicyOptions options)
    : m_options(std::move(options))
{
    // Ports are left open: a forwarded port is still this server, and rebinding is about names.
    const auto &host = listening.host;
    m_options.hosts.push_back(host.contains(':') ? QByteArray('[' + host + ']') : host);
    if (QHostAddress(QString::fromLatin1(host)).isLoopback())
        m_options.hosts.insert(m_options.hosts.end(), {"localhost", "127.0.0.1", "[::1]"});
}

Result<void> OriginPolicy::check(const HttpRequest &request) const
{
    const QByteArrayView host = request.header("Host");
    if (!isOurs(host))
        return fail(
            ErrorCode::Denied,
            QStringLiteral("the host `%1` is not served here").arg(QString::fromLatin1(host)));
    for (const HeaderList::Field header : request.headers) {
        if (equalIgnoringCase(header.name, "Origin") && !isWelcome(header.value, host))
            return fail(ErrorCode::Denied, QStringLiteral("the origin `%1` is not allowed")
                                               .arg(QString::fromLatin1(header.value)));
    }
    return {};
}

bool OriginPolicy::isOurs(QByteArrayView host) const
{
    const auto authority = parseAuthority(host);
    if (!authority)
        return false;
    return std::any_of(m_options.hosts.begin(), m_options.hosts.end(), [&](const QByteArray &ours) {
        return equalIgnoringCase(ours, host) || equalIgnoringCase(ours, authority->host);
    });
}

bool OriginPolicy::isWelcome(QByteArrayView origin, QByteArrayView host) const
{
    for (const QByteArrayView scheme : {QByteArrayView("http://"), QByteArrayView("https://")}) {
        if (origin.startsWith(scheme) && equalIgnoringCase(origin.sliced(scheme.size()), host))
            return true;
    }
    return std::any_of(
        m_options.origins.begin(), m_options.origins.end(),
        [origin](const QByteArray &welcome) { return equalIgnoringCase(welcome, origin); });
}

} // namespace provost::gateway
