#include "server/policy/mapreader.h"

#include "server/policy/shorthand.h"

#include <re2/re2.h>

#include <algorithm>

namespace provost::policy {

namespace {

// What YAML 1.1 or 1.2 readers take for a boolean or a number when it has no quotes: `NO`, `010`, `1_000`, `12:30:00`.
bool hasOtherReading(QByteArrayView plain)
{
    static const RE2 otherTypes("(?i)y|n|yes|no|on|off|true|false|[-+]?\\.(inf|nan)"
                                "|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])*(\\.[0-9_]*)?(e[-+]?[0-9]+)?"
                                "|[-+]?\\.[0-9][0-9_]*(e[-+]?[0-9]+)?"
                                "|[-+]?0x[0-9a-f_]+|[-+]?0b[01_]+|0o[0-7_]+");
    return RE2::FullMatch({plain.data(), static_cast<std::size_t>(plain.size())}, otherTypes);
}

QByteArray kindOf(const YamlNode &node)
{
    switch (node.kind) {
    case YamlNode::Kind::Null: return "nothing";
    case YamlNode::Kind::Scalar: return "text";
    case YamlNode::Kind::Sequence: return "a list";
    case YamlNode::Kind::Map: return "a map";
    }
    return {};
}

QByteArray joined(const std::vector<QByteArray> &words)
{
    QByteArray all;
    for (const QByteArray &word : words)
        all += all.isEmpty() ? word : QByteArray(", " + word);
    return all;
}

} // namespace

void MapReader::error(const SourceLocation &where, QByteArray message)
{
    m_diagnostics.push_back({Diagnostic::Severity::Error, where, std::move(message)});
}

void MapReader::warning(const SourceLocation &where, QByteArray message)
{
    m_diagnostics.push_back({Diagnostic::Severity::Warning, where, std::move(message)});
}

void MapReader::members(const YamlNode &node, const char *what, std::initializer_list<Member> known)
{
    if (!node.isMap()) {
        error(node.where, QByteArray(what) + " must be a map, this is " + kindOf(node));
        return;
    }
    for (const auto &[key, value] : node.members) {
        const QByteArray &name = key.text;
        const auto *member = std::find_if(known.begin(), known.end(),
                                          [&](const Member &m) { return name == m.key; });
        if (member != known.end()) {
            if (value.isNull())
                error(key.where, "`" + key.text + "` has no value");
            else
                member->read(value);
            continue;
        }
        std::vector<QByteArray> keys;
        for (const Member &candidate : known)
            keys.emplace_back(candidate.key);
        const auto meant = nearestWord(key.text, keys);
        QByteArray message = "unknown key `" + key.text + "` in " + what;
        if (meant)
            message += "; did you mean `" + *meant + "`?";
        else
            message += "; known are " + joined(keys);
        error(key.where, std::move(message));
    }
}

void MapReader::items(const YamlNode &node, const char *what,
                      const std::function<void(const YamlNode &)> &read)
{
    if (!node.isSequence()) {
        error(node.where, QByteArray(what) + " must be a list, this is " + kindOf(node));
        return;
    }
    std::for_each(node.items.begin(), node.items.end(), read);
}

std::optional<Located> MapReader::scalar(const YamlNode &node, const char *what)
{
    if (!node.isScalar()) {
        error(node.where, QByteArray(what) + " must be text, this is " + kindOf(node));
        return std::nullopt;
    }
    return Located{node.text, node.textWhere, node.verbatim};
}

std::optional<Located> MapReader::name(const YamlNode &node, const char *what)
{
    auto text = scalar(node, what);
    if (!text)
        return std::nullopt;
    if (node.plain && hasOtherReading(node.text)) {
        error(node.where, "`" + node.text + "` is no text to every YAML reader; quote it: \""
                              + node.text + "\"");
        return std::nullopt;
    }
    if (text->text.trimmed().isEmpty()) {
        error(node.where, QByteArray(what) + " is empty");
        return std::nullopt;
    }
    return text;
}

std::vector<Located> MapReader::names(const YamlNode &node, const char *what)
{
    std::vector<Located> all;
    items(node, what, [&](const YamlNode &item) {
        if (auto one = name(item, what)) {
            const bool known = std::any_of(all.begin(), all.end(), [&](const Located &other) {
                return other.text == one->text;
            });
            if (known)
                warning(one->where, "`" + one->text + "` stands twice in this list");
            all.push_back(*std::move(one));
        }
    });
    // An empty list would read as "any".
    if (node.isSequence() && node.items.empty())
        error(node.where, QByteArray(what) + " is empty; leave the key out if any is meant");
    return all;
}

std::optional<QByteArray> MapReader::word(const YamlNode &node, const char *what,
                                          std::initializer_list<const char *> words)
{
    const auto text = scalar(node, what);
    if (!text)
        return std::nullopt;
    std::vector<QByteArray> known(words.begin(), words.end());
    if (std::find(known.begin(), known.end(), text->text) != known.end())
        return text->text;
    error(node.where, "`" + text->text + "` is not " + what + "; one of " + joined(known));
    return std::nullopt;
}

} // namespace provost::policy
