#include "tests/support/wirecheck/judge.h"

#include "server/schema/validator.h"

#include <QDir>
#include <QFile>
#include <QHash>
#include <QSet>

namespace provost::testing {

namespace {

// io.modelcontextprotocol/tasks; 2025-11-25 has tasks of its own, which are judged
const QSet<QByteArray> methodsOfExtensions{"tasks/get", "tasks/update", "tasks/cancel"};
const QSet<QByteArray> notificationsOfExtensions{"notifications/tasks"};
const QSet<QByteArray> resultTypesOfExtensions{"task"};

QByteArrayList described(const QByteArray &where, const Error &error)
{
    return {QByteArray(where + ": " + error.message.toUtf8())};
}

} // namespace

// One revision. Its definitions stand under `$defs`, in older ones under `definitions`.
class Revision
{
public:
    explicit Revision(Json schema)
        : m_schema(std::move(schema))
        , m_place(m_schema.contains("$defs") ? "$defs" : "definitions")
    {
        for (const Json::Member &definition : definitions().members()) {
            const QByteArray &name = definition.key;
            if (name.startsWith("Client") || name.startsWith("Server"))
                continue; // unions, which may be of one kind
            const Json &properties = definition.value["properties"];
            if (const QByteArray method = properties["method"]["const"].toByteArray();
                !method.isEmpty())
                m_byMethod.insert(method, name);
            if (const auto code = properties["code"]["const"].toInteger())
                m_errors.insert(*code, name);
            for (const Json &part : properties["error"]["allOf"].items())
                if (const auto code = part["properties"]["code"]["const"].toInteger())
                    m_errorResponses.insert(*code, name);
        }
    }

    [[nodiscard]] QByteArrayList violations(const QByteArray &answers, const Json &message)
    {
        if (!message["method"].isNull())
            return violationsOfSaying(message);
        if (message.contains("error"))
            return violationsOfError(message);
        return violationsOfResult(answers, message);
    }

private:
    [[nodiscard]] const Json &definitions() const { return m_schema[m_place]; }

    // Whether the union `kinds` (ServerRequest, ServerNotification) has that definition.
    [[nodiscard]] bool isAmong(QByteArrayView kinds, const QByteArray &definition) const
    {
        const QByteArray reference = "#/" + m_place + '/' + definition;
        for (const Json &kind : definitions()[kinds]["anyOf"].items())
            if (kind["$ref"].toByteArray() == reference)
                return true;
        return false;
    }

    [[nodiscard]] QByteArrayList violationsOfSaying(const Json &message)
    {
        const bool isRequest = message.contains("id");
        const QByteArray method = message["method"].toByteArray();
        if (!isRequest && notificationsOfExtensions.contains(method))
            return violationsOf("JSONRPCNotification", message);
        const QByteArray definition = m_byMethod.value(method);
        if (!isAmong(isRequest ? "ServerRequest" : "ServerNotification", definition))
            return {QByteArray("servers of this revision do not send `" + method + '`')};
        return violationsOf(isRequest ? "JSONRPCRequest" : "JSONRPCNotification", message)
               + violationsOf(definition, message);
    }

    [[nodiscard]] QByteArrayList violationsOfError(const Json &message)
    {
        const auto code = message["error"]["code"].toInteger().value_or(0);
        QByteArrayList found = violationsOf("JSONRPCErrorResponse", message);
        if (m_errors.contains(code))
            found += violationsOf(m_errors[code], message["error"]);
        if (m_errorResponses.contains(code))
            found += violationsOf(m_errorResponses[code], message);
        return found;
    }

    // The unions of results allow whatever is any result, so that the kind is chosen by method and `resultType`.
    [[nodiscard]] QByteArrayList violationsOfResult(const QByteArray &answers, const Json &message)
    {
        QByteArrayList found = violationsOf("JSONRPCResultResponse", message);
        const Json &result = message["result"];
        const QByteArray type = result["resultType"].toByteArray();
        const bool isKnown = m_byMethod.contains(answers);
        if ((!isKnown && methodsOfExtensions.contains(answers))
            || resultTypesOfExtensions.contains(type))
            return found;
        if (!isKnown)
            return found << "a result that answers no request of this revision";
        if (type == "input_required")
            return found + violationsOf("InputRequiredResult", result);
        if (answers == "tools/call" && result.contains("task"))
            return found + violationsOf("CreateTaskResult", result);
        if (answers == "tasks/result") // whatever the call would have answered; here that is a tool
            return found + violationsOf("CallToolResult", result);
        QByteArray definition = m_byMethod.value(answers);
        definition.replace("Request", "Result");
        return found
               + violationsOf(definitions().contains(definition) ? definition : "EmptyResult",
                              result);
    }

    [[nodiscard]] QByteArrayList violationsOf(const QByteArray &definition, const Json &instance)
    {
        auto &validator = m_validators[definition];
        if (!validator) {
            const QByteArray reference = "#/" + m_place + '/' + definition;
            const Json root = Json::object(
                {{"$schema", m_schema["$schema"]}, {"$ref", reference}, {m_place, definitions()}});
            const auto compiled = schema::Validator::compile(root);
            if (!compiled)
                return described(definition, compiled.error());
            validator = *compiled;
        }
        const auto violations = validator->validate(instance);
        if (!violations)
            return described(definition, violations.error());
        QByteArrayList found;
        for (const schema::Violation &violation : *violations)
            found << QByteArray(definition + violation.instancePath + ": " + violation.message);
        return found;
    }

    Json m_schema;
    QByteArray m_place;
    QHash<QByteArray, QByteArray> m_byMethod;         // method -> definition
    QHash<std::int64_t, QByteArray> m_errors;         // code -> definition of the error
    QHash<std::int64_t, QByteArray> m_errorResponses; // code -> definition of the whole message
    std::map<QByteArray, std::shared_ptr<const schema::Validator>> m_validators;
};

QString Judge::usualDirectory()
{
    const QString fromEnvironment = qEnvironmentVariable("PROVOST_MCP_SCHEMAS");
    return fromEnvironment.isEmpty() ? QStringLiteral(PROVOST_SOURCE_DIR "/../shared/mcp-schema")
                                     : fromEnvironment;
}

Result<Judge> Judge::read(const QString &directory)
{
    Revisions revisions;
    for (const QString &name : QDir(directory).entryList({QStringLiteral("schema-*.json")})) {
        QFile file(QDir(directory).filePath(name));
        if (!file.open(QIODevice::ReadOnly))
            return fail(ErrorCode::NotFound,
                        file.fileName() + QStringLiteral(": ") + file.errorString());
        TRY_LET(auto schema, Json::parse(file.readAll()));
        revisions.emplace(name.mid(7).chopped(5).toUtf8(),
                          std::make_unique<Revision>(std::move(schema)));
    }
    if (revisions.empty())
        return fail(ErrorCode::NotFound, QStringLiteral("the published schemas are not at `%1`; "
                                                        "PROVOST_MCP_SCHEMAS names their directory")
                                             .arg(directory));
    return Judge(std::move(revisions));
}

Judge::Judge(Revisions revisions)
    : m_revisions(std::move(revisions))
{
}

Judge::Judge(Judge &&) noexcept = default;
Judge::~Judge() = default;

QByteArrayList Judge::violations(const Json &message, const Circumstances &in) const
{
    const auto next = m_revisions.lower_bound(in.revision);
    const auto revision = next == m_revisions.end() ? std::prev(next) : next;
    return revision->second->violations(in.answers, message);
}

} // namespace provost::testing
