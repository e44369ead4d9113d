// Case files of tests/data/protocol: JSON arrays of {name, given, want}, one test row each.
#pragma once

#include "server/base/json.h"

#include <QDirIterator>
#include <QFile>
#include <QTest>

namespace provost::testing {

// Adds a row "<file>: <name>" with the whole case in column "text" for every case of the folder.
inline void addCases(const QString &folder)
{
    QTest::addColumn<QByteArray>("text");
    QDirIterator files(QStringLiteral(PROVOST_SOURCE_DIR "/tests/data/protocol/") + folder,
                       {QStringLiteral("*.json")});
    int count = 0;
    while (files.hasNext()) {
        QFile file(files.next());
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.fileName()));
        const auto cases = Json::parse(file.readAll());
        QVERIFY2(cases && cases->isArray(), qPrintable(file.fileName()));
        for (const Json &item : cases->items()) {
            const QByteArray name =
                files.fileInfo().baseName().toUtf8() + ": " + item["name"].toByteArray();
            QTest::newRow(name.constData()) << item.toBytes();
            ++count;
        }
    }
    QVERIFY(count > 0);
}

inline Json fetchCase()
{
    QFETCH(QByteArray, text);
    return Json::parse(text).value_or(Json());
}

} // namespace provost::testing
