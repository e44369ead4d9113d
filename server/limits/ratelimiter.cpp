#include "server/limits/ratelimiter.h"

#include <QVarLengthArray>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace provost::limits {

namespace {

constexpr std::int64_t slotsPerPeriod = 60;
constexpr std::int64_t slotsKept = slotsPerPeriod + 1;
constexpr Microseconds periodMin{slotsPerPeriod};
constexpr Microseconds periodMax = std::chrono::hours{24 * 3653};
constexpr Microseconds stepBackTolerated = std::chrono::seconds{1};
constexpr std::size_t keysBeforeFirstSweep = 1024;

std::int64_t floorDivide(std::int64_t a, std::int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

std::int64_t slotOf(WallTime time, Microseconds period)
{
    const std::int64_t us = time.time_since_epoch().count();
    const std::int64_t whole = floorDivide(us, period.count());
    const std::int64_t rest = us - whole * period.count();
    return whole * slotsPerPeriod + rest * slotsPerPeriod / period.count();
}

// The first microsecond of a slot.
WallTime startOf(std::int64_t slot, Microseconds period)
{
    const std::int64_t whole = floorDivide(slot, slotsPerPeriod);
    const std::int64_t rest = slot - whole * slotsPerPeriod;
    return WallTime{Microseconds{whole * period.count()
                                 + (rest * period.count() + slotsPerPeriod - 1) / slotsPerPeriod}};
}

// The calls of one key in the slot `m_latest` and the 60 before it.
class Window
{
public:
    Window(Microseconds period, WallTime now)
        : m_period(period)
        , m_latest(slotOf(now, period))
    {
    }

    void moveTo(WallTime now)
    {
        const std::int64_t slot = slotOf(now, m_period);
        m_total -= fallingOutAt(slot);
        for (std::int64_t i = std::max(m_latest + 1, slot - slotsPerPeriod); i <= slot; ++i)
            at(i) = 0;
        m_latest = std::max(m_latest, slot);
    }

    void countOne()
    {
        ++at(m_latest);
        ++m_total;
    }

    [[nodiscard]] std::int64_t total() const { return m_total; }
    [[nodiscard]] std::int64_t totalAt(WallTime now) const
    {
        return m_total - fallingOutAt(slotOf(now, m_period));
    }

    // When so many calls have fallen out that one more stays within `callsMax`. REQUIRES: callsMax >= 1.
    [[nodiscard]] WallTime fitsAt(std::int64_t callsMax) const
    {
        std::int64_t left = m_total;
        std::int64_t slot = m_latest;
        for (; left >= callsMax; ++slot)
            left -= at(slot - slotsPerPeriod);
        return startOf(slot, m_period);
    }

    // When the last call falls out. REQUIRES: total() > 0.
    [[nodiscard]] WallTime silentAt() const { return fitsAt(1); }

private:
    [[nodiscard]] static std::size_t indexOf(std::int64_t slot)
    {
        return static_cast<std::size_t>(slot - floorDivide(slot, slotsKept) * slotsKept);
    }
    [[nodiscard]] std::uint32_t &at(std::int64_t slot) { return m_counts[indexOf(slot)]; }
    [[nodiscard]] std::uint32_t at(std::int64_t slot) const { return m_counts[indexOf(slot)]; }

    // Calls that the window loses when it moves on to `slot`.
    [[nodiscard]] std::int64_t fallingOutAt(std::int64_t slot) const
    {
        if (slot - m_latest >= slotsKept)
            return m_total;
        std::int64_t lost = 0;
        for (std::int64_t i = m_latest - slotsPerPeriod; i < slot - slotsPerPeriod; ++i)
            lost += at(i);
        return lost;
    }

    Microseconds m_period;
    std::int64_t m_latest;
    std::int64_t m_total = 0;
    std::array<std::uint32_t, slotsKept> m_counts{};
};

struct Key
{
    QByteArray name;
    Microseconds period;
};

struct KeyView
{
    QByteArrayView name;
    Microseconds period;
};

struct KeyHash
{
    using is_transparent = void;
    std::size_t operator()(KeyView key) const
    {
        return qHash(key.name, static_cast<std::size_t>(key.period.count()));
    }
    std::size_t operator()(const Key &key) const { return (*this)(KeyView{key.name, key.period}); }
};

struct KeyEqual
{
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A &a, const B &b) const
    {
        return a.period == b.period && QByteArrayView(a.name) == QByteArrayView(b.name);
    }
};

bool admitsAnything(const Rate &rate)
{
    return rate.callsMax > 0 && rate.period >= periodMin && rate.period <= periodMax;
}

std::int64_t countableMax(const Rate &rate)
{
    return std::min<std::int64_t>(rate.callsMax, std::numeric_limits<std::uint32_t>::max());
}

} // namespace

