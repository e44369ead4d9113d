// The public conformance tests of CEL, for the sections that the condition language claims. What is left out is named
// in tests/data/policy/cel-skipped.txt; a test that is named there and passes is a failure too.
#include "server/policy/condition/program.h"
#include "tests/support/testing.h"

#include <QFile>
#include <QTest>

#include <cmath>
#include <map>
#include <set>

using namespace provost;
using namespace provost::policy;
using condition::Evaluation;
using condition::Program;
using condition::Type;
using condition::Value;

namespace {

const std::set<QByteArray> claimedFiles{
    "basic", "comparisons", "conversions", "fields",   "fp_math", "integer_math", "lists",
    "logic", "macros",      "parse",       "plumbing", "string",  "timestamps"};

QByteArray corporaFile(const QByteArray &name)
{
    const QByteArray folder =
        qEnvironmentVariable("PROVOST_CORPORA",
                             QStringLiteral(PROVOST_SOURCE_DIR "/../shared/corpora"))
            .toUtf8();
    return folder + '/' + name;
}

Result<Json> readJson(const QByteArray &path)
{
    QFile file(QString::fromUtf8(path));
    if (!file.open(QIODevice::ReadOnly))
        return fail(ErrorCode::NotFound, file.errorString());
    return Json::parse(file.readAll());
}

std::set<QByteArray> skippedTests()
{
    QFile file(QStringLiteral(PROVOST_SOURCE_DIR "/tests/data/policy/cel-skipped.txt"));
    std::set<QByteArray> names;
    if (!file.open(QIODevice::ReadOnly))
        return names;
    while (!file.atEnd()) {
        const QByteArray line = file.readLine().trimmed();
        if (!line.isEmpty() && !line.startsWith('#'))
            names.insert(line.split(' ').first());
    }
    return names;
}

double realOf(const Json &json)
{
    if (json.isString())
        return json.toByteArray() == "NaN"         ? std::nan("")
               : json.toByteArray() == "-Infinity" ? -INFINITY
                                                   : INFINITY;
    return json.toDouble().value_or(0);
}

bool isSame(const Json &wanted, const Value &value);

bool sameList(const Json &wanted, const Value &value)
{
    const Json::Array &items = wanted["values"].items();
    if (value.type() != Type::List || value.size() != qsizetype(items.size()))
        return false;
    for (qsizetype i = 0; i < value.size(); ++i) {
        if (!isSame(items[std::size_t(i)], value.item(i)))
            return false;
    }
    return true;
}

bool sameMap(const Json &wanted, const Value &value)
{
    const Json::Array &entries = wanted["entries"].items();
    if (value.type() != Type::Map || value.size() != qsizetype(entries.size()))
        return false;
    for (const Json &entry : entries) {
        bool found = false;
        for (qsizetype i = 0; i < value.size(); ++i) {
            const auto [key, member] = value.entry(i);
            found = found || (isSame(entry["key"], key) && isSame(entry["value"], member));
        }
        if (!found)
            return false;
    }
    return true;
}

bool isSame(const Json &wanted, const Value &value)
{
    const Json::Member &kind = wanted.members().front();
    const Json &v = kind.value;
    if (kind.key == "int64Value")
        return value.type() == Type::Int
               && QByteArray::number(qint64(value.toInteger())) == v.toByteArray();
    if (kind.key == "uint64Value")
        return value.type() == Type::Uint
               && QByteArray::number(quint64(value.toUnsigned())) == v.toByteArray();
    if (kind.key == "doubleValue")
        return value.type() == Type::Double
               && (value.toReal() == realOf(v)
                   || (std::isnan(value.toReal()) && std::isnan(realOf(v))));
    if (kind.key == "stringValue")
        return value.type() == Type::String && value.toView() == v.toByteArray();
    if (kind.key == "bytesValue")
        return value.type() == Type::Bytes
               && value.toView() == QByteArray::fromBase64(v.toByteArray());
    if (kind.key == "boolValue")
        return value.type() == Type::Bool && value.isTrue() == v.toBool();
    if (kind.key == "nullValue")
        return value.type() == Type::Null;
    if (kind.key == "typeValue")
        return value.type() == Type::Type && v.toByteArray() == nameOf(value.toType());
    if (kind.key == "listValue")
        return sameList(v, value);
    return kind.key == "mapValue" && sameMap(v, value);
}

// Nothing if the test passes, else what came out.
std::optional<QByteArray> failureOf(const Json &test)
{
    Request request;
    for (const Json::Member &binding : test["bindings"].members()) {
        // The claimed sections bind only an int and a null.
        const Json &value = binding.value["value"];
        if (value.contains("int64Value"))
            request.args.set(binding.key, Json::number(value["int64Value"].toByteArray()));
    }
    const auto program = Program::compile(test["expr"].toByteArray());
    const bool wantsError = test.contains("evalError");
    if (!program)
        return wantsError
                   ? std::nullopt
                   : std::optional(QByteArray("does not compile: " + program.error().message));
    Evaluation evaluation(request);
    const Value value = program->run(evaluation, program->ast().root);
    if (value.isError())
        return wantsError ? std::nullopt : std::optional(program->describe(value));
    if (wantsError || !isSame(test["value"], value))
        return toText(value);
    return std::nullopt;
}

} // namespace

class TstConformance : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void claimedSections()
    {
        const auto tests = readJson(corporaFile("cel-conformance.json"));
        if (!tests)
            QSKIP("cel-conformance.json is not here; set PROVOST_CORPORA");
        std::set<QByteArray> skipped = skippedTests();
        std::map<QByteArray, std::array<int, 3>> table; // passed, failed, skipped
        QByteArray failures;
        for (const Json &test : tests->items()) {
            const QByteArray file = test["file"].toByteArray();
            if (!claimedFiles.contains(file))
                continue;
            const QByteArray name =
                file + '/' + test["section"].toByteArray() + '/' + test["name"].toByteArray();
            const auto failure = failureOf(test);
            const bool isSkipped = skipped.erase(name) > 0;
            std::array<int, 3> &row = table[file];
            ++row[isSkipped ? 2 : failure ? 1 : 0];
            if (isSkipped && !failure)
                failures += name + " is skipped but passes\n";
            if (!isSkipped && failure)
                failures += name + ": " + test["expr"].toByteArray() + " -> " + *failure + '\n';
        }
        std::array<int, 3> sum{};
        for (const auto &[file, row] : table) {
            qInfo("%-14s %4d passed %3d failed %3d skipped", file.constData(), row[0], row[1],
                  row[2]);
            for (std::size_t i = 0; i < row.size(); ++i)
                sum[i] += row[i];
        }
        qInfo("%-14s %4d passed %3d failed %3d skipped", "all", sum[0], sum[1], sum[2]);
        for (const QByteArray &name : skipped)
            failures += name + " is skipped but does not exist\n";
        QVERIFY2(failures.isEmpty(), failures.constData());
        QVERIFY(sum[0] > 1000);
    }
};

PROVOST_TEST(TstConformance)
#include "tst_conformance.moc"
