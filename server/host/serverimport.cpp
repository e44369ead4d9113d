#include "server/host/serverimport.h"

#include "server/secrets/redact.h"

#include <algorithm>
#include <set>

namespace provost::host {

namespace {

tl::unexpected<Error> wrong(const QString &message)
{
    return fail(ErrorCode::InvalidInput, message);
}

bool isNameCharacter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "@scope/server-memory@1.2" -> "server-memory"
QByteArray slugOf(QByteArray name)
{
    name = name.sliced(name.lastIndexOf('/') + 1);
    if (const qsizetype at = name.indexOf('@', 1); at > 0)
        name.truncate(at);
    name = name.toLower();
    QByteArray slug;
    for (const char c : name) {
        const bool good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
        if (good)
            slug.append(c);
        else if (!slug.isEmpty() && !slug.endsWith('-'))
            slug.append('-');
    }
    while (slug.endsWith('-'))
        slug.chop(1);
    return slug.isEmpty() ? QByteArray("server") : slug.first(std::min<qsizetype>(slug.size(), 63));
}

// What a command is about: the package that a runner runs, or else the program.
QByteArray subjectOf(const std::vector<QByteArray> &command)
{
    static const std::set<QByteArray> runners{"npx",    "bunx", "uvx",     "uv",    "pipx",
                                              "docker", "node", "python3", "python"};
    QByteArray program = command.front().sliced(command.front().lastIndexOf('/') + 1);
    if (!runners.contains(program))
        return program;
    for (std::size_t i = 1; i < command.size(); ++i) {
        if (!command[i].startsWith('-') && command[i] != "run" && command[i] != "tool")
            return command[i];
    }
    return program;
}

class Importer
{
public:
    explicit Importer(TenantId tenant)
        : m_tenant(std::move(tenant))
    {
    }

    ServerImport result;

    void add(const QByteArray &name, Json config)
    {
        ImportedServer server{ServerId(slugOf(name)), Json::object()};
        for (int number = 2; m_ids.contains(server.id); ++number)
            server.id = ServerId(slugOf(name) + '-' + QByteArray::number(number));
        m_ids.insert(server.id);
        server.config.set("id", server.id.value);
        server.config.set("kind", "mcp");
        if (!m_tenant.isEmpty())
            server.config.set("tenants", Json::array({m_tenant.value}));
        for (Json::Member &member : config.membersRef())
            server.config.set(member.key, std::move(member.value));
        result.servers.push_back(std::move(server));
    }

    Result<void> addCommandLine(const QByteArray &line)
    {
        TRY_LET(std::vector<QByteArray> words, splitCommandLine(line));
        Json environment = Json::object();
        while (!words.empty() && isAssignment(words.front())) {
            const qsizetype equals = words.front().indexOf('=');
            const QByteArray name = words.front().first(equals);
            environment.set(name, variable(name, words.front().sliced(equals + 1)));
            words.erase(words.begin());
        }
        if (words.empty())
            return wrong(QStringLiteral("there is no program in the command line"));
        add(subjectOf(words), command(words, std::move(environment), {}));
        return {};
    }

    Result<void> addEntry(const QByteArray &name, const Json &entry)
    {
        if (!entry.isObject())
            return wrong(QStringLiteral("server `%1` is no object").arg(QString::fromUtf8(name)));
        if (entry["command"].isString()) {
            std::vector<QByteArray> words{entry["command"].toByteArray()};
            for (const Json &argument : entry["args"].items())
                words.push_back(plain(argument.toByteArray()));
            Json environment = Json::object();
            for (const Json::Member &variable : entry["env"].members())
                environment.set(variable.key, this->variable(variable.key, textOf(variable.value)));
            add(name, command(words, std::move(environment), entry["cwd"].toByteArray()));
            return {};
        }
        const QByteArray url =
            entry["url"].isString() ? entry["url"].toByteArray() : entry["serverUrl"].toByteArray();
        if (url.isEmpty())
            return wrong(QStringLiteral("server `%1` has neither `command` nor `url`")
                             .arg(QString::fromUtf8(name)));
        if (entry["type"].toByteArray() == "sse")
            result.notes.push_back("`" + name
                                   + "` is of type sse, an old transport; it must speak Streamable "
                                     "HTTP here");
        Json config = Json::object({{"url", plain(url)}});
        if (!entry["headers"].members().empty()) {
            Json headers = Json::object();
            for (const Json::Member &header : entry["headers"].members())
                headers.set(header.key, variable(header.key, textOf(header.value)));
            config.set("headers", std::move(headers));
        }
        add(name, std::move(config));
        return {};
    }

private:
    static bool isAssignment(const QByteArray &word)
    {
        const qsizetype equals = word.indexOf('=');
        return equals > 0 && !(word[0] >= '0' && word[0] <= '9')
               && std::all_of(word.begin(), word.begin() + equals, isNameCharacter);
    }

