// Reads the members of a YAML map into typed values and collects what is wrong with them, each with its place.
// Used by the loader; other rooms read their own files of the org directory with it in the same strict way.
// Thread: one thread.
#pragma once

#include "server/policy/yamltree.h"

#include <functional>
#include <initializer_list>
#include <optional>
#include <vector>

namespace provost::policy {

class MapReader
{
public:
    struct Member
    {
        const char *key;
        std::function<void(const YamlNode &value)> read;
    };

    explicit MapReader(std::vector<Diagnostic> &diagnostics)
        : m_diagnostics(diagnostics)
    {
    }

    void error(const SourceLocation &where, QByteArray message);
    void warning(const SourceLocation &where, QByteArray message);

    // Hands each member to its reader; a key that is not listed is an error with a did-you-mean. A null value is
    // reported and not handed on. `what` names the map in messages: "a policy".
    void members(const YamlNode &node, const char *what, std::initializer_list<Member> known);
    // Hands each item to `read`.
    void items(const YamlNode &node, const char *what,
               const std::function<void(const YamlNode &)> &read);

    // A text that no YAML reader takes for anything else; `what` names it in messages: "a role".
    [[nodiscard]] std::optional<Located> name(const YamlNode &node, const char *what);
    [[nodiscard]] std::vector<Located> names(const YamlNode &node, const char *what);
    // Any scalar, as it is written.
    [[nodiscard]] std::optional<Located> scalar(const YamlNode &node, const char *what);
    // One of `words`.
    [[nodiscard]] std::optional<QByteArray> word(const YamlNode &node, const char *what,
                                                 std::initializer_list<const char *> words);

private:
    std::vector<Diagnostic> &m_diagnostics;
};

} // namespace provost::policy
