// Case files of tests/data/protocol/parameterheaders: declarations in input schemas, and headers against arguments.
#include "server/protocol/parameterheaders.h"
#include "tests/support/testing.h"
#include "tests/unit/server/protocol/casefiles.h"

using namespace provost;

class TstParameterHeaders : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cases_data() { testing::addCases(QStringLiteral("parameterheaders")); }
    void cases();
};

PROVOST_TEST(TstParameterHeaders)

namespace {

Json describe(const Result<std::vector<protocol::ParameterHeader>> &scanned)
{
    if (!scanned)
        return "error";
    Json all = Json::array();
    for (const protocol::ParameterHeader &declared : *scanned) {
        Json path = Json::array();
        for (const QByteArray &key : declared.path)
            path.append(key);
        Json one = Json::object({{"path", path}, {"name", declared.name}});
        if (declared.integer)
            one.set("integer", true);
        all.append(one);
    }
    return all;
}

Json check(const Json &given)
{
    const auto declared = protocol::parameterHeaders(given["schema"]);
    if (!declared)
        return "error";
    const auto header = [&](QByteArrayView name) -> std::optional<QByteArray> {
        for (const Json::Member &sent : given["headers"].members()) {
            if (sent.key.compare(name, Qt::CaseInsensitive) == 0)
                return sent.value.toByteArray();
        }
        return std::nullopt;
    };
    const auto checked = protocol::checkParameterHeaders(*declared, given["arguments"], header);
    if (!checked
        && (checked.error().httpStatus != 400
            || checked.error().code != protocol::code::HeaderMismatch))
        return "another error";
    return Json::object({{"ok", checked.has_value()}});
}

} // namespace

void TstParameterHeaders::cases()
{
    const Json item = testing::fetchCase();
    const Json &given = item["given"];
    const Json got =
        given.contains("schema") ? check(given) : describe(protocol::parameterHeaders(given));
    QCOMPARE(got.toBytes(), item["want"].toBytes());
}

#include "tst_parameterheaders.moc"