    static QByteArray textOf(const Json &value)
    {
        return value.isString() ? value.toByteArray() : value.toBytes();
    }

    static Json command(const std::vector<QByteArray> &words, Json environment,
                        const QByteArray &directory)
    {
        Json config = Json::object({{"command", Json::Array(words.begin(), words.end())}});
        if (!environment.members().empty())
            config.set("env", std::move(environment));
        if (!directory.isEmpty())
            config.set("cwd", directory);
        return config;
    }

    // Variables of clients are none of ours: ${input:token} and ${env:TOKEN} become ${env.TOKEN}.
    QByteArray plain(QByteArray text)
    {
        for (const char *prefix : {"${input:", "${env:"}) {
            for (qsizetype at = text.indexOf(prefix); at >= 0; at = text.indexOf(prefix)) {
                const qsizetype end = text.indexOf('}', at);
                if (end < 0)
                    break;
                const qsizetype from = at + qsizetype(qstrlen(prefix));
                const QByteArray name = variableName(text.sliced(from, end - from));
                text.replace(at, end + 1 - at, reference(name));
            }
        }
        for (const char *foreign : {"${workspaceFolder", "${userHome", "${pathSeparator"}) {
            if (text.contains(foreign))
                result.notes.push_back(
                    QByteArray("`") + foreign
                    + "}` is a variable of the editor and unknown here: write the path");
        }
        return text;
    }

    // What says of itself that it is a secret, or looks like one, is taken from the environment of this server.
    Json variable(const QByteArray &name, const QByteArray &value)
    {
        const QByteArray text = plain(value);
        const bool isSecret = !text.contains("${")
                              && (secrets::namesSecret(name) || secrets::redactText(text) != text);
        if (!isSecret || text.isEmpty())
            return text;
        return reference(variableName(name));
    }

    static QByteArray variableName(const QByteArray &name)
    {
        QByteArray upper = name.toUpper();
        std::replace_if(
            upper.begin(), upper.end(), [](char c) { return !isNameCharacter(c); }, '_');
        return upper;
    }

    QByteArray reference(const QByteArray &name)
    {
        if (m_told.insert(name).second)
            result.notes.push_back(
                "set `" + name
                + "` in the environment of Provost: secrets are not written into "
                  "the org's history");
        return "${env." + name + '}';
    }

