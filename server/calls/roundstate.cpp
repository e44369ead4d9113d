#include "server/calls/roundstate.h"

#include "server/base/hash.h"
#include "server/secrets/sealer.h"

#include <QDataStream>
#include <QIODevice>

#include <algorithm>

namespace provost::calls {

namespace {

constexpr const char *purpose = "provost call round 1"; // the number is that of the format
constexpr auto streamVersion = QDataStream::Qt_6_4;
// Base64 of everything that a round holds; what is longer is not ours.
constexpr qsizetype sealedBytesMax = 2 * Round::stateBytesMax;

// Clients may write the members of an object in another order when they send it again.
Json ordered(const Json &value)
{
    Json copy = value;
    if (value.isArray()) {
        for (Json &item : copy.itemsRef())
            item = ordered(item);
    } else if (value.isObject()) {
        Json::Object &members = copy.membersRef();
        for (Json::Member &member : members)
            member.value = ordered(member.value);
        std::sort(members.begin(), members.end(),
                  [](const Json::Member &a, const Json::Member &b) { return a.key < b.key; });
    }
    return copy;
}

// Lengths stand before the texts, so that no two owners have the same bytes.
QByteArray contextOf(const RoundOwner &owner)
{
    QByteArray context;
    QDataStream stream(&context, QIODeviceBase::WriteOnly);
    stream.setVersion(streamVersion);
    stream << QByteArray(purpose) << owner.tenant.value << owner.user.value
           << QByteArray(actionOf(owner.operation)) << owner.name
           << sha256(ordered(owner.arguments).toBytes());
    return context;
}

tl::unexpected<Error> notOurs()
{
    return fail(ErrorCode::InvalidInput,
                QStringLiteral("`requestState` does not belong to this request"));
}

} // namespace

QByteArray sealRound(const secrets::Sealer &sealer, const RoundOwner &owner, const Round &round,
                     WallTime now, std::chrono::minutes lifetime)
{
    QByteArray plain;
    QDataStream stream(&plain, QIODeviceBase::WriteOnly);
    stream.setVersion(streamVersion);
    stream << qint64((now + lifetime).time_since_epoch().count()) << qint32(round.number)
           << round.firstCall << round.previousCall << round.adapterState;
    return sealer.seal(plain, contextOf(owner));
}

Result<Round> openRound(const secrets::Sealer &sealer, const RoundOwner &owner,
                        const QByteArray &sealed, WallTime now)
{
    if (sealed.size() > sealedBytesMax)
        return notOurs();
    const auto plain = sealer.open(sealed, contextOf(owner));
    if (!plain)
        return notOurs();
    QDataStream stream(*plain);
    stream.setVersion(streamVersion);
    qint64 expires = 0;
    qint32 number = 0;
    Round round;
    stream >> expires >> number >> round.firstCall >> round.previousCall >> round.adapterState;
    if (stream.status() != QDataStream::Ok || !stream.atEnd())
        return notOurs();
    round.number = number;
    if (now.time_since_epoch().count() >= expires)
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("`requestState` is too old; make the request anew"));
    return round;
}

} // namespace provost::calls
