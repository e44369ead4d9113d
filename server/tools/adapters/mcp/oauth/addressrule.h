// AddressRule: which addresses may be asked for metadata and tokens. An upstream names most of them, so an upstream
// could make Provost reach into the network that it stands in (server-side request forgery).
// INVARIANT: what was not named in the configuration is reached over https at public addresses only; an upstream that
// is itself configured by a loopback, link-local or private address may name others of the same kind.
// Thread: a value.
#pragma once

#include "server/base/result.h"

#include <QHostAddress>
#include <QUrl>

namespace provost::tools::mcp::oauth {

enum class Reach { Public, Private, LinkLocal, Loopback, Never };

// Where an address leads; an IPv4 address inside an IPv6 one counts as itself.
[[nodiscard]] Reach reachOf(const QHostAddress &address);

// "localhost", 127.0.0.0/8 or ::1.
[[nodiscard]] bool isLoopbackName(const QUrl &url);
[[nodiscard]] bool isSameOrigin(const QUrl &a, const QUrl &b);

class AddressRule
{
public:
    // `issuer`: the authorization server that the operator has named; invalid if none.
    AddressRule(QUrl upstream, QUrl issuer);

    // What can be said before the name is looked up. Errors: Denied.
    [[nodiscard]] Result<void> check(const QUrl &url) const;
    // Whether `url` may be fetched from `address`, one of its host's. Errors: Denied.
    [[nodiscard]] Result<void> check(const QUrl &url, const QHostAddress &address) const;

private:
    [[nodiscard]] bool isConfigured(const QUrl &url) const;

    QUrl m_upstream;
    QUrl m_issuer;
    Reach m_reach = Reach::Public; // of the upstream, as far as its URL says
};

} // namespace provost::tools::mcp::oauth
