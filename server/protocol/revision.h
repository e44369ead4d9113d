// The protocol revisions that the endpoint speaks, and how they differ where it matters here. Revisions are ISO dates,
// so text order is time order. Two eras: legacy (a session is negotiated by `initialize`) and modern (every request
// carries its own envelope, no sessions).
// Thread: constants and pure functions.
#pragma once

#include <QByteArrayView>

#include <span>

namespace provost::protocol {

enum class Era { Legacy, Modern };

struct Revision
{
    QByteArrayView name;
    Era era = Era::Legacy;
    bool batches = false; // JSON-RPC batches are taken
    bool primesStreams =
        false; // event streams begin with an event without data, and may be polled (SEP-1699)
    bool tasks = false; // in the revision itself, not as an extension (SEP-1686, experimental)
};

// Oldest first.
[[nodiscard]] std::span<const Revision> revisions();

[[nodiscard]] const Revision *findRevision(QByteArrayView name); // null if not spoken
[[nodiscard]] const Revision &latestLegacy();
[[nodiscard]] const Revision &latestModern();

// The era that a name belongs to, spoken or not.
[[nodiscard]] Era eraOf(QByteArrayView name);

// What `initialize` answers: the requested revision if it is a legacy one that is spoken, else the latest legacy one.
[[nodiscard]] const Revision &negotiate(QByteArrayView requested);

} // namespace provost::protocol
