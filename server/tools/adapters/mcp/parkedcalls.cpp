#include "server/tools/adapters/mcp/parkedcalls.h"

#include "server/tools/adapters/mcp/connection.h"

namespace provost::tools::mcp {

namespace {

constexpr int handleCharacters = 32; // 190 bits
constexpr int parkedMax = 16;        // of one principal
constexpr std::chrono::milliseconds sweepInterval{5'000};

} // namespace

ParkedCalls::ParkedCalls(QObject *parent, std::chrono::milliseconds patience)
    : QObject(parent)
    , m_patience(patience)
{
    m_timer.setInterval(std::min(sweepInterval, patience));
    connect(&m_timer, &QTimer::timeout, this, &ParkedCalls::expire);
}

Result<QByteArray> ParkedCalls::park(Place place, const Caller &caller)
{
    const auto theirs =
        std::count_if(m_parked.begin(), m_parked.end(), [&caller](const auto &entry) {
            return entry.second.tenant == caller.tenant && entry.second.user == caller.user;
        });
    if (theirs >= parkedMax)
        return fail(ErrorCode::Unavailable,
                    QStringLiteral("too many calls of yours wait for answers already"));
    QByteArray handle = randomToken(m_random, handleCharacters);
    m_parked.emplace(handle, Parked{.place = std::move(place),
                                    .tenant = caller.tenant,
                                    .user = caller.user,
                                    .until = QDeadlineTimer(m_patience)});
    if (!m_timer.isActive())
        m_timer.start();
    return handle;
}

Result<ParkedCalls::Place> ParkedCalls::take(const QByteArray &handle, const Caller &caller)
{
    const auto entry = m_parked.find(handle);
    if (entry == m_parked.end() || entry->second.tenant != caller.tenant
        || entry->second.user != caller.user || entry->second.place.connection.isNull())
        return fail(ErrorCode::InvalidInput,
                    QStringLiteral("the call that these answers belong to no longer waits for "
                                   "them: make it again without `requestState`"));
    Place place = std::move(entry->second.place);
    m_parked.erase(entry);
    return place;
}

void ParkedCalls::expire()
{
    std::vector<Place> expired;
    for (auto entry = m_parked.begin(); entry != m_parked.end();) {
        if (entry->second.until.hasExpired() || entry->second.place.connection.isNull()) {
            expired.push_back(std::move(entry->second.place));
            entry = m_parked.erase(entry);
        } else {
            ++entry;
        }
    }
    if (m_parked.empty())
        m_timer.stop();
    for (const Place &place : expired) {
        if (place.connection)
            place.connection->giveUp(place.id);
    }
}

} // namespace provost::tools::mcp