struct RateLimiter::Windows
{
    explicit Windows(const RateLimiterOptions &options)
        : keysMax(options.keysMax)
        , sweepAtKeys(std::min(keysBeforeFirstSweep, options.keysMax))
    {
    }

    // The limiter's own time for the caller's `now`: never goes back.
    WallTime advanceTo(WallTime now)
    {
        WallTime time = now + offset;
        if (latest && time < *latest - stepBackTolerated) {
            offset += *latest - time;
            time = *latest;
        }
        latest = std::max(latest.value_or(time), time);
        return *latest;
    }

    // Drops silent keys if `added` more would pass the mark. Nothing if they fit then, else when a key falls silent.
    std::optional<WallTime> makeRoom(std::size_t added, WallTime time)
    {
        if (byKey.size() + added <= sweepAtKeys)
            return std::nullopt;
        if (byKey.size() + added > keysMax && time < noneSilentBefore)
            return noneSilentBefore;
        noneSilentBefore = WallTime::max();
        std::erase_if(byKey, [&](const auto &entry) {
            const Window &window = entry.second;
            if (window.totalAt(time) == 0)
                return true;
            noneSilentBefore = std::min(noneSilentBefore, window.silentAt());
            return false;
        });
        sweepAtKeys = std::min(keysMax, std::max(keysBeforeFirstSweep, byKey.size() * 2));
        if (byKey.size() + added > keysMax)
            return noneSilentBefore;
        return std::nullopt;
    }

    const std::size_t keysMax;
    std::unordered_map<Key, Window, KeyHash, KeyEqual> byKey;
    std::size_t sweepAtKeys;
    WallTime noneSilentBefore{}; // as of the last sweep; later calls only move it on
    std::optional<WallTime> latest;
    Microseconds offset{0}; // what the clock was set back by, in sum
};

RateLimiter::RateLimiter(const RateLimiterOptions &options)
    : m_windows(std::make_unique<Windows>(options))
{
}

RateLimiter::~RateLimiter() = default;

std::optional<RateRefusal> RateLimiter::take(std::span<const RateCheck> checks, WallTime now)
{
    const Lock lock(m_mutex);
    const WallTime time = m_windows->advanceTo(now);
    const auto waitUntil = [&](WallTime fitsAt) { return fitsAt - m_windows->offset - now; };

    QVarLengthArray<Window *, 8> found;
    const RateCheck *exhausted = nullptr;
    bool waitingHelps = true;
    WallTime fitsAt = time;
    std::size_t missing = 0;
    for (const RateCheck &check : checks) {
        const auto it = m_windows->byKey.find(KeyView{check.key, check.rate.period});
        found.append(it == m_windows->byKey.end() ? nullptr : &it->second);
        bool fits = false;
        if (!admitsAnything(check.rate)) {
            waitingHelps = false;
        } else if (Window *window = found.back(); window == nullptr) {
            ++missing;
            fits = true;
        } else {
            window->moveTo(time);
            fits = window->total() < countableMax(check.rate);
            if (!fits)
                fitsAt = std::max(fitsAt, window->fitsAt(countableMax(check.rate)));
        }
        if (!fits && exhausted == nullptr)
            exhausted = &check;
    }
    if (exhausted != nullptr)
        return RateRefusal{exhausted->key, exhausted->rate,
                           waitingHelps ? waitUntil(fitsAt) : Microseconds{0}};
    if (missing > 0) {
        const std::size_t keysBefore = m_windows->byKey.size();
        if (const auto roomAt = m_windows->makeRoom(missing, time))
            return RateRefusal{checks.front().key, checks.front().rate, waitUntil(*roomAt)};
        if (m_windows->byKey.size() != keysBefore)
            found.clear(); // some may have been dropped
    }

    for (std::size_t i = 0; i < checks.size(); ++i) {
        const RateCheck &check = checks[i];
        const bool counted = std::any_of(
            checks.begin(), checks.begin() + std::ptrdiff_t(i), [&](const RateCheck &earlier) {
                return earlier.key == check.key && earlier.rate.period == check.rate.period;
            });
        if (counted)
            continue;
        Window *window = found.isEmpty() ? nullptr : found[qsizetype(i)];
        if (window == nullptr)
            window = &m_windows->byKey
                          .try_emplace({check.key, check.rate.period}, check.rate.period, time)
                          .first->second;
        window->countOne();
    }
    return std::nullopt;
}

std::int64_t RateLimiter::count(QByteArrayView key, Microseconds period, WallTime now) const
{
    const Lock lock(m_mutex);
    const auto it = m_windows->byKey.find(KeyView{key, period});
    if (it == m_windows->byKey.end())
        return 0;
    return it->second.totalAt(std::max(*m_windows->latest, now + m_windows->offset));
}

std::size_t RateLimiter::keyCount() const
{
    const Lock lock(m_mutex);
    return m_windows->byKey.size();
}

} // namespace provost::limits
