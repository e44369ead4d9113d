#include "server/tools/adapters/mcp/config.h"

#include <array>
#include <charconv>
#include <span>

namespace provost::tools::mcp {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds timeMax = std::chrono::hours(1);
constexpr std::int64_t memoryBytesLeast = 16 << 20;
constexpr std::int64_t filesLeast = 16;
constexpr std::int64_t countMost = 1'000'000;
constexpr qsizetype messageBytesLeast = 1 << 10;
constexpr qsizetype messageBytesMost = 256 << 20;
constexpr qsizetype secretBytesMin =
    6; // shorter values ("1", "true") would blank out ordinary words

tl::unexpected<Error> wrong(QByteArrayView member, const QString &what)
{
    return fail(ErrorCode::InvalidInput, u'`' % QString::fromUtf8(member) % u"` " % what);
}

Result<QByteArray> readText(const Json &from, QByteArrayView member, QByteArray fallback)
{
    const Json *value = from.find(member);
    if (value == nullptr || value->isNull())
        return fallback;
    if (!value->isString() || value->toByteArray().isEmpty())
        return wrong(member, QStringLiteral("must be a text that is not empty"));
    return value->toByteArray();
}

Result<bool> readBool(const Json &from, QByteArrayView member)
{
    const Json *value = from.find(member);
    if (value != nullptr && !value->isBool())
        return wrong(member, QStringLiteral("must be true or false"));
    return value != nullptr && value->toBool();
}

// "500ms", "30s", "2m".
std::optional<milliseconds> parseDuration(QByteArrayView text)
{
    std::int64_t count = 0;
    const char *const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error != std::errc() || count <= 0 || count > timeMax.count())
        return std::nullopt;
    const QByteArrayView unit(rest, end);
    if (unit == QByteArrayView("ms"))
        return milliseconds(count);
    if (unit == QByteArrayView("s"))
        return std::chrono::seconds(count);
    if (unit == QByteArrayView("m"))
        return std::chrono::minutes(count);
    return std::nullopt;
}

Result<milliseconds> readDuration(const Json &from, QByteArrayView member, milliseconds fallback)
{
    const Json *value = from.find(member);
    if (value == nullptr)
        return fallback;
    const auto duration = parseDuration(value->toByteArray());
    if (!duration || *duration > timeMax)
        return wrong(member,
                     QStringLiteral("must be a time such as `500ms`, `30s` or `2m`, 1h at most"));
    return *duration;
}

Result<std::vector<QByteArray>> readTexts(const Json &value, QByteArrayView member)
{
    std::vector<QByteArray> texts;
    for (const Json &item : value.items()) {
        if (!item.isString())
            return wrong(member, QStringLiteral("must be a list of texts"));
        texts.push_back(item.toByteArray());
    }
    if (texts.empty())
        return wrong(member, QStringLiteral("must be a list of texts that is not empty"));
    return texts;
}

Result<std::vector<NamedText>> readNamedTexts(const Json &from, QByteArrayView member)
{
    std::vector<NamedText> named;
    const Json *value = from.find(member);
    if (value == nullptr)
        return named;
    if (!value->isObject())
        return wrong(member, QStringLiteral("must be a mapping of names to texts"));
    for (const auto &[name, text] : value->members()) {
        const QByteArray plain = text.isNumber() ? text.numberText() : text.toByteArray();
        if (!text.isString() && !text.isNumber())
            return wrong(member,
                         QStringLiteral("must give `%1` a text").arg(QString::fromUtf8(name)));
        if (name.isEmpty() || name.contains('=') || name.contains('\0') || plain.contains('\0')
            || plain.contains('\n') || plain.contains('\r'))
            return wrong(
                member, QStringLiteral("has a name or value with characters that are not allowed"));
        named.emplace_back(name, plain);
    }
    return named;
}

Result<Capture> readCapture(const Json &value)
{
    static constexpr std::array<std::pair<const char *, Capture>, 4> names{{
        {"none", Capture::None},
        {"metadata", Capture::Metadata},
        {"arguments", Capture::Arguments},
        {"arguments_and_result", Capture::ArgumentsAndResult},
    }};
    for (const auto &[name, capture] : names) {
        if (value.toByteArray() == name)
            return capture;
    }
    return wrong("capture",
                 QStringLiteral("must be none, metadata, arguments or arguments_and_result"));
}

