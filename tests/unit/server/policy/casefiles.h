// Case files of tests/data/policy as JSON: YAML's maps, lists and scalars, with numbers and booleans where a plain
// scalar is one.
#pragma once

#include "server/base/json.h"
#include "server/policy/loader.h"
#include "server/policy/yamltree.h"

#include <QDir>
#include <QFile>
#include <QTest>

namespace provost::policy::testing {

inline QString dataPath(const QString &name)
{
    return QStringLiteral(PROVOST_SOURCE_DIR "/tests/data/policy/") + name;
}

inline QByteArray readData(const QString &name)
{
    QFile file(dataPath(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

inline Json toJson(const YamlNode &node)
{
    switch (node.kind) {
    case YamlNode::Kind::Null: return {};
    case YamlNode::Kind::Scalar: {
        const auto value = node.plain ? Json::parse(node.text) : Result<Json>(Json(node.text));
        return value ? *value : Json(node.text);
    }
    case YamlNode::Kind::Sequence: {
        Json items = Json::array();
        for (const YamlNode &item : node.items)
            items.append(toJson(item));
        return items;
    }
    case YamlNode::Kind::Map: {
        Json members = Json::object();
        for (const auto &[key, value] : node.members)
            members.membersRef().push_back({key.text, toJson(value)});
        return members;
    }
    }
    return {};
}

inline Json readCaseFile(const QString &name)
{
    const YamlTree tree = parseYaml(name.toUtf8(), readData(name));
    if (tree.error)
        qFatal("%s", toText(*tree.error).constData());
    return toJson(tree.root);
}

inline QStringList caseFiles(const QString &folder)
{
    QStringList names;
    for (const QString &name : QDir(dataPath(folder)).entryList({QStringLiteral("*.yaml")}))
        names.append(folder + QLatin1Char('/') + name);
    return names;
}

// The one tenant of an org text that must load without errors.
inline Tenant loadTenant(const QByteArray &name, const QByteArray &text)
{
    const LoadedOrg loaded = loadOrg({{name, text}});
    for (const Diagnostic &diagnostic : loaded.diagnostics) {
        if (diagnostic.severity == Diagnostic::Severity::Error)
            qFatal("%s", toText(diagnostic).constData());
    }
    if (loaded.org.tenants.size() != 1)
        qFatal("%s holds no single tenant", name.constData());
    return loaded.org.tenants.front();
}

} // namespace provost::policy::testing
