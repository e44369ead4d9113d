#include "server/host/servertext.h"

#include "server/host/serverholds.h"

#include <algorithm>

namespace provost::host {

namespace {

bool isPlain(QByteArrayView word)
{
    constexpr QByteArrayView alsoPlain = "-_./:=@%+,~";
    return !word.isEmpty() && std::all_of(word.begin(), word.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')
               || alsoPlain.contains(c);
    });
}

QByteArray quoted(QByteArray word)
{
    if (isPlain(word))
        return word;
    word.replace('\'', "'\\''");
    return '\'' + word + '\'';
}

} // namespace

QByteArray commandLine(const std::vector<QByteArray> &words)
{
    QByteArray line;
    for (const QByteArray &word : words)
        line.append(line.isEmpty() ? "" : " ").append(quoted(word));
    return line;
}

control::ServerRow declaredRow(const ServerId &id, const QByteArray &kind, const Json &config)
{
    control::ServerRow row{.id = id, .kind = kind};
    if (config["command"].isArray()) {
        for (const Json &word : config["command"].items())
            row.command.push_back(word.toByteArray());
        row.target = commandLine(row.command);
        row.environment = config["env"];
        row.workingDirectory = config["cwd"].toByteArray();
        row.commandDigest = commandDigest(config);
        row.transport = "stdio";
    } else if (config["url"].isString()) {
        row.target = config["url"].toByteArray();
        row.transport = "http";
    } else if (config["database"].isString()) {
        row.target = config["database"].toByteArray();
    } else {
        row.target = config["set"].toByteArray();
    }
    return row;
}

} // namespace provost::host
