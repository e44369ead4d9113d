#include "server/schema/uri.h"

#include <QList>
#include <QStringBuilder>

#include <algorithm>

namespace provost::schema {

namespace {

// A part that is there may be empty; one that is null is not there.
struct Parts
{
    QByteArrayView scheme;
    QByteArrayView authority;
    QByteArrayView path;
    QByteArrayView query;
    QByteArrayView fragment;
};

bool isScheme(QByteArrayView text)
{
    const auto isLetter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.isEmpty() && isLetter(text.front())
           && std::all_of(text.begin(), text.end(), [&](char c) {
                  return isLetter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
              });
}

// Cuts `text` before the first of `marks` and returns what follows it; null if there is none.
QByteArrayView cutAt(QByteArrayView &text, char mark)
{
    const qsizetype at = text.indexOf(mark);
    if (at < 0)
        return {};
    const QByteArrayView after = text.sliced(at + 1);
    text = text.first(at);
    return after;
}

Parts split(QByteArrayView uri)
{
    Parts parts;
    parts.fragment = cutAt(uri, '#');
    parts.query = cutAt(uri, '?');
    if (const qsizetype colon = uri.indexOf(':'); colon > 0 && isScheme(uri.first(colon))) {
        parts.scheme = uri.first(colon);
        uri = uri.sliced(colon + 1);
    }
    if (uri.startsWith("//")) {
        const qsizetype end = uri.indexOf('/', 2);
        parts.authority = uri.sliced(2, (end < 0 ? uri.size() : end) - 2);
        uri = end < 0 ? uri.last(0) : uri.sliced(end);
    }
    parts.path = uri;
    return parts;
}

QByteArray withoutDotSegments(const QByteArray &path)
{
    QList<QByteArray> kept;
    const QList<QByteArray> segments = path.split('/');
    for (qsizetype i = 0; i < segments.size(); ++i) {
        const bool isLast = i + 1 == segments.size();
        if (segments[i] != "." && segments[i] != "..") {
            kept.append(segments[i]);
            continue;
        }
        const bool canGoUp = kept.size() > 1 || (kept.size() == 1 && !kept.front().isEmpty());
        if (segments[i] == ".." && canGoUp)
            kept.removeLast();
        if (isLast)
            kept.append(QByteArray()); // "a/.." is the directory "", which ends in a slash
    }
    return kept.join('/');
}

QByteArray join(const Parts &parts, const QByteArray &path)
{
    QByteArray uri;
    if (!parts.scheme.isNull())
        uri += parts.scheme.toByteArray() + ':';
    if (!parts.authority.isNull())
        uri += "//" + parts.authority.toByteArray();
    uri += path;
    if (!parts.query.isNull())
        uri += '?' + parts.query.toByteArray();
    if (!parts.fragment.isNull())
        uri += '#' + parts.fragment.toByteArray();
    return uri;
}

} // namespace

QByteArray resolveUri(QByteArrayView base, QByteArrayView reference)
{
    Parts target = split(reference);
    if (!target.scheme.isNull() || base.isEmpty())
        return reference.toByteArray();
    const Parts from = split(base);
    target.scheme = from.scheme;
    if (!target.authority.isNull())
        return join(target, withoutDotSegments(target.path.toByteArray()));
    target.authority = from.authority;
    if (target.path.isEmpty()) {
        if (target.query.isNull())
            target.query = from.query;
        return join(target, from.path.toByteArray());
    }
    if (target.path.startsWith('/'))
        return join(target, withoutDotSegments(target.path.toByteArray()));
    const qsizetype directory = from.path.lastIndexOf('/') + 1;
    const bool needsSlash = from.path.isEmpty() && !from.authority.isNull();
    return join(target, withoutDotSegments((needsSlash ? QByteArray("/") : QByteArray())
                                           + from.path.first(directory).toByteArray()
                                           + target.path.toByteArray()));
}

std::pair<QByteArray, QByteArray> splitFragment(QByteArrayView uri)
{
    const qsizetype hash = uri.indexOf('#');
    if (hash < 0)
        return {uri.toByteArray(), QByteArray()};
    return {uri.first(hash).toByteArray(),
            QByteArray::fromPercentEncoding(uri.sliced(hash + 1).toByteArray())};
}

} // namespace provost::schema