constexpr std::array<QByteArrayView, 15> commonMembers{
    "id",
    "kind",
    "tenants",
    "prefix",
    "description",
    "output_validation",
    "timeout",
    "start_timeout",
    "restart",
    "message_bytes_max",
    "resource",
    "permission",
    "trust_annotations",
    "tools",
    "connection",
};

// Headers that the transport itself is responsible for.
constexpr std::array<QByteArrayView, 13> ownHeaders{
    "accept",         "accept-encoding",
    "connection",     "content-length",
    "content-type",   "host",
    "last-event-id",  "mcp-protocol-version",
    "mcp-session-id", "transfer-encoding",
    "upgrade",        "mcp-method",
    "mcp-name",
};

bool isIn(std::span<const QByteArrayView> names, QByteArrayView name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

// A token of RFC 9110.
bool isHeaderName(QByteArrayView name)
{
    constexpr QByteArrayView marks = "!#$%&'*+-.^_`|~";
    return std::all_of(name.begin(), name.end(), [&](char byte) {
        return (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z')
               || (byte >= 'a' && byte <= 'z') || marks.contains(byte);
    });
}

// A misspelt member would silently mean its default.
Result<void> refuseUnknown(const Json &from, std::initializer_list<QByteArrayView> known,
                           std::span<const QByteArrayView> alsoKnown = {})
{
    for (const Json::Member &member : from.members()) {
        if (!isIn({known.begin(), known.size()}, member.key) && !isIn(alsoKnown, member.key))
            return wrong(member.key, QStringLiteral("is not known here"));
    }
    return {};
}

Result<ToolRule> readRule(const QByteArray &pattern, const Json &from)
{
    if (!from.isObject())
        return wrong(pattern, QStringLiteral("must be a mapping"));
    TRY_DO(refuseUnknown(
        from, {"permission", "resource", "within", "attributes", "capture", "timeout", "hidden"}));
    ToolRule rule{.pattern = pattern};
    if (from.contains("permission")) {
        TRY_LET(rule.permission, readText(from, "permission", {}));
    }
    if (from.contains("resource")) {
        TRY_LET(rule.resource, readText(from, "resource", {}));
    }
    if (const Json *within = from.find("within")) {
        TRY_LET(rule.within, readTexts(*within, "within"));
    }
    if (const Json *attributes = from.find("attributes")) {
        if (!attributes->isObject())
            return wrong("attributes", QStringLiteral("must be a mapping"));
        rule.attributes = *attributes;
    }
    if (const Json *capture = from.find("capture")) {
        TRY_LET(rule.capture, readCapture(*capture));
    }
    if (from.contains("timeout")) {
        TRY_LET(rule.timeout, readDuration(from, "timeout", {}));
    }
    TRY_LET(rule.hidden, readBool(from, "hidden"));
    return rule;
}

Result<void> readTools(const Json &from, Config &config)
{
    const Json *tools = from.find("tools");
    if (tools == nullptr)
        return {};
    if (!tools->isObject())
        return wrong("tools", QStringLiteral("must be a mapping of tool names or globs"));
    for (const auto &[pattern, value] : tools->members()) {
        auto rule = readRule(pattern, value);
        if (!rule)
            return fail(rule.error().code,
                        QStringLiteral("tools: `%1`: %2")
                            .arg(QString::fromUtf8(pattern), rule.error().message));
        config.tools.push_back(*std::move(rule));
    }
    return {};
}

// "64KiB", "512MiB", "2GiB", or a number of bytes.
std::optional<std::int64_t> parseBytes(const Json &value)
{
    if (value.isNumber())
        return value.toInteger();
    static constexpr std::array<std::pair<const char *, int>, 3> units{
        {{"KiB", 10}, {"MiB", 20}, {"GiB", 30}}};
    const QByteArray text = value.toByteArray();
    for (const auto &[unit, shift] : units) {
        bool isNumber = false;
        const int count = text.chopped(text.endsWith(unit) ? 3 : 0).toInt(&isNumber);
        if (text.endsWith(unit) && isNumber)
            return std::int64_t{count} << shift;
    }
    return std::nullopt;
}

Result<void> readLimits(const Json &from, ChildLimits &limits)
{
    const Json *value = from.find("limits");
    if (value == nullptr)
        return {};
    if (!value->isObject())
        return wrong("limits", QStringLiteral("must be a mapping"));
    TRY_DO(refuseUnknown(*value, {"memory", "files", "cpu_time", "processes"}));
    if (const Json *memory = value->find("memory")) {
        limits.memoryBytes = parseBytes(*memory);
        if (!limits.memoryBytes || *limits.memoryBytes < memoryBytesLeast)
            return wrong(
                "memory",
                QStringLiteral("must be a size such as `512MiB` or `2GiB`, 16MiB at least"));
    }
    if (const Json *files = value->find("files")) {
        limits.files = files->toInteger();
        if (!limits.files || *limits.files < filesLeast || *limits.files > countMost)
            return wrong("files", QStringLiteral("must be from 16 to 1000000"));
    }
    if (value->contains("cpu_time")) {
        TRY_LET(limits.cpuTime, readDuration(*value, "cpu_time", {}));
    }
    if (const Json *processes = value->find("processes")) {
        limits.processes = processes->toInteger();
        if (!limits.processes || *limits.processes < 1 || *limits.processes > countMost)
            return wrong("processes", QStringLiteral("must be from 1 to 1000000"));
    }
    return {};
}

template <class T, std::size_t count>
Result<T> readChoice(const Json &from, QByteArrayView member,
                     const std::array<std::pair<const char *, T>, count> &choices, T fallback)
{
    const Json *value = from.find(member);
    if (value == nullptr)
        return fallback;
    QString names;
    for (const auto &[name, choice] : choices) {
        if (value->toByteArray() == name)
            return choice;
        names += (names.isEmpty() ? QStringLiteral("`") : QStringLiteral(" or `"))
                 + QLatin1StringView(name) + u'`';
    }
    return wrong(member, u"must be " % names);
}

Result<void> readCommand(const Json &from, Config &config)
{
    TRY_DO(refuseUnknown(from, {"command", "env", "cwd", "limits"}, commonMembers));
    TRY_DO(readLimits(from, config.limits));
    TRY_LET(config.command, readTexts(from["command"], "command"));
    if (config.command.front().isEmpty())
        return wrong("command", QStringLiteral("must begin with a program"));
    TRY_LET(config.environment, readNamedTexts(from, "env"));
    TRY_LET(config.workingDirectory, readText(from, "cwd", {}));
    return {};
}

Result<void> readOauth(const Json &from, Config &config)
{
    const Json *value = from.find("oauth");
    if (value == nullptr)
        return {};
    TRY_LET(config.oauth, oauth::readOauthConfig(*value, config.url));
    for (const auto &[name, text] : config.headers) {
        if (name.toLower() == "authorization")
            return wrong("oauth",
                         QStringLiteral("or the header `Authorization` is needed, not both"));
    }
    // The older transport knows of no authorization, and one that fails must not be tried without.
    if (config.transport == HttpKind::Sse)
        return wrong("oauth", QStringLiteral("is not for the transport `sse`"));
    config.transport = HttpKind::Streamable;
    return {};
}

Result<void> readUrl(const Json &from, Config &config)
{
    TRY_DO(refuseUnknown(from, {"url", "headers", "oauth", "transport"}, commonMembers));
    TRY_LET(const QByteArray text, readText(from, "url", {}));
    config.url = QUrl(QString::fromUtf8(text), QUrl::StrictMode);
    const QString scheme = config.url.scheme();
    if (!config.url.isValid() || config.url.host().isEmpty() || !config.url.userInfo().isEmpty()
        || (scheme != u"http" && scheme != u"https"))
        return wrong("url", QStringLiteral("must be an http or https address without credentials"));
    static constexpr std::array<std::pair<const char *, HttpKind>, 2> kinds{
        {{"http", HttpKind::Streamable}, {"sse", HttpKind::Sse}}};
    TRY_LET(config.transport, readChoice(from, "transport", kinds, config.transport));
    TRY_LET(config.headers, readNamedTexts(from, "headers"));
    for (const auto &[name, value] : config.headers) {
        if (!isHeaderName(name) || isIn(ownHeaders, name.toLower()))
            return wrong("headers",
                         QStringLiteral("must not name `%1`").arg(QString::fromUtf8(name)));
    }
    return readOauth(from, config);
}

Result<void> readRestart(const Json &from, RestartRule &restart)
{
    const Json *value = from.find("restart");
    if (value == nullptr)
        return {};
    if (!value->isObject())
        return wrong("restart", QStringLiteral("must be a mapping"));
    TRY_DO(refuseUnknown(*value, {"first", "max", "stable_after"}));
    TRY_LET(restart.first, readDuration(*value, "first", restart.first));
    TRY_LET(restart.max, readDuration(*value, "max", restart.max));
    TRY_LET(restart.stableAfter, readDuration(*value, "stable_after", restart.stableAfter));
    if (restart.max < restart.first)
        return wrong("restart", QStringLiteral("has a `max` below its `first`"));
    return {};
}

// Glob with `*` and `?`, linear in the text for each star (no recursion).
bool matches(QByteArrayView pattern, QByteArrayView text)
{
    qsizetype p = 0;
    qsizetype t = 0;
    qsizetype starAt = -1;
    qsizetype textAtStar = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            starAt = p++;
            textAtStar = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p;
            ++t;
        } else if (starAt >= 0) {
            p = starAt + 1;
            t = ++textAtStar;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*')
        ++p;
    return p == pattern.size();
}

} // namespace

std::vector<QByteArray> Config::secrets() const
{
    std::vector<QByteArray> values;
    for (const auto *named : {&environment, &headers}) {
        for (const auto &[name, value] : *named) {
            if (value.size() >= secretBytesMin)
                values.push_back(value);
            // "Bearer abc": the token alone is as secret as the whole.
            const qsizetype space = value.lastIndexOf(' ');
            if (space >= 0 && value.size() - space - 1 >= secretBytesMin)
                values.push_back(value.mid(space + 1));
        }
    }
    if (oauth) {
        for (const QByteArray &value : {oauth->clientSecret, oauth->privateKey}) {
            if (value.size() >= secretBytesMin)
                values.push_back(value);
        }
    }
    return values;
}

Result<Config> readConfig(const ServerDefinition &definition, const Json &from)
{
    Config config;
    config.server = definition.id;
    if (!from.contains("command") && !from.contains("url"))
        TRY_DO(refuseUnknown(
            from, {"command", "env", "cwd", "limits", "url", "headers", "oauth", "transport"},
            commonMembers));
    if (from.contains("command") == from.contains("url"))
        return wrong("command", QStringLiteral("or `url` is needed, and not both"));
    if (from.contains("command"))
        TRY_DO(readCommand(from, config));
    else
        TRY_DO(readUrl(from, config));
    TRY_LET(config.callTimeout, readDuration(from, "timeout", config.callTimeout));
    TRY_LET(config.startTimeout, readDuration(from, "start_timeout", config.startTimeout));
    TRY_DO(readRestart(from, config.restart));
    static constexpr std::array<std::pair<const char *, ConnectionRule>, 2> rules{
        {{"shared", ConnectionRule::Shared}, {"principal", ConnectionRule::Principal}}};
    TRY_LET(config.connection, readChoice(from, "connection", rules, config.connection));
    if (const Json *bytes = from.find("message_bytes_max")) {
        const auto value = bytes->toInteger();
        if (!value || *value < messageBytesLeast || *value > messageBytesMost)
            return wrong("message_bytes_max", QStringLiteral("must be from 1024 to 268435456"));
        config.messageBytesMax = *value;
    }
    TRY_LET(config.resource, readText(from, "resource", definition.id.value));
    TRY_LET(config.permission, readText(from, "permission", config.permission));
    TRY_LET(config.trustAnnotations, readBool(from, "trust_annotations"));
    TRY_DO(readTools(from, config));
    return config;
}

const ToolRule *ruleFor(const Config &config, QByteArrayView tool)
{
    for (const ToolRule &rule : config.tools) {
        if (matches(rule.pattern, tool))
            return &rule;
    }
    return nullptr;
}

} // namespace provost::tools::mcp
