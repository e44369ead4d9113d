// The official JSON-Schema-Test-Suite for 2020-12, every file and case of it. What is left out is named here, with the
// reason; a case that is named and passes fails the test.
#include "server/schema/validator.h"

#include "tests/support/corpora.h"
#include "tests/support/testing.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QTest>

#include <array>

using namespace provost;
using namespace provost::schema;

namespace {

struct LeftOut
{
    const char *where; // a file, or "file: group: case"
    const char *why;
};

// Of such a file the cases that should be invalid are left out; the others must pass.
constexpr const char *formats = "formats are annotations, and this file wants them asserted";

constexpr std::array leftOut{
    LeftOut{"optional/format-assertion.json", "needs the vocabulary that asserts formats"},
    LeftOut{"optional/format/date-time.json", formats},
    LeftOut{"optional/format/date.json", formats},
    LeftOut{"optional/format/duration.json", formats},
    LeftOut{"optional/format/ecmascript-regex.json", formats},
    LeftOut{"optional/format/email.json", formats},
    LeftOut{"optional/format/hostname.json", formats},
    LeftOut{"optional/format/idn-email.json", formats},
    LeftOut{"optional/format/idn-hostname.json", formats},
    LeftOut{"optional/format/ipv4.json", formats},
    LeftOut{"optional/format/ipv6.json", formats},
    LeftOut{"optional/format/iri-reference.json", formats},
    LeftOut{"optional/format/iri.json", formats},
    LeftOut{"optional/format/json-pointer.json", formats},
    LeftOut{"optional/format/regex.json", formats},
    LeftOut{"optional/format/relative-json-pointer.json", formats},
    LeftOut{"optional/format/time.json", formats},
    LeftOut{"optional/format/uri-reference.json", formats},
    LeftOut{"optional/format/uri-template.json", formats},
    LeftOut{"optional/format/uri.json", formats},
    LeftOut{"optional/format/uuid.json", formats},
};

bool isListed(const QString &name)
{
    return std::any_of(leftOut.begin(), leftOut.end(),
                       [&](const LeftOut &entry) { return name.toUtf8() == entry.where; });
}

QString suite()
{
    return testing::corpora() + QStringLiteral("/JSON-Schema-Test-Suite/");
}

Json readJson(const QString &path)
{
    QFile file(path);
    if (!file.open(QFile::ReadOnly))
        return {};
    return Json::parse(file.readAll()).value_or(Json());
}

// The suite's documents as they would be served at http://localhost:1234.
KnownDocuments remotes()
{
    KnownDocuments documents;
    const QDir directory(suite() + QStringLiteral("remotes"));
    QDirIterator files(directory.path(), {QStringLiteral("*.json")}, QDir::Files,
                       QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString path = files.next();
        documents.emplace("http://localhost:1234/" + directory.relativeFilePath(path).toUtf8(),
                          readJson(path));
    }
    return documents;
}

// Empty if the verdict is the suite's.
QString failureOf(const Result<std::shared_ptr<const Validator>> &validator, const Json &test)
{
    if (!validator)
        return u"does not compile: " % validator.error().message;
    const auto violations = (*validator)->validate(test["data"]);
    if (!violations)
        return u"no verdict: " % violations.error().message;
    const bool isValid = violations->empty();
    if (isValid == test["valid"].toBool())
        return {};
    return isValid ? QStringLiteral("valid, and should not be")
                   : QString::fromUtf8("invalid, and should not be: " + violations->front().message
                                       + " (" + violations->front().schemaPath + ')');
}

} // namespace

class TstSchemaSuite : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void initTestCase()
    {
        if (!QFile::exists(suite() + QStringLiteral("tests/draft2020-12")))
            QSKIP("JSON-Schema-Test-Suite is not among the corpora");
        m_options.known = remotes();
        QVERIFY(m_options.known.size() > 20);
    }

    void verdicts_data()
    {
        QTest::addColumn<QString>("file");
        const QDir directory(suite() + QStringLiteral("tests/draft2020-12"));
        QDirIterator files(directory.path(), {QStringLiteral("*.json")}, QDir::Files,
                           QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString name = directory.relativeFilePath(files.next());
            QTest::newRow(name.toUtf8().constData()) << name;
        }
    }

    void verdicts()
    {
        QFETCH(const QString, file);
        const Json groups = readJson(suite() + QStringLiteral("tests/draft2020-12/") + file);
        QVERIFY(!groups.items().empty());
        const bool isFileListed = isListed(file);
        QStringList failures;
        int cases = 0;
        int leftOutCases = 0;
        for (const Json &group : groups.items()) {
            const auto validator = Validator::compile(group["schema"], m_options);
            for (const Json &test : group["tests"].items()) {
                const QString name = file % u": " % group["description"].toText() % u": "
                                     % test["description"].toText();
                const QString failure = failureOf(validator, test);
                const bool mayFail =
                    isListed(name) || (isFileListed && (!validator || !test["valid"].toBool()));
                ++cases;
                leftOutCases += mayFail && !failure.isEmpty() ? 1 : 0;
                if (!mayFail && !failure.isEmpty())
                    failures.append(name % u" -> " % failure);
                if (isListed(name) && failure.isEmpty())
                    failures.append(name % u" -> passes, and is listed as left out");
            }
        }
        if (isFileListed && leftOutCases == 0)
            failures.append(file % u" -> passes, and is listed as left out");
        QVERIFY2(failures.isEmpty(), failures.join(u'\n').toUtf8().constData());
        QVERIFY(cases > 0);
        m_cases += cases;
        m_leftOutCases += leftOutCases;
    }

    void cleanupTestCase() { qInfo("%d cases, %d of them left out", m_cases, m_leftOutCases); }

    void theTableNamesWhatIsThere()
    {
        for (const LeftOut &entry : leftOut) {
            const QString file = QString::fromUtf8(entry.where).split(QStringLiteral(": ")).first();
            QVERIFY2(QFile::exists(suite() + QStringLiteral("tests/draft2020-12/") + file),
                     entry.where);
        }
    }

private:
    CompileOptions m_options;
    int m_cases = 0;
    int m_leftOutCases = 0;
};

PROVOST_TEST(TstSchemaSuite)

#include "tst_schemasuite.moc"
