#include "server/gateway/exchange.h"

#include "server/gateway/httpgrammar.h"

#include <algorithm>

namespace provost::gateway {

namespace {

auto findHeader(const std::vector<Header> &headers, QByteArrayView name)
{
    return std::find_if(headers.begin(), headers.end(), [name](const Header &header) {
        return equalIgnoringCase(header.name, name);
    });
}

} // namespace

QByteArray HttpRequest::header(QByteArrayView name) const
{
    const auto found = findHeader(headers, name);
    return found == headers.end() ? QByteArray() : found->value;
}

bool HttpRequest::hasHeader(QByteArrayView name) const
{
    return findHeader(headers, name) != headers.end();
}

} // namespace provost::gateway