    const TenantId m_tenant;
    std::set<ServerId> m_ids;
    std::set<QByteArray> m_told;
};

// Where the servers stand in what clients write.
const Json &entriesOf(const Json &snippet)
{
    if (snippet["mcpServers"].isObject())
        return snippet["mcpServers"];
    if (snippet["servers"].isObject())
        return snippet["servers"];
    if (snippet["mcp"]["servers"].isObject())
        return snippet["mcp"]["servers"];
    return snippet;
}

Result<void> readSnippet(const QByteArray &text, Importer &importer)
{
    const auto snippet = Json::parse(text);
    if (!snippet)
        return wrong(QStringLiteral("this begins like JSON, but cannot be read: %1")
                         .arg(snippet.error().message));
    if (snippet->contains("command") || snippet->contains("url")) {
        const QByteArray name = (*snippet)["name"].toByteArray();
        return importer.addEntry(name.isEmpty() ? QByteArray("server") : name, *snippet);
    }
    const Json &entries = entriesOf(*snippet);
    if (entries.members().empty())
        return wrong(QStringLiteral("there is no server in it"));
    if (entries.members().size() > importServersMax)
        return wrong(QStringLiteral("there are more than %1 servers in it").arg(importServersMax));
    for (const Json::Member &entry : entries.members())
        TRY_DO(importer.addEntry(entry.key, entry.value));
    return {};
}

void appendScalar(QByteArray &yaml, const Json &value)
{
    // A JSON string is a YAML double-quoted scalar whatever it holds.
    value.appendTo(yaml);
}

void appendMember(QByteArray &yaml, const QByteArray &indent, const Json::Member &member)
{
    yaml += indent + member.key + ':';
    if (member.value.isArray()) {
        yaml += " [";
        bool first = true;
        for (const Json &item : member.value.items()) {
            if (!std::exchange(first, false))
                yaml += ", ";
            appendScalar(yaml, item);
        }
        yaml += "]\n";
    } else if (member.value.isObject()) {
        yaml += '\n';
        for (const Json::Member &inner : member.value.members()) {
            yaml += QByteArray(indent.size() + 2, ' ');
            appendJsonString(yaml, inner.key);
            yaml += ": ";
            appendScalar(yaml, inner.value);
            yaml += '\n';
        }
    } else {
        yaml += ' ';
        appendScalar(yaml, member.value);
        yaml += '\n';
    }
}

} // namespace

Result<std::vector<QByteArray>> splitCommandLine(const QByteArray &line)
{
    std::vector<QByteArray> words;
    QByteArray word;
    bool inWord = false;
    char quote = 0;
    for (qsizetype i = 0; i < line.size(); ++i) {
        const char c = line[i];
        const bool escapes = c == '\\' && i + 1 < line.size();
        const bool substitutes =
            c == '`' || (c == '$' && i + 1 < line.size() && line[i + 1] == '(');
        const bool combines = QByteArrayView("|&;<>()").contains(c);
        if (quote != '\'' && escapes) {
            const char next = line[++i];
            // Inside double quotes a backslash escapes few characters; a line break is joined.
            if (quote == '"' && next != '"' && next != '\\' && next != '$' && next != '`')
                word += c;
            if (next != '\n')
                word += next;
            inWord = true;
        } else if ((quote != '\'' && substitutes) || (quote == 0 && combines)) {
            return wrong(
                QStringLiteral("`%1` needs a shell, and none is used").arg(QLatin1Char(c)));
        } else if (quote != 0) {
            if (c == quote)
                quote = 0;
            else
                word += c;
        } else if (c == '\'' || c == '"') {
            quote = c;
            inWord = true;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (std::exchange(inWord, false))
                words.push_back(std::exchange(word, {}));
        } else {
            word += c;
            inWord = true;
        }
    }
    if (quote != 0)
        return wrong(QStringLiteral("a quote is not closed"));
    if (inWord)
        words.push_back(std::move(word));
    return words;
}

Result<ServerImport> importServers(const QByteArray &text, const ServerId &id,
                                   const TenantId &tenant)
{
    const QByteArray trimmed = text.trimmed();
    if (trimmed.isEmpty())
        return wrong(QStringLiteral("paste a command line, a URL or the JSON of an MCP client"));
    if (trimmed.size() > importBytesMax)
        return wrong(QStringLiteral("this is longer than 64 KiB"));
    if (trimmed.contains('\0'))
        return wrong(QStringLiteral("this is no text"));
    Importer importer(tenant);
    if (trimmed.startsWith('{')) {
        importer.result.understoodAs = "the JSON of an MCP client";
        TRY_DO(readSnippet(trimmed, importer));
    } else if (trimmed.startsWith("http://") || trimmed.startsWith("https://")) {
        importer.result.understoodAs = "a URL";
        if (trimmed.contains(' ') || trimmed.contains('\n'))
            return wrong(QStringLiteral("a URL has no spaces"));
        const QByteArray host = trimmed.sliced(trimmed.indexOf("//") + 2).split('/').front();
        TRY_DO(importer.addEntry(host.split(':').front(), Json::object({{"url", trimmed}})));
    } else {
        importer.result.understoodAs = "a command line";
        TRY_DO(importer.addCommandLine(trimmed));
    }
    if (!id.isEmpty() && importer.result.servers.size() == 1) {
        importer.result.servers.front().id = id;
        importer.result.servers.front().config.set("id", id.value);
    }
    return std::move(importer.result);
}

QByteArray serversYaml(const std::vector<ImportedServer> &servers)
{
    QByteArray yaml = "servers:\n";
    for (const ImportedServer &server : servers) {
        QByteArray indent = "  - ";
        for (const Json::Member &member : server.config.members()) {
            appendMember(yaml, indent, member);
            indent = "    ";
        }
    }
    return yaml;
}

} // namespace provost::host
